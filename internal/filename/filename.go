// Package filename makes names of files that strangers chose safe to show and to save under. What is a good name beyond that,
// whoever takes it decides.
package filename

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Max is how long a name may be, in bytes: what file systems allow.
const Max = 255

// Visible is a name in NFC without characters that are not seen but do something, such as turning the direction of text, with
// which fdp.exe looks like exe.pdf. Every kind of space becomes a plain one. Visible of its own result gives the same again.
func Visible(name string) string {
	return norm.NFC.String(strings.Map(visible, name))
}

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

// Fit shortens the stem of a name so that both are at most Max bytes with the extension. It cuts at a boundary of characters.
func Fit(stem, ext string) string {
	size := max(Max-len(ext), 0)
	if len(stem) <= size {
		return stem
	}
	for size > 0 && !utf8.RuneStart(stem[size]) {
		size--
	}
	return stem[:size]
}
