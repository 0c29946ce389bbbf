package validate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
)

const boundary = "xYzZy"

const formType = "multipart/form-data; boundary=" + boundary

// part is one part of a form: the parameters of its Content-Disposition, more header lines, and its content.
func part(disposition, more, content string) string {
	return "--" + boundary + "\r\nContent-Disposition: form-data; " + disposition + "\r\n" + more + "\r\n" + content + "\r\n"
}

func filePart(content string) string {
	return part(`name="file"; filename="RE1.pdf"`, "Content-Type: application/pdf\r\n", content)
}

func textPart(name, content string) string { return part(`name="`+name+`"`, "", content) }

const formEnd = "--" + boundary + "--\r\n"

var (
	namePart = textPart("name", "RE1")
	kindPart = textPart("kind", "letter")
)

// receive reads an upload as a handler does: all parts, all content.
func receive(body io.Reader) (map[string]string, error) {
	got := make(map[string]string)
	reader := multipart.NewReader(body, boundary)
	for {
		p, err := reader.NextPart()
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		content, err := io.ReadAll(p)
		got[p.FormName()] = string(content)
		if err != nil {
			return got, err
		}
	}
}

func TestUpload(t *testing.T) {
	upload := operation(t, newContract(t), "uploadThing")
	var g golden
	for _, tt := range []struct{ name, body string }{
		{"all", filePart("%PDF") + namePart + kindPart + textPart("copies", "2") + textPart("urgent", "true") + textPart("meta", `{"a":1}`) + formEnd},
		{"another order", kindPart + namePart + filePart("%PDF") + formEnd},
		{"no line break at the end", kindPart + namePart + filePart("%PDF") + strings.TrimSuffix(formEnd, "\r\n")},
		{"preamble and epilogue", "Hello\r\n" + kindPart + namePart + filePart("%PDF") + formEnd + "Goodbye"},
		{"bare line feeds", strings.ReplaceAll(kindPart+namePart+filePart("%PDF")+formEnd, "\r\n", "\n")},
		{"name with umlauts", part(`name="file"; filename="Rechnung Müller.pdf"`, "Content-Type: application/pdf\r\n", "x") + namePart + kindPart + formEnd},
		{"name with quotes and path", part(`name="file"; filename="..\\..\\a \"b\".pdf"`, "Content-Type: application/pdf\r\n", "x") + namePart + kindPart + formEnd},
		{"file without required parts", filePart("%PDF") + formEnd},
		{"nothing", formEnd},
		{"no bytes", ""},
		{"not multipart", "Hello"},
		{"unknown part", filePart("%PDF") + namePart + kindPart + textPart("knid", "letter") + formEnd},
		{"unknown part first", textPart("other", "x") + filePart("%PDF") + namePart + kindPart + formEnd},
		{"twin part", filePart("%PDF") + namePart + kindPart + textPart("Kind", "letter") + formEnd},
		{"duplicate text", filePart("%PDF") + namePart + kindPart + kindPart + formEnd},
		{"duplicate file", filePart("%PDF") + filePart("%PDF") + namePart + kindPart + formEnd},
		{"part without name", part("", "", "x") + formEnd},
		{"part without disposition", "--" + boundary + "\r\n\r\nx\r\n" + formEnd},
		{"malformed header", "--" + boundary + "\r\nnonsense\r\n\r\nx\r\n" + formEnd},
		{"huge header", "--" + boundary + "\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\nx\r\n" + formEnd},
		{"huge text part", filePart("%PDF") + textPart("name", strings.Repeat("x", 1<<20)) + kindPart + formEnd},
		{"text too long", filePart("%PDF") + textPart("name", strings.Repeat("x", 31)) + kindPart + formEnd},
		{"text empty", filePart("%PDF") + textPart("name", "") + kindPart + formEnd},
		{"text not UTF-8", filePart("%PDF") + textPart("name", "a\xff") + kindPart + formEnd},
		{"text with NUL", filePart("%PDF") + textPart("name", "a\x00") + kindPart + formEnd},
		{"enum", filePart("%PDF") + namePart + textPart("kind", "fax") + formEnd},
		{"integer", filePart("%PDF") + namePart + kindPart + textPart("copies", "two") + formEnd},
		{"integer out of bounds", filePart("%PDF") + namePart + kindPart + textPart("copies", "10") + formEnd},
		{"boolean", filePart("%PDF") + namePart + kindPart + textPart("urgent", "yes") + formEnd},
		{"JSON part", filePart("%PDF") + namePart + kindPart + textPart("meta", `{"a":"x","b":1}`) + formEnd},
		{"JSON part that is none", filePart("%PDF") + namePart + kindPart + textPart("meta", `{"a":`) + formEnd},
		{"empty file", filePart("") + namePart + kindPart + formEnd},
		{"file of another type", part(`name="file"`, "Content-Type: image/png\r\n", "x") + namePart + kindPart + formEnd},
		{"file without type", part(`name="file"; filename="a.pdf"`, "", "x") + namePart + kindPart + formEnd},
		{"file at its limit", filePart(strings.Repeat("x", 100000)) + namePart + kindPart + formEnd},
		{"file over its limit", filePart(strings.Repeat("x", 100001)) + namePart + kindPart + formEnd},
		{"NUL in the file name", part("name=\"file\"; filename=\"a\x00.pdf\"", "Content-Type: application/pdf\r\n", "x") + namePart + kindPart + formEnd},
		{"transfer encoding", part(`name="name"`, "Content-Transfer-Encoding: base64\r\n", "UkUx") + filePart("x") + kindPart + formEnd},
		{"several wrong", textPart("kind", "fax") + textPart("name", "") + textPart("foo", "1") + textPart("copies", "0") + formEnd},
		{"wrong before a large file", textPart("kind", "fax") + filePart(strings.Repeat("x", 1<<20)) + namePart + formEnd},
		{"cut off", filePart("%PDF") + namePart + "--" + boundary},
		{"other boundary", strings.ReplaceAll(filePart("%PDF")+namePart+kindPart+formEnd, boundary, "other")},
	} {
		body, err := upload.Upload(strings.NewReader(tt.body), formType)
		if err == nil {
			var got map[string]string
			got, err = receive(body)
			if err == nil && (got["name"] != "RE1" || got["kind"] != "letter" || got["file"] == "") {
				t.Errorf("%s: the handler received %q", tt.name, got)
			}
		}
		g.add(tt.name, tt.body, err)
	}
	g.compare(t, "uploads.golden")
}

