package letter

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/document"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == document.Command {
		os.Exit(document.InspectMain(os.Args[2:]))
	}
	os.Exit(m.Run())
}

func TestRenderRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(*ar.Invoice)
		want   error
	}{
		"good":      {func(*ar.Invoice) {}, nil},
		"canceled":  {func(v *ar.Invoice) { v.Cancelationdate = day("2026-02-02") }, ErrCanceled},
		"no number": {func(v *ar.Invoice) { v.Number = "" }, ErrIncomplete},
		"no date":   {func(v *ar.Invoice) { v.Issued = nil }, ErrIncomplete},
		"no items":  {func(v *ar.Invoice) { v.Items = nil }, ErrIncomplete},
	}
	for name, test := range tests {
		l := germanInvoice(t)
		test.change(l.Voucher)
		if _, err := Render(l); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// A letter passes the check that imported documents have to, and carries nothing it would be flagged for.
func TestLetterIsAGoodPDF(t *testing.T) {
	inspector := document.New(document.Options{})
	for name, letter := range composed(t) {
		file, err := os.Open(write(t, letter))
		if err != nil {
			t.Fatal(err)
		}
		info, err := inspector.Inspect(t.Context(), file, "letter.pdf")
		file.Close()
		if want := len(letter.pages); err != nil || info.Pages != want || len(info.Flags) > 0 {
			t.Errorf("%s: %+v, %v; want %d pages without flags", name, info, err, want)
		}
	}
}

// Letters that are rendered at the same time do not see each other.
func TestRenderConcurrently(t *testing.T) {
	samples := letters(t)
	want := map[string][]byte{}
	for name, letter := range samples {
		want[name], _ = Render(letter)
	}
	var wg sync.WaitGroup
	for name, letter := range samples {
		for range 4 {
			wg.Go(func() {
				if got, err := Render(letter); err != nil || !bytes.Equal(got, want[name]) {
					t.Errorf("%s: other bytes, %v", name, err)
				}
			})
		}
	}
	wg.Wait()
}

// What a reader copies out of a letter is what was put in, in every alphabet and in both faces.
func TestTextCanBeCopied(t *testing.T) {
	var items []ar.Item
	names := make([]string, 0, len(alphabets))
	for name := range alphabets {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		items = append(items, item(name, alphabets[name], "1", "", "1", "19", ""))
	}
	v := voucher(t, ar.KindInvoice, "ŻĞŐ-Ệ-1", func(c *ar.InvoiceChange) { c.Items = ar.Set(items) })
	got := poppler(t, "pdftotext", write(t, compose(Letter{Voucher: v, Issuer: acme})), "-")
	flat := strings.ReplaceAll(got, "\n", "")
	for _, name := range names {
		if !strings.Contains(flat, alphabets[name]) {
			t.Errorf("%s is not in the text", name)
		}
	}
	if !strings.Contains(got, "Invoice ŻĞŐ-Ệ-1") {
		t.Errorf("the title is not in the text:\n%s", got)
	}
}

// The code on the page is read by a program that knows nothing of us.
func TestCodeCanBeScanned(t *testing.T) {
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("zbarimg is not installed (zbar-tools): the payment code is not scanned")
	}
	scan := func(c *composer) string {
		prefix := filepath.Join(t.TempDir(), "page")
		poppler(t, "pdftoppm", "-r", "150", "-singlefile", "-png", write(t, c), prefix)
		got, err := exec.Command("zbarimg", "-q", "--raw", "-Sbinary", "--nodbus", prefix+".png").Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(string(got), "\n")
	}
	invoice := compose(germanInvoice(t))
	transfer, _ := invoice.transfer()
	if got, want := scan(invoice), transfer.payload(); got != want {
		t.Errorf("scanned %q, want %q", got, want)
	}
	// A notice asks for all it asks for, less what is disputed, under the reference of the invoice.
	n := notices(t, "de")[4]
	want := "EUR" + n.Notice.Asked().StringFixed(2) + "\n\n" + ar.RFReference(n.Invoice.Number)
	if got := scan(composeNotice(n)); !strings.HasSuffix(got, "\n"+want) {
		t.Errorf("scanned %q, want it to end with %q", got, want)
	}
}

// Nothing of the day of rendering is in a letter.
func TestLetterSaysWhenItWasIssued(t *testing.T) {
	pdf, err := Render(germanInvoice(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/CreationDate (D:20260201000000)", "/ModDate (D:20260201000000)", "/Lang (de)"} {
		if !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("no %s", want)
		}
	}
}
