package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A document is downloaded by its id and by its signed link, under its name, and replaces nothing it was not told to.
func TestDocuments(t *testing.T) {
	environ := serveDemo(t)
	t.Chdir(t.TempDir())
	_, out, _ := call(t, environ, "invoices", "documents", "RE12345", "--jsonl")
	var voucher struct {
		Communications []struct{ ID, PublicURL string }
	}
	if err := json.Unmarshal([]byte(out), &voucher); err != nil || len(voucher.Communications) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	id, link := voucher.Communications[0].ID, voucher.Communications[0].PublicURL

	status, out, text := call(t, environ, "documents", "get", id)
	document := read(t, "RE12345.pdf")
	if status != 0 || !strings.HasPrefix(out, "RE12345.pdf  ") || !strings.Contains(out, "checksum verified") || !strings.HasPrefix(document, "%PDF-") {
		t.Errorf("exit status %d: %s%s: %.10s", status, out, text, document)
	}
	if status, _, text := call(t, environ, "documents", "get", id); status != 1 || !strings.Contains(text, "already; name another with --output") {
		t.Errorf("a second time: exit status %d: %s", status, text)
	}
	if status, out, _ := call(t, environ, "documents", "get", id, "--output", "-"); status != 0 || out != document {
		t.Errorf("to standard output: exit status %d, %d bytes", status, len(out))
	}
	write(t, "other.pdf", "replaced")
	if status, _, text := call(t, nil, "documents", "get", link, "-o", "other.pdf"); status != 0 || read(t, "other.pdf") != document {
		t.Errorf("by a link, without credentials: exit status %d: %s", status, text)
	}
	status, _, text = call(t, nil, "documents", "get", link[:len(link)-1]+"_", "-o", "other.pdf")
	if status != 3 || strings.Contains(text, "signature=") || read(t, "other.pdf") != document {
		t.Errorf("by a forged link: exit status %d: %s", status, text)
	}
	if files, _ := os.ReadDir("."); len(files) != 2 {
		t.Errorf("files were left behind: %v", files)
	}
}

// The name a server gives decides neither the directory nor that a hidden file appears.
func TestDocumentNames(t *testing.T) {
	for name, want := range map[string]string{"RE1.pdf": "RE1.pdf", "../../RE1.pdf": "RE1.pdf", `..\\RE1.pdf`: "RE1.pdf", ".bashrc": "document", "..": "document", "": "document"} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/pdf")
				w.Header().Set("X-Request-Id", "request-1")
				w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
				_, _ = w.Write([]byte("%PDF-"))
			}))
			defer server.Close()
			dir := t.TempDir()
			t.Chdir(dir)
			status, _, text := call(t, clientOf(t, server.URL), "documents", "get", "one")
			found, _ := filepath.Glob(filepath.Join(dir, "*"))
			if status != 0 || len(found) != 1 || filepath.Base(found[0]) != want {
				t.Errorf("exit status %d: %s: %v", status, text, found)
			}
		})
	}
}
