package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A commit whose letter cannot be stored leaves a gap, until the next commit of the invoice uses the number.
func TestNumberGaps(t *testing.T) {
	o := newOffice(t, storetest.SQLite)
	p := o.start("--workers", "0")
	o.customer(p)
	o.ask(p, "POST", "/identities/K1/invoices", `{"reference": "RE1", "items": [{"label": "Bürostuhl", "quantity": 1, "unit": "Stück", "unitprice": "100", "taxrate": 19, "detail": {}}]}`)
	gaps := func() string { return o.run("numbers", "gaps", "--merchant", "acme") }
	if text := gaps(); strings.Count(text, "\n") != 1 {
		t.Errorf("gaps before anything was drawn: %s", text)
	}
	files := filepath.Join(o.data, "files")
	for _, err := range []error{os.Rename(files, files+".gone"), os.WriteFile(files, nil, 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if status, text := p.as("acme", o.password, "POST", "/invoices/RE1/commitInvoice", `{}`); status != http.StatusInternalServerError {
		t.Errorf("%d %s", status, text)
	}
	if text := gaps(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "-0001") || !strings.Contains(text, "invoice") {
		t.Errorf("gaps after a commit that failed: %s", text)
	}
	for _, err := range []error{os.Remove(files), os.Rename(files+".gone", files)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	o.ask(p, "POST", "/invoices/RE1/commitInvoice", `{}`)
	if text := gaps(); strings.Count(text, "\n") != 1 {
		t.Errorf("gaps after the commit: %s", text)
	}
}
