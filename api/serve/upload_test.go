package serve_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
)

// part is a part of a form; one with a file name is a file.
type part struct{ name, filename, content string }

var goodForm = []part{{"kind", "", "invoice"}, {"filename", "", "RE12345.pdf"}, {"file", "RE12345.pdf", "%PDF-1.7"}}

// form writes parts as a multipart body.
func form(parts ...part) (body, contentType string) {
	var b strings.Builder
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		var to io.Writer
		var err error
		if p.filename != "" {
			to, err = w.CreateFormFile(p.name, p.filename)
		} else {
			to, err = w.CreateFormField(p.name)
		}
		if err == nil {
			_, err = io.WriteString(to, p.content)
		}
		if err != nil {
			panic(err) // into memory
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String(), w.FormDataContentType()
}

func uploadOf(body, contentType string) call {
	return call{method: "POST", path: benchload.UploadPath, body: body, header: map[string]string{"Content-Type": contentType}}
}

func TestUpload(t *testing.T) {
	s := &shop{}
	answered(t, do(newHandler(t, s), uploadOf(form(goodForm...))))
	if s.imported["file"] != "%PDF-1.7" || s.imported["kind"] != "invoice" || s.imported["filename"] != "RE12345.pdf" {
		t.Errorf("imported %v", s.imported)
	}
}

func TestBadUploads(t *testing.T) {
	good, contentType := form(goodForm...)
	for name, test := range map[string]struct {
		call
		fields []string
	}{
		"truncated":       {uploadOf(good[:len(good)-30], contentType), nil},
		"wrong boundary":  {uploadOf(good, "multipart/form-data; boundary=other"), nil},
		"no boundary":     {uploadOf(good, "multipart/form-data"), []string{"Content-Type"}},
		"no body":         {uploadOf("", contentType), nil},
		"duplicate field": {uploadOf(form(append(slices.Clone(goodForm), part{"kind", "", "reminder"})...)), []string{"kind"}},
		"duplicate file":  {uploadOf(form(append(slices.Clone(goodForm), goodForm[2])...)), []string{"file"}},
		"unknown field":   {uploadOf(form(append(slices.Clone(goodForm), part{"extra", "", "x"})...)), []string{"extra"}},
		"missing fields":  {uploadOf(form(goodForm[2])), []string{"filename", "kind"}},
		"bad enum":        {uploadOf(form(part{"kind", "", "poem"}, goodForm[1], goodForm[2])), []string{"kind"}},
		"NUL in a name":   {uploadOf(form(goodForm[0], part{"filename", "", "a\x00.pdf"}, goodForm[2])), []string{"filename"}},
		"not UTF-8":       {uploadOf(form(goodForm[0], part{"filename", "", "\xff.pdf"}, goodForm[2])), []string{"filename"}},
		"huge text":       {uploadOf(form(part{"kind", "", strings.Repeat("x", 70_000)}, goodForm[1], goodForm[2])), []string{"kind"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &shop{}
			e := refused(t, do(newHandler(t, s), test.call), 400, "ERR_INVALID_VALUE")
			if got := slices.Sorted(slices.Values(e.fields())); test.fields != nil && !slices.Equal(got, test.fields) {
				t.Errorf("fields %q, want %q", got, test.fields)
			}
			if s.imported != nil {
				t.Error("the operation saw a whole form")
			}
		})
	}
}

// Whatever an operation makes of a form that was refused on its way, the refusal is the answer.
func TestRefusedUploadWins(t *testing.T) {
	for name, answer := range map[string]error{"it fails": errors.New("storing failed"), "it succeeds": nil} {
		t.Run(name, func(t *testing.T) {
			s := &shop{upload: func(_ context.Context, r server.ImportExternalDocumentRequestObject) (server.ImportExternalDocumentResponseObject, error) {
				for {
					if _, err := r.Body.NextPart(); err != nil {
						return server.ImportExternalDocument200JSONResponse{Body: model.ImportedDocument{
							CommunicationReference: "_1", FileReference: "_2", VoucherReference: "_3"}}, answer
					}
				}
			}}
			e := refused(t, do(newHandler(t, s), uploadOf(form(part{"kind", "", "poem"}, goodForm[1], goodForm[2]))), 400, "ERR_INVALID_VALUE")
			if !slices.Equal(e.fields(), []string{"kind"}) {
				t.Errorf("fields %q", e.fields())
			}
		})
	}
}

func TestUploadNotReadToItsEnd(t *testing.T) {
	var l lines
	s := &shop{upload: func(_ context.Context, r server.ImportExternalDocumentRequestObject) (server.ImportExternalDocumentResponseObject, error) {
		_, err := r.Body.NextPart()
		return server.ImportExternalDocument200JSONResponse{Body: model.ImportedDocument{
			CommunicationReference: "_1", FileReference: "_2", VoucherReference: "_3"}}, err
	}}
	answered(t, do(newHandler(t, s, logTo(&l)), uploadOf(form(goodForm...))))
	if !strings.Contains(l.String(), "did not read its upload to the end") {
		t.Errorf("logged %s", l.String())
	}
}

// A file over its limit, and a body over its limit that does not say its length, are found by counting.
func TestTooLargeUploads(t *testing.T) {
	over := strings.Repeat("x", 25<<20+1)
	body, contentType := form(goodForm[0], goodForm[1], part{"file", "a.pdf", over})
	e := refused(t, do(newHandler(t, &shop{}), uploadOf(body, contentType)), 413, "ERR_TOO_LARGE")
	if !slices.Equal(e.fields(), []string{"file"}) {
		t.Errorf("fields %q", e.fields())
	}
	refused(t, do(newHandler(t, &shop{}), uploadOf(body+over, contentType)), 413, "ERR_TOO_LARGE")
}

// Eight megabytes pass, and not even one of them is ever in memory.
func TestUploadIsNotHeld(t *testing.T) {
	body, contentType := benchload.Form(8 << 20)
	h := newHandler(t, &shop{StrictServerInterface: benchload.New(), upload: benchload.New().ImportExternalDocument})
	run := func() uint64 {
		r := httptest.NewRequest("POST", benchload.UploadPath, bytes.NewReader(body))
		r.Header.Set("Authorization", benchload.Authorization)
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		h.ServeHTTP(w, r)
		runtime.ReadMemStats(&after)
		answered(t, w)
		return after.TotalAlloc - before.TotalAlloc
	}
	run()
	if got := run(); got > 512<<10 {
		t.Errorf("%d bytes were allocated", got)
	}
}

func TestUploadWithoutCredentialsIsNotRead(t *testing.T) {
	body, contentType := form(goodForm...)
	counting := &counted{Reader: strings.NewReader(body)}
	r := httptest.NewRequest("POST", benchload.UploadPath, counting)
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	newHandler(t, &shop{}).ServeHTTP(w, r)
	refused(t, w, 401, "ERR_UNAUTHORIZED")
	if counting.n != 0 {
		t.Errorf("%d bytes were read", counting.n)
	}
}
