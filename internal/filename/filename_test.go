package filename

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestVisible(t *testing.T) {
	for raw, want := range map[string]string{
		"RE 1 (2).pdf":                "RE 1 (2).pdf",
		"請求書.pdf":                     "請求書.pdf",
		"😀.pdf":                       "😀.pdf",
		"صورت\u200cحساب.pdf":          "صورت\u200cحساب.pdf", // as it is spelt
		"Mu\u0308ller":                "M\u00fcller",
		"Mu\u200b\u0308ller":          "M\u00fcller", // in NFC after what stood between has gone
		"a\x00\r\n\t\x7f\u0085b":      "ab",
		"RE1\u202efdp.exe":            "RE1fdp.exe",
		"\u2066a\u2069\ufeff\u00adb":  "ab",
		"a\u2028b\u2029c":             "abc",
		"a\u00a0b\u3000c\u2009d":      "a b c d",
		"tag\U000e0041\U000e007f.pdf": "tag.pdf",
	} {
		if got := Visible(raw); got != want {
			t.Errorf("%q becomes %q, want %q", raw, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	tests := []struct{ stem, ext, want string }{
		{"RE1", ".pdf", "RE1"},
		{strings.Repeat("x", 251), ".pdf", strings.Repeat("x", 251)},
		{strings.Repeat("x", 252), ".pdf", strings.Repeat("x", 251)},
		{strings.Repeat("ä", 200), ".pdf", strings.Repeat("ä", 125)},
		{strings.Repeat("😀", 100), "", strings.Repeat("😀", 63)},
		{"x", strings.Repeat(".", 300), ""},
	}
	for _, test := range tests {
		if got := Fit(test.stem, test.ext); got != test.want {
			t.Errorf("%.20q before %.20q becomes %q", test.stem, test.ext, got)
		}
	}
}

func FuzzFilename(f *testing.F) {
	for _, seed := range []string{"RE1.pdf", "RE1\u202efdp.exe", "e\u200b\u0301", "\xff\xe2\x80", strings.Repeat("ä", 200)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name := Visible(raw)
		switch {
		case Visible(name) != name:
			t.Errorf("%q becomes %q, then %q", raw, name, Visible(name))
		case !utf8.ValidString(name), !norm.NFC.IsNormalString(name):
			t.Errorf("%q becomes %q", raw, name)
		case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }):
			t.Errorf("%q has control characters", name)
		}
		if fit := Fit(name, ".pdf"); len(fit)+len(".pdf") > Max || !utf8.ValidString(fit) || !strings.HasPrefix(name, fit) {
			t.Errorf("%q fits as %q", name, fit)
		}
	})
}
