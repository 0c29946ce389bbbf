package outbound

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/dunwell/dunwell/internal/filename"
)

func TestFileName(t *testing.T) {
	long := strings.Repeat("ä", 200)
	tests := []struct{ disposition, path, mediaType, want string }{
		{"", "/files/terms.pdf", "application/pdf", "terms.pdf"},
		{"", "/files/Allgemeine%20Gesch%C3%A4ftsbedingungen.PDF", "application/pdf", "Allgemeine Geschäftsbedingungen.PDF"},
		{"", "/download.php", "application/pdf", "download.php.pdf"},
		{"", "/invoice.exe", "text/plain", "invoice.exe.txt"},
		{"", "/photo.jpeg", "image/jpeg", "photo.jpeg"},
		{"", "/photo", "image/jpeg", "photo.jpg"},
		{"", "/", "application/pdf", "attachment.pdf"},
		{"", "", "text/csv", "attachment.csv"},
		{"", "/.pdf", "application/pdf", "pdf.pdf"},
		{"", "/a%2F..%2Fb%5Cc.pdf", "application/pdf", "c.pdf"},
		{"", "/a%00b%0D%0A%E2%80%AEfdp.exe", "application/pdf", "abfdp.exe.pdf"},
		{"", "/%FFa.pdf", "application/pdf", "a.pdf"},
		{"", "/C:a.pdf", "application/pdf", "a.pdf"},
		{"", "/" + long + ".pdf", "application/pdf", strings.Repeat("ä", 125) + ".pdf"},
		{"", "/Mu\u0308ller.xml", "text/xml", "M\u00fcller.xml"},
		{`attachment; filename="Terms 2026.pdf"`, "/1", "application/pdf", "Terms 2026.pdf"},
		{`inline; filename=terms.pdf`, "/1", "application/pdf", "terms.pdf"},
		{`attachment; filename="x.pdf"; filename*=UTF-8''Gesch%C3%A4ft.pdf`, "/1", "application/pdf", "Geschäft.pdf"},
		{`attachment; filename="../../etc/passwd"`, "/1", "text/plain", "passwd.txt"},
		{`attachment; filename="..\\..\\win.csv"`, "/1", "text/csv", "win.csv"},
		{`attachment; filename=""`, "/terms.pdf", "application/pdf", "terms.pdf"},
		{`attachment; filename="..."`, "/terms.pdf", "application/pdf", "terms.pdf"},
		{`attachment`, "/terms.pdf", "application/pdf", "terms.pdf"},
		{`;;;`, "/terms.pdf", "application/pdf", "terms.pdf"},
	}
	for _, test := range tests {
		u, err := url.Parse("https://example.com" + test.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := fileName(test.disposition, u, test.mediaType); got != test.want {
			t.Errorf("%s of %s becomes %q, want %q", test.disposition, test.path, got, test.want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"terms.pdf", `attachment; filename="a.pdf"`, "../..", "\u202efdp.exe", "e\u200b\u0301", strings.Repeat("ä", 200), ". : .", "\xff", ".PDF. "} {
		f.Add(seed, seed, 0)
	}
	f.Fuzz(func(t *testing.T, disposition, path_ string, index int) {
		mediaType := knownTypes[(index%len(knownTypes)+len(knownTypes))%len(knownTypes)]
		name := fileName(disposition, &url.URL{Path: path_}, mediaType)
		ext := strings.ToLower(path.Ext(name))
		switch {
		case !slices.Contains(extensions[mediaType], ext), len(name) <= len(ext):
			t.Errorf("%q as %s", name, mediaType)
		case len(name) > filename.Max, !utf8.ValidString(name), !norm.NFC.IsNormalString(name):
			t.Errorf("%q: %d bytes", name, len(name))
		case strings.ContainsAny(name, `/\:`), name != strings.Trim(name, ". "):
			t.Errorf("%q is no plain name", name)
		case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }):
			t.Errorf("%q has control characters", name)
		}
	})
}
