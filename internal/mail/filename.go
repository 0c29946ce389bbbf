package mail

import (
	"fmt"
	"mime"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/dunwell/dunwell/internal/filename"
)

// maxParameter is how long one piece of a name may be, in encoded bytes, so that lines stay below 78.
const maxParameter = 60

// cleanFilename is the name without what could end a header or leave a folder. What an import has accepted stays as it is,
// but for spaces in a row, which folding would not preserve.
func cleanFilename(name string) string {
	name = filename.Visible(oneLine(separators.Replace(name)))
	name = oneLine(name) // again: between two spaces may have been what is not seen
	ext := path.Ext(name)
	if len(ext) > 16 {
		ext = ""
	}
	stem := filename.Fit(strings.TrimSuffix(name, ext), ext)
	if name = strings.TrimSpace(stem) + ext; name == "" || strings.Trim(name, ".") == "" {
		return "attachment"
	}
	return name
}

var separators = strings.NewReplacer("/", "_", `\`, "_")

// filenameParameters are those of a Content-Disposition: the name in UTF-8 by RFC 2231, unless it is plain ASCII. It has no second name in
// ASCII, because some programs would take that one; who cannot read RFC 2231 looks at the Content-Type, which has. (Encoded
// words within quotes, as often seen, are against RFC 2047.)
func filenameParameters(name string) string {
	if asciiFilename(name) == name {
		return `filename="` + name + `"`
	}
	pieces := encodeParameter(name)
	if len(pieces) == 1 {
		return "filename*=UTF-8''" + pieces[0]
	}
	for i, piece := range pieces {
		charset := ""
		if i == 0 {
			charset = "UTF-8''"
		}
		pieces[i] = fmt.Sprintf("filename*%d*=%s%s", i, charset, piece)
	}
	return strings.Join(pieces, "; ")
}

// encodeParameter is a value of RFC 2231 in pieces. No character is split over two.
func encodeParameter(value string) []string {
	var pieces []string
	var piece strings.Builder
	for _, r := range value {
		encoded := encodeRune(r)
		if piece.Len()+len(encoded) > maxParameter {
			pieces = append(pieces, piece.String())
			piece.Reset()
		}
		piece.WriteString(encoded)
	}
	return append(pieces, piece.String())
}

func encodeRune(r rune) string {
	if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._~+", r)) {
		return string(r)
	}
	var b strings.Builder
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

var transliterated = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "ẞ", "SS",
	"ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "æ", "ae", "Æ", "Ae", "œ", "oe", "đ", "d", "ı", "i", "–", "-", "—", "-")

// asciiFilename is the name for programs of the last century: without accents, and what is then not ASCII, or would end the
// quotes, as an underscore.
func asciiFilename(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(transliterated.Replace(name)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r):
			b.WriteByte('_')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// mediaType is the type if it is one, without parameters.
func mediaType(raw string) string {
	parsed, _, err := mime.ParseMediaType(raw)
	if err != nil || !strings.Contains(parsed, "/") || strings.HasPrefix(parsed, "multipart/") || strings.HasPrefix(parsed, "message/") {
		return "application/octet-stream" // a message must not be in base64 (RFC 2046 5.2.1)
	}
	return parsed
}
