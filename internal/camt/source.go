package camt

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxToken bounds what stands between two tags, and a tag with its attributes: encoding/xml holds each in memory. Texts of
// these messages have 500 characters at most.
const maxToken = 64 << 10

// source gives the bytes of a file, and not too many for one token.
type source struct {
	r      *bufio.Reader
	left   int   // bytes that the token may still have
	failed error // of the reader underneath: no fault of the file's
}

func newSource(r io.Reader) *source {
	return &source{r: bufio.NewReaderSize(r, 64<<10), left: maxToken}
}

var errLong = errors.New("camt: too much between two tags")

// ReadByte implements io.ByteReader: the decoder takes no byte more than it needs, so that they can be counted.
func (s *source) ReadByte() (byte, error) {
	if s.left--; s.left < 0 {
		return 0, errLong
	}
	b, err := s.r.ReadByte()
	if err != nil && err != io.EOF {
		s.failed = err
	}
	return b, err
}

// Read implements io.Reader, which the decoder asks for and does not use.
func (s *source) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := s.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// begin tells by the first bytes what is certainly not a message, and passes over a byte order mark.
func (s *source) begin() error {
	head, err := s.r.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case len(head) == 0:
		return &Error{Line: 1, Text: "The file is empty.", Hint: "Export the statement again."}
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return &Error{Line: 1, Text: "The file is a ZIP archive.", Hint: "Unpack it, and import the XML files in it one by one."}
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}), bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return &Error{Line: 1, Text: "The file is UTF-16.", Hint: "Save it as UTF-8."}
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = s.r.Discard(3)
		return err
	}
	return nil
}

// charset gives a file of another encoding than UTF-8 as UTF-8.
func charset(label string, in io.Reader) (io.Reader, error) {
	from, ok := in.(io.ByteReader)
	if !ok {
		return nil, fmt.Errorf("camt: %T gives no bytes", in)
	}
	switch strings.ToLower(label) {
	case "utf8", "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "latin1", "iso8859-1":
		return &translated{from: from, table: charmap.ISO8859_1}, nil
	case "iso-8859-15", "latin9", "iso8859-15":
		return &translated{from: from, table: charmap.ISO8859_15}, nil
	case "windows-1252", "cp1252":
		return &translated{from: from, table: charmap.Windows1252}, nil
	}
	return nil, &Error{Line: 1, Text: fmt.Sprintf("The encoding %q is not taken.", label), Hint: "Save the file as UTF-8; ISO-8859-1, ISO-8859-15 and Windows-1252 are taken too."}
}

// translated is a file of one byte per character as UTF-8.
type translated struct {
	from  io.ByteReader
	table *charmap.Charmap
	rest  []byte // of the last character
	rune  [utf8.UTFMax]byte
}

// ReadByte implements io.ByteReader.
func (t *translated) ReadByte() (byte, error) {
	if len(t.rest) == 0 {
		b, err := t.from.ReadByte()
		if err != nil {
			return 0, err
		}
		t.rest = t.rune[:utf8.EncodeRune(t.rune[:], t.table.DecodeByte(b))]
	}
	b := t.rest[0]
	t.rest = t.rest[1:]
	return b, nil
}

// Read implements io.Reader, which the decoder asks for and does not use.
func (t *translated) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := t.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}
