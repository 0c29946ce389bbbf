package client

import (
	"bytes"
	"crypto/rand"
	"io"
	"mime"
	"strings"
)

// uploadForm is a multipart body around a file. What comes before the file and after it is made once, so that its
// length is known, and that it is the same, byte for byte, in every attempt. It is spelled as validation gives it out,
// which therefore changes no length.
type uploadForm struct {
	head, tail  []byte
	contentType string // with the boundary
}

// formText is a part that is a text.
type formText struct{ name, value string }

// newUploadForm puts the texts before the file, so that a server knows what the file is before it comes. Empty ones
// are left out. The boundary is random: nobody who made the file can have put it in.
func newUploadForm(texts []formText, file, filename string) *uploadForm {
	boundary := rand.Text() + rand.Text()
	var head bytes.Buffer
	part := func(disposition map[string]string, contentType string) {
		head.WriteString("--" + boundary + "\r\nContent-Disposition: " + mime.FormatMediaType("form-data", disposition) + "\r\n" + contentType + "\r\n")
	}
	for _, text := range texts {
		if text.value != "" {
			part(map[string]string{"name": text.name}, "")
			head.WriteString(text.value + "\r\n")
		}
	}
	part(map[string]string{"name": file, "filename": plain(filename)}, "Content-Type: "+mediaTypeOf(filename)+"\r\n")
	return &uploadForm{head.Bytes(), []byte("\r\n--" + boundary + "--\r\n"), "multipart/form-data; boundary=" + boundary}
}

// plain is a file name in the header of a part, where servers disagree about all but ASCII. The whole name is a part of
// its own.
func plain(filename string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/`, r) {
			return '_'
		}
		return r
	}, filename)
}

// length of the body around a file of size bytes.
func (f *uploadForm) length(size int64) int64 { return int64(len(f.head)) + size + int64(len(f.tail)) }

// around gives the body with the file in it.
func (f *uploadForm) around(file io.Reader) io.Reader {
	return io.MultiReader(bytes.NewReader(f.head), file, bytes.NewReader(f.tail))
}