func TestUploadNeedsABoundary(t *testing.T) {
	upload := operation(t, newContract(t), "uploadThing")
	for _, contentType := range []string{"multipart/form-data", "multipart/form-data; boundary=", "", ";", "multipart/form-data; boundary=" + strings.Repeat("x", 71)} {
		_, err := upload.Upload(strings.NewReader(formEnd), contentType)
		if v := violationsOf(err); v == nil || v[0].Path != "Content-Type" || !strings.Contains(v[0].Hint, "let your HTTP library set the Content-Type header") {
			t.Errorf("%q: %+v", contentType, err)
		}
	}
	if _, err := operation(t, newContract(t), "putThing").Upload(strings.NewReader(formEnd), formType); err == nil {
		t.Error("an operation without a multipart body takes an upload")
	}
}

// TestUploadKeepsEveryByte sends contents that look like boundaries, read in pieces of every size.
func TestUploadKeepsEveryByte(t *testing.T) {
	upload := operation(t, newContract(t), "uploadThing")
	var binary []byte
	for i := range 70000 {
		binary = append(binary, byte(i*i>>3))
	}
	for _, content := range []string{
		"%PDF-1.7\r\n", "\r\n", "\n", "\r", "--" + boundary + "Z", "\r\n--" + boundary + "-", "\n--" + boundary + "\r\n", "\r\n--" + boundary[:4],
		"a\r\n--" + boundary + "x\r\n--" + boundary + "-y", string(binary),
	} {
		body := filePart(content) + namePart + kindPart + formEnd
		for _, wrap := range []func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader,
		} {
			through, err := upload.Upload(wrap(strings.NewReader(body)), formType)
			if err != nil {
				t.Fatal(err)
			}
			got, err := receive(iotest.HalfReader(through))
			if err != nil || got["file"] != content {
				t.Fatalf("sent %d bytes, received %d: %v", len(content), len(got["file"]), err)
			}
		}
	}
}

