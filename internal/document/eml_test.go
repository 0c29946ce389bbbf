package document

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

const head = "From: a@example.com\r\nSubject: x\r\n"

// nested is a message whose parts contain parts, so many levels deep.
func nested(depth int) string {
	var b, end strings.Builder
	b.WriteString(head)
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("\r\ntext\r\n")
	for i := depth - 1; i >= 0; i-- {
		fmt.Fprintf(&end, "--b%d--\r\n", i)
	}
	return b.String() + end.String()
}

// inEachOther are messages forwarded in messages.
func inEachOther(depth int) string {
	return head + strings.Repeat("Content-Type: message/rfc822\r\n\r\n"+head, depth) + "\r\ntext"
}

func mixed(parts ...string) string {
	return head + "Content-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\nThis is MIME.\r\n--=_b\r\n" + strings.Join(parts, "\r\n--=_b\r\n") + "\r\n--=_b--\r\nthe end\r\n"
}

func TestEML(t *testing.T) {
	attachment := "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	bounce := mixed("\r\nIt could not be delivered.", "Content-Type: message/rfc822\r\n\r\n"+head+"Content-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\n\r\ncut of")
	tests := map[string]struct {
		content string
		parts   int
		flags   []Flag
		fault   string
	}{
		"plain":                {mail, 1, nil, ""},
		"with LF only":         {strings.ReplaceAll(mixed("\r\na", "\r\nb"), "\r\n", "\n"), 3, nil, ""},
		"without a body":       {head, 1, nil, ""},
		"date, no subject":     {"From: a@b\nDate: Mon, 2 Feb 2026 10:00:00 +0100\n\nx", 1, nil, ""},
		"8-bit headers":        {"From: J\xf6rg <j@example.com>\r\nSubject: Gr\xfc\xdfe \xff\xfe\r\n\r\n\xe4\xf6\xfc", 1, nil, ""},
		"UTF-8 headers":        {"From: Jörg <j@example.com>\r\nSubject: Grüße\r\n\r\nä", 1, nil, ""},
		"folded header":        {"From:\r\n a@example.com\r\nSubject: x\r\n y\r\n\r\n", 1, nil, ""},
		"parts":                {mixed("\r\ntext", "Content-Type: text/html\r\n\r\n<p>"), 3, nil, ""},
		"attachment":           {mixed("\r\ntext", attachment+base64.StdEncoding.EncodeToString([]byte("%PDF"))), 3, []Flag{EmbeddedFiles}, ""},
		"damaged attachment":   {mixed("\r\ntext", attachment+"JVBER%%%"), 3, []Flag{Damaged, EmbeddedFiles}, ""},
		"unknown encoding":     {mixed("Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644"), 2, []Flag{Damaged}, ""},
		"unknown charset":      {mixed("Content-Type: text/plain; charset=klingon\r\n\r\nx"), 2, nil, ""},
		"forwarded":            {mixed("\r\nsee below", "Content-Type: message/rfc822\r\n\r\n"+strings.ReplaceAll(mixed("\r\na", "\r\nb"), "=_b", "inner")), 6, nil, ""},
		"forwarded, cut off":   {bounce, 5, []Flag{Damaged}, ""},
		"forwarded, no e-mail": {mixed("Content-Type: message/rfc822\r\n\r\nnot a header"), 2, []Flag{Damaged}, ""},
		"10 levels":            {nested(10), 11, nil, ""},
		"200 parts":            {mixed(slices.Repeat([]string{"\r\nx"}, 199)...), 200, nil, ""},
		"header of 250 KiB":    {head + "X: " + strings.Repeat("x", 250<<10) + "\r\n\r\n", 1, nil, ""},

		"11 levels":               {nested(11), 0, nil, "nested more than 10"},
		"50 levels":               {nested(50), 0, nil, "nested more than 10"},
		"50 messages deep":        {inEachOther(50), 0, nil, "nested more than 10"},
		"201 parts":               {mixed(slices.Repeat([]string{"\r\nx"}, 200)...), 0, nil, "more than 200 parts"},
		"10,000 parts":            {mixed(slices.Repeat([]string{"\r\nx"}, 10_000)...), 0, nil, "more than 200 parts"},
		"giant header":            {head + "X: " + strings.Repeat("x", 300<<10) + "\r\n\r\n", 0, nil, "header of more than 256 KiB"},
		"giant header, folded":    {head + "X: x\r\n" + strings.Repeat(" x\r\n", 100<<10) + "\r\n", 0, nil, "header of more than 256 KiB"},
		"endless header":          {head + strings.Repeat("X: x\r\n", 100<<10), 0, nil, "header of more than 256 KiB"},
		"giant header of a part":  {mixed("X: " + strings.Repeat("x", 300<<10) + "\r\n\r\nx"), 0, nil, "header of more than 256 KiB"},
		"giant header, forwarded": {mixed("Content-Type: message/rfc822\r\n\r\nX: " + strings.Repeat("x", 300<<10) + "\r\n\r\nx"), 0, nil, "header of more than 256 KiB"},
		"no From":                 {"Subject: x\r\n\r\nx", 0, nil, "no From header"},
		"empty From":              {"From: \r\nSubject: x\r\n\r\nx", 0, nil, "no From header"},
		"only From":               {"From: a@example.com\r\n\r\nx", 0, nil, "neither a Date nor a Subject"},
		"line that is no header":  {"From: a@example.com\r\nSubject: x\r\nhello\r\n\r\n", 0, nil, "header cannot be read"},
		"starts with a space":     {" From: a@example.com\r\n", 0, nil, "header cannot be read"},
		"parts, no boundary":      {head + "Content-Type: multipart/mixed\r\n\r\nx", 0, nil, "no boundary"},
		"parts, none there":       {head + "Content-Type: multipart/mixed; boundary=b\r\n\r\nx", 0, nil, "parts do not end"},
		"cut off in a part":       {strings.TrimSuffix(mixed("\r\ntext"), "text\r\n--=_b--\r\nthe end\r\n"), 0, nil, "in the middle of a part"},
		"cut off in a header":     {mixed("Content-Type: te")[:len(mixed("Content-Type: te"))-20], 0, nil, "not a well-formed e-mail"},
		"giant boundary":          {head + "Content-Type: multipart/mixed; boundary=" + strings.Repeat("b", 10_000) + "\r\n\r\n--" + strings.Repeat("b", 10_000) + "\r\n\r\nx", 0, nil, "parts do not end"},
	}
	inspector := New(Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			info, err := inspector.Inspect(t.Context(), file(t, []byte(test.content)), "x.eml")
			if test.fault != "" {
				if d := refusal(t, err); !strings.Contains(d.Error, test.fault) {
					t.Errorf("got %q, want …%s…", d.Error, test.fault)
				}
				return
			}
			if err != nil || info.MediaType != EML || info.Parts != test.parts || !slices.Equal(info.Flags, test.flags) {
				t.Errorf("got %+v, %v", info, err)
			}
		})
	}
}

