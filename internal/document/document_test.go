package document

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"github.com/dunwell/dunwell/internal/ar"
)

// TestMain lets the test binary be the child, as main does, and also children that misbehave.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case Command:
			syscall.Exit(InspectMain(os.Args[2:])) // with os.Exit, the race detector would wait a second
		case "hang":
			select {}
		case "burn":
			burn()
		case "silent":
			os.Exit(0)
		case "environment":
			fmt.Printf(`{"fault":"broken","cause":"%d variables"}`, len(os.Environ()))
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// burn uses up its second of processor time.
func burn() {
	if err := imposeLimits(1<<30, 1); err != nil {
		panic(err)
	}
	for {
	}
}

// pdf makes a small real PDF.
func pdf(t testing.TB, pages int, change func(*fpdf.Fpdf)) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.SetFont("Helvetica", "", 12)
	for i := range pages {
		p.AddPage()
		p.Cell(40, 10, fmt.Sprintf("Invoice RE12345, page %d", i+1))
	}
	if change != nil {
		change(p)
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const mail = "From: Anna <anna@example.com>\r\nTo: bob@example.com\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\nSubject: =?utf-8?q?R=C3=BCckfrage?=\r\n\r\nHello\r\n"

// file writes content to a file without the extension that its name will claim.
func file(t testing.TB, content []byte) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "upload"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.Write(content); err != nil { // and stay at the end: the position must not matter
		t.Fatal(err)
	}
	return f
}

// refusal gives the detail of an error that a caller may see, and checks its shape.
func refusal(t testing.TB, err error) ar.Detail {
	t.Helper()
	var e *ar.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a refusal", err)
	}
	slow := errors.Is(err, errTooSlow) && e.Kind == ar.Unavailable // a busy machine is not the file's fault
	if !slow && (e.Kind != ar.Invalid || e.Code != ar.CodeInvalidValue) || len(e.Details) != 1 {
		t.Fatalf("not a refusal: %#v", e)
	}
	if d := e.Details[0]; d.Error == "" || d.Hint == "" || len(d.Fields) == 0 {
		t.Fatalf("incomplete: %#v", d)
	}
	return e.Details[0]
}

func TestContentAndNameAgree(t *testing.T) {
	good := pdf(t, 2, nil)
	exe := append([]byte("MZ\x90\x00"), make([]byte, 2000)...)
	polyglot := append([]byte("MZ\x90\x00\n"), good...)
	late := append(bytes.Repeat([]byte("\n"), headSize), good...)
	shifted := append(bytes.Repeat([]byte("%comment\n"), 100), good...)
	tests := map[string]struct {
		content []byte
		name    string
		want    string // media type, or what the error says
	}{
		"pdf":                   {good, "a.pdf", PDF},
		"pdf, capitals":         {good, "A.PDF", PDF},
		"pdf after some bytes":  {shifted, "a.pdf", PDF},
		"eml":                   {[]byte(mail), "a.eml", EML},
		"eml, capitals":         {[]byte(mail), "a.Eml", EML},
		"eml about PDFs":        {[]byte(mail + "%PDF-1.7 is a header\r\n"), "a.eml", EML},
		"eml with BOM":          {[]byte(bom + mail), "a.eml", EML},
		"exe called pdf":        {exe, "a.pdf", "a Windows program, but 'filename' ends in .pdf"},
		"exe that is pdf too":   {polyglot, "a.pdf", "a Windows program, but 'filename' ends in .pdf"},
		"exe called eml":        {exe, "a.eml", "a Windows program, but 'filename' ends in .eml"},
		"docx called pdf":       {[]byte("PK\x03\x04word"), "a.pdf", "an office document, but"},
		"msg called eml":        {[]byte("\xd0\xcf\x11\xe0"), "a.eml", "an Outlook message, but"},
		"web page called pdf":   {[]byte("\n <HTML><body>404"), "a.pdf", "a web page, but"},
		"picture called pdf":    {[]byte("\x89PNG\r\n"), "a.pdf", "a PNG image, but"},
		"pdf called eml":        {good, "a.eml", "a PDF, but 'filename' ends in .eml"},
		"eml called pdf":        {[]byte(mail), "a.pdf", "an e-mail, but 'filename' ends in .pdf"},
		"text called pdf":       {[]byte("hello"), "a.pdf", "no PDF, but"},
		"pdf header too late":   {late, "a.pdf", "no PDF, but"},
		"text called eml":       {[]byte("hello"), "a.eml", "not a well-formed e-mail"},
		"one byte":              {[]byte("%"), "a.pdf", "no PDF, but"},
		"zeros":                 {make([]byte, 5000), "a.eml", "not a well-formed e-mail"},
		"only a header of pdf":  {[]byte("%PDF-1.7\n"), "a.pdf", "broken or incomplete"},
		"empty pdf":             {nil, "a.pdf", "empty"},
		"empty eml":             {nil, "a.eml", "empty"},
		"extension is not ours": {good, "a.exe", "does not end in .pdf or .eml"},
		"no extension":          {good, "pdf", "does not end in .pdf or .eml"},
	}
	inspector := New(Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := file(t, test.content)
			info, err := inspector.Inspect(t.Context(), f, test.name)
			if strings.Contains(test.want, "/") {
				if err != nil || info.MediaType != test.want || len(info.Flags) != 0 {
					t.Errorf("got %+v, %v", info, err)
				}
				if at, _ := f.Seek(0, 1); at != int64(len(test.content)) {
					t.Errorf("the file's position was moved to %d", at)
				}
				return
			}
			if d := refusal(t, err); !strings.Contains(d.Error, test.want) {
				t.Errorf("got %q, want …%s…", d.Error, test.want)
			}
		})
	}
}

func TestKinds(t *testing.T) {
	for _, kind := range []ar.CommunicationKind{"invoice", "creditnote", "reminder", "dunning1", "dunning2", "dunning3", "dunning4", "email", "letter", "", "fax"} {
		known := kinds[kind] != nil
		for _, mediaType := range []string{PDF, EML} {
			ok := known && !(kind == "email" && mediaType == PDF) && !(kind == "letter" && mediaType == EML)
			err := CheckKind(kind, mediaType)
			if ok != (err == nil) {
				t.Errorf("%s as %s: %v", kind, mediaType, err)
			}
			if err != nil {
				refusal(t, err)
			}
		}
	}
	if len(kinds) != 9 {
		t.Errorf("%d kinds", len(kinds))
	}
}
