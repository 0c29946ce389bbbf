package mail

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folderOf writes files into a new folder.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMerchantsTemplates(t *testing.T) {
	dir := folderOf(t, map[string]string{
		"acme/de/invoice.subject": "Neu:\n {{.Number}}\n",
		"acme/de/invoice.html":    `{{template "head" .}}<b>{{.Total}} {{.Issuer.Name}}</b>{{template "account" .}}{{template "foot" .}}`,
		"acme/.git/config":        "",
	})
	templates := Templates{Dir: dir}
	if err := templates.Check(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := templates.Render(&b, invoice()); err != nil {
		t.Fatal(err)
	}
	l, ours := readMail(t, b.Bytes()), readMail(t, render(t, invoice()))
	if l.subject != "Neu: RE-2026-0001" || !strings.Contains(l.html, "<b>1.234,56 € Müller &amp; Söhne GmbH</b>") || !strings.Contains(l.html, "DE02 1203") {
		t.Errorf("subject %q, HTML\n%s", l.subject, l.html)
	}
	if l.plain != ours.plain {
		t.Errorf("the plain text is not ours:\n%s", l.plain)
	}

	for _, change := range []func(*Message){func(m *Message) { m.Merchant = "other" }, func(m *Message) { m.Locale = "en" }} {
		m := invoice()
		change(&m)
		b.Reset()
		if err := templates.Render(&b, m); err != nil {
			t.Fatal(err)
		}
		if l := readMail(t, b.Bytes()); strings.HasPrefix(l.subject, "Neu") {
			t.Errorf("%s %s got the templates of acme in German", m.Merchant, m.Locale)
		}
	}
}

// A merchant's id never leads out of the folder, and neither do links in it.
func TestTemplatesStayInTheirFolder(t *testing.T) {
	dir := folderOf(t, map[string]string{
		"templates/acme/de/invoice.txt": "ours",
		"outside/de/invoice.txt":        "stolen",
	})
	if err := os.Symlink("../outside", filepath.Join(dir, "templates", "link")); err != nil {
		t.Fatal(err)
	}
	for _, merchant := range []string{"../outside", "acme/../../outside", "..", ".", "", `..\outside`, "/" + dir + "/outside", "link"} {
		m := invoice()
		m.Merchant = merchant
		var b bytes.Buffer
		err := Templates{Dir: filepath.Join(dir, "templates")}.Render(&b, m)
		if bytes.Contains(b.Bytes(), []byte("stolen")) {
			t.Errorf("merchant %q got a file from elsewhere", merchant)
		}
		if err != nil && merchant != "link" {
			t.Errorf("merchant %q: %v", merchant, err)
		}
	}
}

func TestFaultyTemplates(t *testing.T) {
	tests := []struct{ file, content, want string }{
		{"acme/de/invoice.txt", "a\n{{.Nummer}}", "acme/de/invoice.txt:2"},
		{"acme/de/invoice.txt", "{{if}}", "acme/de/invoice.txt:1"},
		{"acme/de/invoice.html", "<p>\n\n{{.Nummer}}</p>", "acme/de/invoice.html:3"},
		{"acme/de/invoice.html", "<p>\n{{end}}", "acme/de/invoice.html:2"},
		{"acme/de/invoice.html", "<a href='{{if .Number}}'{{end}}>", "acme/de/invoice.html"},
		{"acme/de/invoice.txt", "{{.Payment.Amount}}", "acme/de/invoice.txt:1"}, // there is not always something to pay
		{"acme/de/invoice.subject", "{{with .Due}}{{.}}{{end}}", "subject is empty"},
		{"acme/de/invoce.txt", "x", "used by no mail"},
		{"acme/fr/invoice.txt", "x", "used by no mail"},
		{"acme/invoice.txt", "x", "used by no mail"},
	}
	for _, test := range tests {
		templates := Templates{Dir: folderOf(t, map[string]string{test.file: test.content})}
		if err := templates.Check(); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), templates.Dir) {
			t.Errorf("%s %q: %v, want %s", test.file, test.content, err, test.want)
		}
		if !strings.Contains(test.want, ":") {
			continue
		}
		m := invoice()
		m.Data.Payment = nil
		if err := templates.Render(io.Discard, m); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("rendering %s %q: %v, want %s", test.file, test.content, err, test.want)
		}
	}
	if err := (Templates{Dir: filepath.Join(t.TempDir(), "absent")}).Check(); err == nil {
		t.Error("a folder that is not there is no fault")
	}
	if err := (Templates{}).Check(); err != nil {
		t.Error(err)
	}
}