func TestEMLStreams(t *testing.T) {
	const line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n"
	f := file(t, []byte(head+"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n"))
	for range 700 {
		if _, err := f.WriteString(strings.Repeat(line, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.WriteString("\r\n--b--\r\n"); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	info, err := New(Options{}).Inspect(t.Context(), f, "x.eml")
	runtime.ReadMemStats(&after)
	if err != nil || info.Parts != 2 || info.Flags != nil {
		t.Fatalf("got %+v, %v", info, err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 256<<10 {
		t.Errorf("50 MiB took %d KiB of memory", got>>10)
	}
	_, err = New(Options{Decoded: 1 << 20}).Inspect(t.Context(), f, "x.eml")
	if d := refusal(t, err); !strings.Contains(d.Error, "more content than is allowed") {
		t.Errorf("got %v", err)
	}
}

// What is not the e-mail's fault is not blamed on it.
func TestEMLOurFaults(t *testing.T) {
	inspector := New(Options{})
	broken := errors.New("input/output error")
	content := io.MultiReader(strings.NewReader(mixed("\r\nx")[:120]), iotest.ErrReader(broken))
	if _, err := inspector.inspectEML(t.Context(), content); !errors.Is(err, broken) || errors.As(err, new(*ar.Error)) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"x.eml", "x.pdf"} {
		if _, err := inspector.Inspect(ctx, file(t, []byte(mail)), name); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	closed := file(t, []byte(mail))
	closed.Close()
	if _, err := inspector.Inspect(t.Context(), closed, "x.eml"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
	_, err := New(Options{Timeout: time.Nanosecond}).Inspect(t.Context(), file(t, []byte(mail)), "x.eml")
	if d := refusal(t, err); !strings.Contains(d.Error, "too long") {
		t.Errorf("got %v", err)
	}
}

// Whatever the bytes: an answer, or a refusal, within the limits and without a panic.
func FuzzInspectEML(f *testing.F) {
	for _, seed := range []string{"", mail, mixed("\r\na", "\r\nb"), nested(3), inEachOther(3), bom + mail,
		mixed("Content-Transfer-Encoding: base64\r\n\r\nQUJD=x"), mixed("Content-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=\r\n"),
		strings.ReplaceAll(mixed("\r\na"), "\r\n", "\n"), head + "Content-Type: multipart/; boundary=\r\n\r\n--\r\n"} {
		f.Add([]byte(seed))
	}
	inspector := New(Options{Timeout: time.Hour})
	f.Fuzz(func(t *testing.T, content []byte) {
		info, err := inspector.inspectEML(t.Context(), strings.NewReader(string(content)))
		if err != nil {
			refusal(t, err)
		} else if info.MediaType != EML || info.Parts < 1 || info.Parts > maxParts {
			t.Errorf("got %+v", info)
		}
	})
}

func BenchmarkInspectEML(b *testing.B) {
	inspector := New(Options{})
	f := file(b, []byte(mixed("\r\ntext", "Content-Transfer-Encoding: base64\r\n\r\n"+strings.Repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n", 1000))))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := inspector.Inspect(b.Context(), f, "x.eml"); err != nil {
			b.Fatal(err)
		}
	}
}
