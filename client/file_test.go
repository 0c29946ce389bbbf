package client_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/client"
)

// mail is a small document that can be imported.
var mail = []byte("From: shop@example.com\r\nTo: erika@example.com\r\nSubject: Invoice\r\nDate: Mon, 02 Mar 2026 09:30:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nYour invoice.\r\n")

func writeFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportFromEverySource(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	draft(t, c, "RE1")
	path := writeFile(t, "Rechnung März.eml", mail)
	for i, test := range []struct {
		document client.DocumentImport
		label    string
		filename string
	}{
		{client.DocumentImport{File: client.File(path)}, "Rechnung März.eml", "Rechnung März.eml"},
		{client.DocumentImport{File: client.Bytes("a.EML", mail), Label: "An\nä"}, "An\nä", "a.EML"},
		{client.DocumentImport{File: client.Reader("x", func() (io.ReadCloser, error) { return os.Open(path) }, int64(len(mail))), Filename: `q",;=.eml`, Description: "d"}, `q",;=.eml`, `q",;=.eml`},
	} {
		test.document.Kind = client.CommunicationKindEmail
		imported, err := c.ImportExternalDocument(t.Context(), "RE1", test.document)
		if err != nil || imported.VoucherReference != "RE1" {
			t.Errorf("%s: %+v %v", test.filename, imported, err)
			continue
		}
		documents, err := c.ListDocuments(t.Context(), "RE1")
		if err != nil {
			t.Fatal(err)
		}
		stored := documents[0].Communications[i]
		if stored.Label != test.label || stored.Kind != client.DocumentKindEmail || stored.Comment != nil && *stored.Comment != test.document.Description {
			t.Errorf("stored %+v", stored)
		}
		var got bytes.Buffer
		download, err := c.GetCommunicationFile(t.Context(), stored.ID, &got)
		if err != nil || !bytes.Equal(got.Bytes(), mail) || download.MediaType != "message/rfc822" {
			t.Errorf("%+v %v", download, err)
		} else if download.Filename != test.filename {
			t.Errorf("the file is called %q, not %q", download.Filename, test.filename)
		}
	}
}

// A file that is not what it was when its upload began is an error that says so, never half a document.
func TestImportOfAFileThatChanges(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t, quick)
	draft(t, c, "RE1")
	large := bytes.Repeat([]byte("x"), 1<<20)
	reader := func(data []byte, size int) client.Source {
		return client.Reader("a.eml", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }, int64(size))
	}
	touched := func(change func(path string)) (client.Source, client.TransferOption) {
		path := writeFile(t, "a.eml", slices.Concat(mail, large))
		var once sync.Once
		return client.File(path), client.Progress(func(done, _ int64) {
			if done > 0 {
				once.Do(func() { change(path) })
			}
		})
	}
	for name, source := range map[string]func() (client.Source, client.TransferOption){
		"short": func() (client.Source, client.TransferOption) { return reader(mail, len(mail)+1), nil },
		"long":  func() (client.Source, client.TransferOption) { return reader(mail, len(mail)-1), nil },
		"truncated on the way": func() (client.Source, client.TransferOption) {
			return touched(func(path string) { _ = os.Truncate(path, 1000) })
		},
		"appended to on the way": func() (client.Source, client.TransferOption) {
			return touched(func(path string) {
				f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
				_, _ = f.WriteString("more")
				_ = f.Close()
			})
		},
		"written over on the way": func() (client.Source, client.TransferOption) {
			return touched(func(path string) { _ = os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			file, option := source()
			options := []client.TransferOption{client.Into(new(client.Response))}
			if option != nil {
				options = append(options, option)
			}
			_, err := c.ImportExternalDocument(t.Context(), "RE1", client.DocumentImport{File: file, Kind: client.CommunicationKindEmail}, options...)
			if !errors.Is(err, client.ErrSourceChanged) || !strings.Contains(err.Error(), "a.eml") {
				t.Errorf("error %v", err)
			}
		})
	}
	if documents, err := c.ListDocuments(t.Context(), "RE1"); err != nil || len(documents[0].Communications) != 0 {
		t.Errorf("stored %+v %v", documents, err)
	}
}
