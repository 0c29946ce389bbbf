package mail

import (
	"mime"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/filename"
)

func TestFilename(t *testing.T) {
	long := strings.Repeat("Übergrößenträger ", 20)
	tests := []struct{ raw, want, parameters string }{
		{"RE1.pdf", "RE1.pdf", `filename="RE1.pdf"`},
		{"RE 1 (2).pdf", "RE 1 (2).pdf", `filename="RE 1 (2).pdf"`},
		{"Müller.pdf", "Müller.pdf", `filename*=UTF-8''M%C3%BCller.pdf`},
		{"Łódź – ½.pdf", "Łódź – ½.pdf", `filename*=UTF-8''%C5%81%C3%B3d%C5%BA%20%E2%80%93%20%C2%BD.pdf`},
		{"請求書.pdf", "請求書.pdf", `filename*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.pdf`},
		{"😀.pdf", "😀.pdf", `filename*=UTF-8''%F0%9F%98%80.pdf`},
		{`a"b\c.pdf`, `a"b_c.pdf`, `filename*=UTF-8''a%22b_c.pdf`},
		{`a%41'*.pdf`, `a%41'*.pdf`, `filename*=UTF-8''a%2541%27%2A.pdf`},
		{"a;b=c.pdf", "a;b=c.pdf", `filename="a;b=c.pdf"`},
		{"=?utf-8?q?x?=.pdf", "=?utf-8?q?x?=.pdf", `filename="=?utf-8?q?x?=.pdf"`},
		{"../../etc/passwd", ".._.._etc_passwd", `filename=".._.._etc_passwd"`},
		{"a\r\nBcc: b.pdf", "a Bcc: b.pdf", `filename="a Bcc: b.pdf"`},
		{"RE1\u202efdp.exe", "RE1fdp.exe", `filename="RE1fdp.exe"`},
		{"\u200b a \u200b b\u00a0\u200b.pdf", "a b.pdf", `filename="a b.pdf"`},
		{"\xff.pdf", "\ufffd.pdf", `filename*=UTF-8''%EF%BF%BD.pdf`},
		{"", "attachment", `filename="attachment"`},
		{"..", "attachment", `filename="attachment"`},
		{long + ".pdf", "", ""},
		{strings.Repeat("x", 400) + ".pdf", strings.Repeat("x", 251) + ".pdf", ""},
		{strings.Repeat("x", 400), strings.Repeat("x", 255), ""},
	}
	for _, test := range tests {
		name := cleanFilename(test.raw)
		if test.want != "" && name != test.want {
			t.Errorf("%q becomes %q, want %q", test.raw, name, test.want)
		}
		if len(name) > filename.Max || cleanFilename(name) != name {
			t.Errorf("%q is not clean", name)
		}
		parameters := filenameParameters(name)
		if test.parameters != "" && parameters != test.parameters {
			t.Errorf("%q is written\n%s, want\n%s", name, parameters, test.parameters)
		}
		_, read, err := mime.ParseMediaType("attachment; " + parameters)
		if err != nil || read["filename"] != name {
			t.Errorf("%q is read as %q, %v", name, read["filename"], err)
		}
		for parameter := range strings.SplitSeq(parameters, "; ") {
			if len(parameter) > 78 && name != asciiFilename(name) {
				t.Errorf("%q makes a line too long: %s", name, parameter)
			}
		}
		if ascii := asciiFilename(name); !isASCII(ascii) || strings.ContainsAny(ascii, `"\`) {
			t.Errorf("%q is %q in ASCII", name, ascii)
		}
	}
	if got := asciiFilename("Łódź – Größe ½ \"%.pdf"); got != "Lodz - Groesse _ __.pdf" {
		t.Errorf("in ASCII %q", got)
	}
}
