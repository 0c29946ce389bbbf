package main

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"testing"

	"github.com/dunwell/dunwell/api/validate"
)

// --max-file is the limit of the contract that requests are held against.
func TestMaxFileIsTheLimit(t *testing.T) {
	c, err := contractFor(&settings{MaxFile: 10})
	if err != nil {
		t.Fatal(err)
	}
	o, _ := c.Operation("importExternalDocument")
	for size, fits := range map[int]bool{10: true, 11: false} {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, _ := w.CreateFormFile("file", "a.pdf")
		_, _ = part.Write(make([]byte, size))
		_ = w.WriteField("filename", "a.pdf")
		_ = w.WriteField("kind", "invoice")
		_ = w.Close()
		checked, err := o.Upload(&form, w.FormDataContentType())
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, checked)
		var over *validate.TooLargeError
		if errors.As(err, &over) == fits || fits && err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
