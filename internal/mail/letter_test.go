package mail

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"testing"
)

// letter is a mail as a program of others reads it.
type letter struct {
	header      mail.Header
	subject     string
	plain, html string
	files       map[string]string // content by name
}

// readLetter reads a mail with the standard library, and refuses what a strict server would.
func readLetter(raw []byte) (l letter, err error) {
	for line := range bytes.SplitAfterSeq(raw, []byte("\n")) {
		if len(line) > 0 && !bytes.HasSuffix(line, []byte("\r\n")) {
			return l, errors.New("a line does not end in CRLF: " + string(line))
		}
		if len(line) > 1000 {
			return l, errors.New("a line is longer than 998 bytes: " + string(line))
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return l, err
	}
	l = letter{header: m.Header, files: make(map[string]string)}
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return l, err
	}
	return l, l.parts(m.Header.Get("Content-Type"), m.Body)
}

func (l *letter) parts(contentType string, body io.Reader) error {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		mediaType, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			return err
		}
		if mediaType == "multipart/alternative" {
			if err := l.parts(part.Header.Get("Content-Type"), part); err != nil {
				return err
			}
			continue
		}
		var decoded io.Reader = quotedprintable.NewReader(part)
		if part.Header.Get("Content-Transfer-Encoding") == "base64" {
			decoded = base64.NewDecoder(base64.StdEncoding, part)
		}
		content, err := io.ReadAll(decoded)
		if err != nil {
			return err
		}
		_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		switch {
		case err == nil:
			l.files[disposition["filename"]] = string(content)
		case mediaType == "text/plain":
			l.plain = string(content)
		case mediaType == "text/html":
			l.html = string(content)
		}
	}
}

func readMail(t testing.TB, raw []byte) letter {
	t.Helper()
	l, err := readLetter(raw)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	return l
}
