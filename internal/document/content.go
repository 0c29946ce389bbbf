package document

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// headSize is how far a PDF's header may be from the start of the file: viewers search this far, and so do we.
const headSize = 1024

func hasPDFHeader(head []byte) bool { return bytes.Contains(head, []byte("%PDF-")) }

// hasPDFTrailer says whether a PDF goes on to its end mark, which must be within its last 1024 bytes. The parser would
// rebuild what is missing; but a document that was cut off is not the document, and the archive must not take it for it.
// Padding after the end is none of the document.
func hasPDFTrailer(file io.ReaderAt, size int64) (bool, error) {
	const window = 64 << 10
	tail := make([]byte, min(size, window))
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return false, fmt.Errorf("document: %w", err)
	}
	tail = bytes.TrimRight(tail, "\x00 \t\r\n")
	return bytes.Contains(tail[max(0, len(tail)-headSize):], []byte("%%EOF")), nil
}

// signatures are the beginnings of what people import by mistake, or call .pdf on purpose. A program that is a PDF
// as well, further on, is still a program.
var signatures = []struct{ magic, name string }{
	{"MZ", "a Windows program"},
	{"\x7fELF", "a program"},
	{"\xca\xfe\xba\xbe", "a program"},
	{"\xcf\xfa\xed\xfe", "a program"},
	{"#!", "a script"},
	{"PK\x03\x04", "a ZIP archive or an office document"},
	{"PK\x05\x06", "a ZIP archive"},
	{"\xd0\xcf\x11\xe0", "an old office document or an Outlook message"},
	{"{\\rtf", "a rich text document"},
	{"%!PS", "a PostScript file"},
	{"\x89PNG", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"II*\x00", "a TIFF image"},
	{"MM\x00*", "a TIFF image"},
	{"Rar!", "a RAR archive"},
	{"7z\xbc\xaf", "a 7-Zip archive"},
	{"\x1f\x8b", "a gzip archive"},
	{"<!doctype html", "a web page"},
	{"<html", "a web page"},
	{"<?xml", "an XML document"},
}

// recognise names a file that is evidently neither a PDF nor an e-mail, "" otherwise.
func recognise(head []byte) string {
	start := strings.TrimLeft(strings.TrimPrefix(string(head), bom), " \t\r\n")
	for _, s := range signatures {
		if len(start) >= len(s.magic) && (strings.HasPrefix(start, s.magic) || s.magic[0] == '<' && strings.EqualFold(start[:len(s.magic)], s.magic)) {
			return s.name
		}
	}
	return ""
}

// bom starts some text files; some programs put it before an e-mail.
const bom = "\xef\xbb\xbf"
