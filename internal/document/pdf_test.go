package document

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/dunwell/dunwell/internal/ar"
)

// rawPDF makes a PDF of the given objects, numbered from 1; the first is the catalog.
func rawPDF(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

const (
	pages = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
	page  = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>"
)

func TestPDF(t *testing.T) {
	tests := map[string]struct {
		content []byte
		pages   int
		flags   []Flag
		fault   string
	}{
		"one page":     {pdf(t, 1, nil), 1, nil, ""},
		"many pages":   {pdf(t, 40, nil), 40, nil, ""},
		"uncompressed": {pdf(t, 1, func(p *fpdf.Fpdf) { p.SetCompression(false) }), 1, nil, ""},
		"by hand":      {rawPDF("<</Type/Catalog/Pages 2 0 R>>", pages, page), 1, nil, ""},
		"script":       {pdf(t, 1, func(p *fpdf.Fpdf) { p.SetJavascript("app.alert(1)") }), 1, []Flag{JavaScript}, ""},
		"attachment": {pdf(t, 1, func(p *fpdf.Fpdf) {
			p.SetAttachments([]fpdf.Attachment{{Content: []byte("<xml/>"), Filename: "factur-x.xml"}})
		}), 1, []Flag{EmbeddedFiles}, ""},
		"script under an escaped name": {rawPDF("<</Type/Catalog/Pages 2 0 R/OpenAction<</Type/Action/S/J#61vaScript/#4aS(app.alert(1))>>>>", pages, page), 1, []Flag{JavaScript}, ""},
		"launch": {rawPDF("<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>", pages, page,
			"<</Type/Action/S/Launch/F(calc.exe)>>"), 1, []Flag{Launch}, ""},
		"launch that nothing refers to": {rawPDF("<</Type/Catalog/Pages 2 0 R>>", pages, page,
			"[[<</S/Launch/F(calc.exe)>>]]"), 1, []Flag{Launch}, ""},

		"password to open":              {pdf(t, 1, func(p *fpdf.Fpdf) { p.SetProtection(fpdf.CnProtectPrint, "user", "owner") }), 0, nil, "encrypted"},
		"password to change only":       {pdf(t, 1, func(p *fpdf.Fpdf) { p.SetProtection(fpdf.CnProtectPrint, "", "owner") }), 0, nil, "encrypted"},
		"no pages":                      {rawPDF("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), 0, nil, "no pages"},
		"no catalog":                    {rawPDF("<<>>"), 0, nil, "broken"},
		"pages that contain each other": {rawPDF("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"), 0, nil, "broken"},
	}
	inspector := New(Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			info, err := inspector.Inspect(t.Context(), file(t, test.content), "x.pdf")
			if test.fault != "" {
				if d := refusal(t, err); !strings.Contains(d.Error, test.fault) {
					t.Errorf("got %q, want …%s…", d.Error, test.fault)
				}
				return
			}
			if err != nil || info.Pages != test.pages || !slices.Equal(info.Flags, test.flags) {
				t.Errorf("got %+v, %v", info, err)
			}
		})
	}
}

// However much is missing, the document is refused: at every length in this process, at some by a child.
func TestTruncated(t *testing.T) {
	whole := bytes.TrimSpace(pdf(t, 3, nil))
	inspector := New(Options{})
	for size := range len(whole) {
		examine(bytes.NewReader(whole[:size]), 256<<20) // a panic ends the test
		if size%100 != 0 && size < len(whole)-10 {
			continue
		}
		if _, err := inspector.Inspect(t.Context(), file(t, whole[:size]), "x.pdf"); err == nil {
			t.Errorf("%d of %d bytes are taken for the document", size, len(whole))
		} else {
			refusal(t, err)
		}
	}
	for _, end := range []string{"", "\r\n", strings.Repeat("\x00", 4096)} {
		if _, err := inspector.Inspect(t.Context(), file(t, append(whole, end...)), "x.pdf"); err != nil {
			t.Errorf("the whole document with %d bytes after it: %v", len(end), err)
		}
	}
}

// deflated is a start and a gigabyte of spaces in zlib's format. One MiB is compressed; the rest are copies of what came
// out, as blocks that were flushed may be repeated. The start is in a block that is stored as it is.
func deflated(t *testing.T, start string) string {
	t.Helper()
	stored := string([]byte{0, byte(len(start)), 0, ^byte(len(start)), 0xff}) + start
	var block bytes.Buffer
	w, err := flate.NewWriter(&block, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return "\x78\x9c" + stored + strings.Repeat(block.String(), 1<<10) + "\x01\x00\x00\xff\xff" + "\x00\x00\x00\x00"
}

// streamBomb is a PDF whose catalog is in an object stream, which unpacks to a gigabyte.
func streamBomb(t *testing.T) []byte {
	stream := deflated(t, "1 0  ")
	b := rawPDF("<<>>", pages, page, fmt.Sprintf("<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream", len(stream), stream))
	var table bytes.Buffer // type, offset or number of the object stream, generation or index
	entry := func(kind byte, where uint32, which byte) {
		table.WriteByte(kind)
		table.Write(binary.BigEndian.AppendUint32(nil, where))
		table.WriteByte(which)
	}
	entry(0, 0, 255)
	entry(2, 4, 0)
	for number := 2; number <= 4; number++ {
		entry(1, uint32(bytes.Index(b, fmt.Appendf(nil, "\n%d 0 obj", number))+1), 0)
	}
	start := len(b)
	entry(1, uint32(start), 0)
	return fmt.Appendf(b, "5 0 obj\n<</Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", table.Len(), &table, start)
}

// Bombs end within the limits, and this process does not even notice. Whether the parser gives up by itself, or the
// limits end it, or it is clever enough to pass by, is its own affair.
func TestBombs(t *testing.T) {
	catalog := "<</Type/Catalog/Pages 2 0 R/X 4 0 R>>"
	tests := map[string]struct {
		content []byte
		fault   string // "" if it may pass
	}{
		"object stream of 1 GiB": {streamBomb(t), "broken"},
		"ten million numbers":    {rawPDF(catalog, pages, page, "["+strings.Repeat("0 ", 10_000_000)+"]"), "more memory"},
		"a million dicts":        {rawPDF(catalog, pages, page, "["+strings.Repeat("<</A<</B[]>>>>", 1_000_000)+"]"), "more memory"},
		"a million brackets":     {rawPDF(catalog, pages, page, strings.Repeat("[", 1<<20)), ""},
		"a million dicts, deep":  {rawPDF(catalog, pages, page, strings.Repeat("<</A", 1<<20)), ""},
	}
	inspector := New(Options{Memory: 96 << 20, Timeout: 30 * time.Second})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := file(t, test.content)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := inspector.Inspect(t.Context(), f, "x.pdf")
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
				t.Errorf("this process allocated %d KiB", got>>10)
			}
			if err == nil && test.fault == "" {
				return
			}
			d := refusal(t, err)
			sooner := underRace && strings.Contains(d.Error, "more memory") // the detector's own memory counts too
			if !sooner && !strings.Contains(d.Error, test.fault) || strings.Contains(d.Error, "too long") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestChildren(t *testing.T) {
	good := pdf(t, 1, nil)
	tests := map[string]struct {
		opts  Options
		fault string
	}{
		"takes too long":            {Options{Timeout: 50 * time.Millisecond, Program: []string{os.Args[0], "hang"}}, "too long"},
		"takes too much time":       {Options{Timeout: time.Minute, Program: []string{os.Args[0], "burn"}}, "than is allowed"},
		"sees nothing of our world": {Options{Program: []string{os.Args[0], "environment"}}, "broken"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(test.opts).Inspect(t.Context(), file(t, good), "x.pdf")
			if d := refusal(t, err); !strings.Contains(d.Error, test.fault) {
				t.Errorf("got %v", err)
			}
			if name == "sees nothing of our world" && !strings.HasSuffix(err.Error(), ": 0 variables") {
				t.Errorf("the child has %v", err)
			}
		})
	}
}

// Faults of ours are not blamed on the file.
func TestOurFaults(t *testing.T) {
	good := pdf(t, 1, nil)
	for name, program := range map[string]string{"no such program": "/does/not/exist", "a program that knows no such command": os.Args[0]} {
		t.Run(name, func(t *testing.T) {
			_, err := New(Options{Program: []string{program, "silent"}}).Inspect(t.Context(), file(t, good), "x.pdf")
			if err == nil || errors.As(err, new(*ar.Error)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWaitingForAChildEndsWithTheRequest(t *testing.T) {
	inspector := New(Options{Parallel: 1})
	inspector.slots <- struct{}{} // all busy
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	f := file(t, pdf(t, 1, nil))
	go func() {
		_, err := inspector.Inspect(ctx, f, "x.pdf")
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-inspector.slots
	if _, err := inspector.Inspect(t.Context(), f, "x.pdf"); err != nil {
		t.Errorf("after that: %v", err)
	}
}

type panics struct{}

func (panics) Read([]byte) (int, error)       { panic("a bug in the library") }
func (panics) Seek(int64, int) (int64, error) { return 1000, nil }

func TestPanicIsAnAnswer(t *testing.T) {
	if r := examine(panics{}, 1<<20); r.Fault != faultBroken || !strings.Contains(r.Cause, "a bug in the library") {
		t.Errorf("got %+v", r)
	}
}

func TestLibraryWritesNoFiles(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "TMPDIR"} {
		t.Setenv(name, home)
	}
	if r := examine(bytes.NewReader(pdf(t, 1, nil)), 256<<20); r.Fault != "" {
		t.Fatalf("got %+v", r)
	}
	if entries, err := os.ReadDir(home); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestUsage(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	defer func(old *os.File) { os.Stderr = old }(os.Stderr)
	os.Stderr = null
	for _, args := range [][]string{nil, {"1"}, {"x", "1"}, {"1", "x"}, {"0", "1"}, {"1", "-1"}, {"1", "1", "1"}} {
		if code := InspectMain(args); code != exitUnready {
			t.Errorf("%q: exit code %d", args, code)
		}
	}
}

func BenchmarkInspectPDF(b *testing.B) {
	inspector := New(Options{})
	f := file(b, pdf(b, 3, nil))
	for b.Loop() {
		if _, err := inspector.Inspect(b.Context(), f, "x.pdf"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExamine(b *testing.B) {
	content := pdf(b, 3, nil)
	for b.Loop() {
		if r := examine(bytes.NewReader(content), 256<<20); r.Fault != "" {
			b.Fatal(r)
		}
	}
}
