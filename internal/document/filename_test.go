package document

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/dunwell/dunwell/internal/filename"
)

func TestFilename(t *testing.T) {
	long := strings.Repeat("ä", 200)
	tests := []struct{ raw, want string }{
		{"RE12345.pdf", "RE12345.pdf"},
		{"Rechnung Müller & Söhne (2).PDF", "Rechnung Müller & Söhne (2).PDF"},
		{"請求書.pdf", "請求書.pdf"},
		{"صورت‌حساب.pdf", "صورت‌حساب.pdf"}, // with a zero-width non-joiner, as it is spelt
		{"a.b.c.eml", "a.b.c.eml"},
		{"invoice.exe.pdf", "invoice.exe.pdf"},
		{"Mu\u0308ller.pdf", "M\u00fcller.pdf"},

		{"../../etc/passwd.pdf", "passwd.pdf"},
		{`..\..\windows\win.pdf`, "win.pdf"},
		{`C:\Users\anna\RE1.pdf`, "RE1.pdf"},
		{"C:RE1.pdf", "RE1.pdf"},
		{"a:b:c:RE1.pdf", "RE1.pdf"},
		{"/RE1.pdf", "RE1.pdf"},
		{"...RE1.pdf", "RE1.pdf"},
		{" . RE1.pdf. . ", "RE1.pdf"},
		{"RE1 .pdf", "RE1.pdf"},
		{"RE1..pdf", "RE1.pdf"},
		{"RE1.pdf\x00", "RE1.pdf"},
		{"RE\r\nContent-Type: x\t1.pdf", "REContent-Type: x1.pdf"},
		{"RE1\u202efdp.pdf", "RE1fdp.pdf"},
		{"RE\u200b1\u2066\u2069\ufeff.p\u00addf", "RE1.pdf"},
		{"C\u200b:RE1.pdf", "RE1.pdf"},
		{"RE\u00a01\u3000x.pdf", "RE 1 x.pdf"},
		{long + ".pdf", strings.Repeat("ä", 125) + ".pdf"},
		{"x" + long + ".pdf", "x" + strings.Repeat("ä", 125) + ".pdf"},
		{strings.Repeat("x", 250) + " y.pdf", strings.Repeat("x", 250) + ".pdf"},
	}
	for _, test := range tests {
		got, err := Filename(test.raw)
		if err != nil || got != test.want {
			t.Errorf("%q becomes %q, %v; want %q", test.raw, got, err, test.want)
		}
	}
}

func TestBadFilename(t *testing.T) {
	tests := []struct{ raw, want string }{
		{"", "no name"},
		{"...", "no name"},
		{"/", "no name"},
		{"a.pdf/", "no name"},
		{"C:", "no name"},
		{"C: ", "no name"},
		{".pdf", "does not end in"}, // a hidden file called pdf
		{"pdf", "does not end in"},
		{"a.exe", "does not end in"},
		{"a.pdf.exe", "does not end in"},
		{"a.exe\u202efdp.", "does not end in"}, // is shown as a.exe.pdf
		{"a.pdf:stream", "does not end in"},
		{"a.pd\u0000", "does not end in"},
		{"a.ｐｄｆ", "does not end in"},
		{"a\xff.pdf", "not valid UTF-8"},
	}
	for _, test := range tests {
		got, err := Filename(test.raw)
		if err == nil {
			t.Errorf("%q becomes %q", test.raw, got)
			continue
		}
		d := refusal(t, err)
		if !strings.Contains(d.Error, test.want) || d.Fields[0] != "filename" {
			t.Errorf("%q: %+v", test.raw, d)
		}
	}
}

func FuzzFilename(f *testing.F) {
	for _, seed := range []string{"RE12345.pdf", "../a.eml", `C:\x.pdf`, "a\u202efdp.exe", ".. .pdf", "\xff.pdf", "e\u200b\u0301.pdf", strings.Repeat("ä", 200) + ".pdf", " : .pdf"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name, err := Filename(raw)
		if err != nil {
			refusal(t, err)
			return
		}
		if again, err := Filename(name); err != nil || again != name {
			t.Errorf("%q becomes %q, then %q, %v", raw, name, again, err)
		}
		switch ext := strings.ToLower(filepath.Ext(name)); {
		case ext != ".pdf" && ext != ".eml", len(name) <= 4:
			t.Errorf("%q has the extension %q", name, ext)
		case len(name) > filename.Max, !utf8.ValidString(name), !norm.NFC.IsNormalString(name):
			t.Errorf("%q: %d bytes", name, len(name))
		case strings.ContainsAny(name, `/\`), strings.HasPrefix(name, "."), name != strings.TrimSpace(name):
			t.Errorf("%q is no plain name", name)
		case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }):
			t.Errorf("%q has control characters", name)
		}
	})
}