// TestTruncatedUpload cuts a body at every byte: none of the pieces may look whole.
func TestTruncatedUpload(t *testing.T) {
	upload := operation(t, newContract(t), "uploadThing")
	body := filePart("%PDF-1.7\r\nend") + namePart + kindPart + textPart("copies", "3") + formEnd
	whole := len(body) - len("\r\n") // the last line break may be missing, but not half of it
	for cut := range len(body) {
		through, err := upload.Upload(strings.NewReader(body[:cut]), formType)
		if err != nil {
			t.Fatal(err)
		}
		_, err = receive(through)
		var v Violations
		switch {
		case cut == whole && err != nil:
			t.Errorf("cut at %d of %d: %v", cut, len(body), err)
		case cut < whole && !errors.As(err, &v):
			t.Errorf("cut at %d of %d: got %v, want violations", cut, len(body), err)
		}
	}
}

func TestUploadPassesErrorsOfTheBody(t *testing.T) {
	upload := operation(t, newContract(t), "uploadThing")
	body := filePart(strings.Repeat("x", 5000)) + namePart + kindPart + formEnd
	broken := errors.New("connection reset")
	for cut := 0; cut < len(body); cut += 97 {
		through, err := upload.Upload(io.MultiReader(strings.NewReader(body[:cut]), iotest.ErrReader(broken)), formType)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := receive(through); !errors.Is(err, broken) {
			t.Fatalf("cut at %d: got %v", cut, err)
		}
	}
	limited := http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader(body)), 1000)
	through, err := upload.Upload(limited, formType)
	if err != nil {
		t.Fatal(err)
	}
	var large *http.MaxBytesError
	if _, err := receive(through); !errors.As(err, &large) {
		t.Errorf("got %v, want *http.MaxBytesError", err)
	}
}

func TestUploadOverItsLimit(t *testing.T) {
	upload := operation(t, newContract(t), "uploadThing")
	through, err := upload.Upload(strings.NewReader(filePart(strings.Repeat("x", 200000))+namePart+kindPart+formEnd), formType)
	if err != nil {
		t.Fatal(err)
	}
	got, err := receive(through)
	var large *TooLargeError
	if !errors.As(err, &large) || large.Path != "file" || large.Limit != 100000 {
		t.Errorf("got %v", err)
	}
	if len(got["file"]) > 100000 {
		t.Errorf("the handler got %d bytes", len(got["file"]))
	}
	if n, again := through.Read(make([]byte, 10)); n != 0 || again == nil {
		t.Error("Read goes on after its error")
	}
}

// TestUploadHoldsLittle passes a large file and measures what stays.
func TestUploadHoldsLittle(t *testing.T) {
	upload := operation(t, realContract(t), "importExternalDocument")
	const size = 8 << 20
	head := strings.ReplaceAll(filePart("@"), "@\r\n", "")
	tail := "\r\n" + textPart("filename", "RE1.pdf") + textPart("kind", "invoice") + formEnd
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		buffer := make([]byte, 32<<10)
		for b.Loop() {
			body := io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, size), strings.NewReader(tail))
			through, err := upload.Upload(body, formType)
			if err != nil {
				b.Fatal(err)
			}
			n, err := io.CopyBuffer(onlyWriter{io.Discard}, through, buffer)
			if err != nil || n < size {
				b.Fatal(n, err)
			}
		}
	})
	if held := result.AllocedBytesPerOp(); held > 64<<10 {
		t.Errorf("%d bytes allocated for an upload of %d", held, size)
	}
}

// onlyWriter hides ReadFrom, which would bring a buffer of its own.
type onlyWriter struct{ io.Writer }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// FuzzUpload compares what goes in with what comes out: a body that comes to its end has every required part, and
// says the same as the original.
func FuzzUpload(f *testing.F) {
	upload := operation(f, newContract(f), "uploadThing")
	f.Add([]byte(filePart("%PDF") + namePart + kindPart + formEnd))
	f.Add([]byte(kindPart + textPart("copies", "1") + namePart + filePart("\r\n--"+boundary+"x") + formEnd))
	f.Add([]byte(strings.ReplaceAll(kindPart+namePart+filePart("\r\n\r")+formEnd, "\r\n", "\n")))
	f.Fuzz(func(t *testing.T, body []byte) {
		through, err := upload.Upload(bytes.NewReader(body), formType)
		if err != nil {
			t.Fatal(err)
		}
		got, err := receive(through)
		if err != nil {
			return
		}
		want, err := receive(bytes.NewReader(body))
		if err != nil {
			t.Fatalf("accepted %q, which multipart refuses: %v", body, err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q: got %q, want %q", body, got, want)
		}
		for _, required := range upload.upload.required {
			if _, ok := got[required]; !ok {
				t.Fatalf("%q: came to its end without %s", body, required)
			}
		}
	})
}
