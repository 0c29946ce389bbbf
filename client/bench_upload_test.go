package client_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/dunwell/dunwell/client"
)

// BenchmarkImport uploads a file of 24 MiB: to a server that throws it away, with and without holding it against the contract,
// and to a whole server, which keeps it. B/op is the memory of client and server together.
func BenchmarkImport(b *testing.B) {
	data := letter(24 << 20)
	document := client.DocumentImport{File: client.File(writeFile(b, "RE1.eml", data)), Kind: client.CommunicationKindEmail}
	upload := func(b *testing.B, c *client.Client) {
		must(b)(c.ImportExternalDocument(b.Context(), "RE1", document)) // what is made once is made
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			must(b)(c.ImportExternalDocument(b.Context(), "RE1", document))
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"communicationReference":"_1","fileReference":"_2","voucherReference":"RE1"}`)
	}))
	b.Cleanup(server.Close)
	b.Run("client/validated", func(b *testing.B) { upload(b, newClient(b, server.URL, client.BasicAuth("a", "b"))) })
	b.Run("client/unvalidated", func(b *testing.B) {
		upload(b, newClient(b, server.URL, client.BasicAuth("a", "b"), client.WithValidation(client.Off, client.Off)))
	})
	w := newWorld(b, nil)
	c := w.client(b)
	draft(b, c, "RE1")
	b.Run("server", func(b *testing.B) { upload(b, c) })
}

// BenchmarkDownload fetches a file of 24 MiB, with its checksum, from a server that has it in memory.
func BenchmarkDownload(b *testing.B) {
	data := letter(24 << 20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "message/rfc822")
		_, _ = w.Write(data)
	}))
	b.Cleanup(server.Close)
	c := newClient(b, server.URL, client.BasicAuth("a", "b"))
	must(b)(c.GetCommunicationFile(b.Context(), "1", io.Discard))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		must(b)(c.GetCommunicationFile(b.Context(), "1", io.Discard))
	}
}
