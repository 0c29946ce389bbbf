package outbound

import (
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxFilename is what file systems allow, in bytes.
const maxFilename = 255

// fileName is the name under which a customer gets a file: the one of the header Content-Disposition, else the last element of
// the path, else "attachment", and with an extension of the media type, so that it is opened as what it was checked to be.
func fileName(disposition string, u *url.URL, mediaType string) string {
	known := extensions[mediaType]
	_, params, _ := mime.ParseMediaType(disposition)
	for _, raw := range []string{params["filename"], path.Base(u.Path)} {
		name := clean(raw)
		ext := path.Ext(name)
		if !slices.Contains(known, strings.ToLower(ext)) {
			ext = known[0]
		}
		stem := strings.Trim(truncate(strings.TrimSuffix(name, ext), maxFilename-len(ext)), ". ")
		if stem != "" {
			return stem + ext
		}
	}
	return "attachment" + known[0]
}

// clean keeps of a name what is seen, in NFC, without folders, drives, and dots or spaces at either end.
func clean(raw string) string {
	name := norm.NFC.String(strings.Map(visible, strings.ToValidUTF8(raw, "")))
	name = name[strings.LastIndexAny(name, `/\:`)+1:]
	return strings.Trim(name, ". ")
}

// visible drops characters that are not seen but do something, such as turning the direction of text, with which fdp.exe looks
// like exe.pdf.
func visible(r rune) rune {
	switch {
	case r == '\u200c' || r == '\u200d': // joiners: Persian and Hindi are not written right without them
		return r
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
		return -1
	case unicode.Is(unicode.Zs, r):
		return ' '
	}
	return r
}

// truncate cuts at a boundary of characters.
func truncate(s string, size int) string {
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size]
}
