package client_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dunwell/dunwell/client"
)

// draft makes an invoice that documents can be imported to.
func draft(t testing.TB, c *client.Client, reference string) {
	t.Helper()
	must(t)(c.UpsertIdentity(t.Context(), "K1", client.IdentityUpdate{}))
	must(t)(c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{Reference: new(reference)}))
}

// received is an upload as it came over the wire.
type received struct {
	announced, length int64
	order             []string
	texts             map[string]string
	file              string // its file name and media type
}

// receiver is a server that looks at uploads.
func receiver(t *testing.T, got *received) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		*got = received{announced: r.ContentLength, length: int64(len(body)), texts: map[string]string{}}
		_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for {
			part, err := form.NextPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Error(err)
				return
			}
			value, _ := io.ReadAll(part)
			got.order, got.texts[part.FormName()] = append(got.order, part.FormName()), string(value)
			if part.FileName() != "" {
				got.file = part.FileName() + " " + part.Header.Get("Content-Type")
			}
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"communicationReference":"_1","fileReference":"_2","voucherReference":"RE1"}`)
	}))
	t.Cleanup(server.Close)
	return server
}

// The body is announced with its exact length, the texts come before the file, and validation changes nothing about it.
func TestImportOverTheWire(t *testing.T) {
	var got received
	server := receiver(t, &got)
	for _, mode := range []client.Mode{client.Fail, client.Log, client.Off} {
		c := newClient(t, server.URL, client.BasicAuth("a", "b"), client.WithValidation(mode, client.Fail))
		must(t)(c.ImportExternalDocument(t.Context(), "RE1", client.DocumentImport{
			File: client.Bytes("x.pdf", []byte("%PDF-\r\n--\r\n")), Kind: client.CommunicationKindInvoice, Filename: "Größe \"1\"\\2.PDF", Label: "L",
		}))
		if got.announced != got.length || !slices.Equal(got.order, []string{"filename", "kind", "label", "file"}) || got.file != "Gr__e _1__2.PDF application/pdf" {
			t.Errorf("mode %v: %+v", mode, got)
		}
		if got.texts["filename"] != "Größe \"1\"\\2.PDF" || got.texts["kind"] != "invoice" || got.texts["file"] != "%PDF-\r\n--\r\n" {
			t.Errorf("mode %v: %q", mode, got.texts)
		}
	}
}

func TestImportRefusedBeforeSending(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	t.Cleanup(server.Close)
	c := newClient(t, server.URL, client.BasicAuth("a", "b"))
	never := func() (io.ReadCloser, error) { t.Error("the file was opened"); return nil, io.ErrUnexpectedEOF }
	source := func(name string) client.Source { return client.Reader(name, never, 10) }
	kind := client.CommunicationKindInvoice
	for name, test := range map[string]struct {
		document client.DocumentImport
		paths    string
		is       error
	}{
		"extension":       {client.DocumentImport{File: source("a.docx"), Kind: kind}, "filename", client.ErrInvalidValue},
		"no extension":    {client.DocumentImport{File: source("a"), Kind: kind}, "filename", client.ErrInvalidValue},
		"no name":         {client.DocumentImport{File: source(""), Kind: kind}, "filename", client.ErrInvalidValue},
		"no kind":         {client.DocumentImport{File: source("a.pdf")}, "kind", client.ErrInvalidValue},
		"kind":            {client.DocumentImport{File: source("a.pdf"), Kind: "poem"}, "kind", client.ErrInvalidValue},
		"label":           {client.DocumentImport{File: source("a.pdf"), Kind: kind, Label: strings.Repeat("x", 201)}, "label", client.ErrInvalidValue},
		"several":         {client.DocumentImport{File: source("a.doc"), Kind: "poem", Description: "\x01"}, "kind description filename", client.ErrInvalidValue},
		"too large":       {client.DocumentImport{File: client.Reader("a.pdf", never, 25<<20+1), Kind: kind}, "file", client.ErrTooLarge},
		"no source":       {client.DocumentImport{Kind: kind}, "", nil},
		"unknown size":    {client.DocumentImport{File: client.Reader("a.pdf", never, -1), Kind: kind}, "", nil},
		"a directory":     {client.DocumentImport{File: client.File(t.TempDir()), Kind: kind}, "", nil},
		"no such file":    {client.DocumentImport{File: client.File("/nosuch.pdf"), Kind: kind}, "", os.ErrNotExist},
		"wrong reference": {client.DocumentImport{File: source("a.pdf"), Kind: kind}, "invoiceReference", client.ErrInvalidValue},
	} {
		reference := "RE1"
		if name == "wrong reference" {
			reference = "a%b"
		}
		_, err := c.ImportExternalDocument(t.Context(), reference, test.document)
		var broken *client.ContractError
		var paths []string
		if errors.As(err, &broken) {
			for _, v := range broken.Violations {
				paths = append(paths, v.Path)
			}
		}
		if err == nil || strings.Join(paths, " ") != test.paths || test.is != nil && !errors.Is(err, test.is) || strings.Count(err.Error(), "importExternalDocument") != 1 {
			t.Errorf("%s: %v, paths %v", name, err, paths)
		}
	}
}

// A server that refuses by the head of a request alone need not take the file, nor may its answer be lost because it closes
// the connection under one that is still being sent.
func TestImportRefusedByItsHead(t *testing.T) {
	const refusal = `{"code":401,"name":"ClientError","type":"ERR_UNAUTHORIZED","message":"M"}`
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(conn))
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(refusal), refusal)
			_ = conn.Close()
		}
	}()
	c := newClient(t, "http://"+listener.Addr().String(), client.BasicAuth("a", "b"), quick)
	for range 20 {
		var r client.Response
		var sent atomic.Int64
		_, err := c.ImportExternalDocument(t.Context(), "RE1", client.DocumentImport{File: client.Bytes("a.pdf", letter(20<<20)), Kind: client.CommunicationKindInvoice},
			client.Into(&r), client.Progress(func(done, _ int64) { sent.Store(done) }))
		if !errors.Is(err, client.ErrUnauthorized) || r.Attempts != 1 || sent.Load() > 0 {
			t.Fatalf("%d attempts, %d bytes: %v", r.Attempts, sent.Load(), err)
		}
	}
}

// late answers at once and reads the body when it is told to, as a transport may.
type late struct{ read, done chan struct{} }

func (l late) RoundTrip(r *http.Request) (*http.Response, error) {
	go func() {
		defer close(l.done)
		<-l.read
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}()
	return newAnswer(http.StatusUnauthorized, ""), nil
}

// When the call is over, nothing more is told of the file, though a transport may still read it.
func TestProgressEndsWithTheCall(t *testing.T) {
	l := late{make(chan struct{}), make(chan struct{})}
	var told []int64
	_, err := played(t, l).ImportExternalDocument(t.Context(), "RE1", client.DocumentImport{File: client.Bytes("a.pdf", letter(100)), Kind: client.CommunicationKindInvoice},
		client.Progress(func(done, _ int64) { told = append(told, done) }))
	close(l.read)
	<-l.done
	if !errors.Is(err, client.ErrUnauthorized) || !slices.Equal(told, []int64{0}) {
		t.Errorf("%v, told %v", err, told)
	}
}

// letter is an e-mail of about size bytes.
func letter(size int) []byte {
	return slices.Concat(mail, bytes.Repeat([]byte(strings.Repeat("The quick brown fox. ", 3)+"\r\n"), size/65))
}

// An upload that is cut off half-way is sent again from the beginning, and stored once. It is never held in memory.
func TestImportSurvivesACut(t *testing.T) {
	var cuts atomic.Int32
	cuts.Store(2)
	w := newWorld(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "Document") && cuts.Add(-1) >= 0 {
				_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength/2)
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	})
	c := w.client(t, quick)
	draft(t, c, "RE1")
	data := letter(24 << 20)
	path := writeFile(t, "RE1.eml", data)
	sum := sha256.Sum256(data)
	size := int64(len(data))
	var begun []int64 // how far each attempt came
	var r client.Response
	before := heap()
	var most uint64
	_, err := c.ImportExternalDocument(t.Context(), "RE1", client.DocumentImport{File: client.File(path), Kind: client.CommunicationKindEmail}, client.Into(&r),
		client.Progress(func(done, total int64) {
			switch {
			case total != size:
				t.Errorf("total %d", total)
			case done == 0:
				begun = append(begun, 0)
			case done <= begun[len(begun)-1]:
				t.Errorf("from %d to %d", begun[len(begun)-1], done)
			}
			begun[len(begun)-1] = done
			if done%(4<<20) < 32<<10 {
				most = max(most, heap())
			}
		}))
	if err != nil || r.Attempts != 3 {
		t.Fatalf("%+v %v", r, err)
	}
	if len(begun) != 3 || begun[2] != size || begun[0] < size/2 {
		t.Errorf("attempts came to %v of %d", begun, size)
	}
	if grown := int64(most) - int64(before); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	documents, err := c.ListDocuments(t.Context(), "RE1")
	if err != nil || len(documents[0].Communications) != 1 {
		t.Fatalf("%+v %v", documents, err)
	}
	d, err := c.GetCommunicationFile(t.Context(), documents[0].Communications[0].ID, io.Discard)
	if err != nil || d.Size != size || d.SHA256 != hex.EncodeToString(sum[:]) || !d.Verified {
		t.Errorf("%+v %v", d, err)
	}
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A bank statement goes the same way: its name before the file, and what is known to be too much is not sent.
func TestStatementOverTheWire(t *testing.T) {
	var got received
	server := receiver(t, &got)
	c := newClient(t, server.URL, client.BasicAuth("a", "b"), client.WithValidation(client.Fail, client.Off))
	must(t)(c.CreateTransactionImport(t.Context(), client.StatementImport{File: client.Bytes("May.xml", []byte("<Document/>"))}))
	if got.announced != got.length || !slices.Equal(got.order, []string{"filename", "file"}) || got.texts["filename"] != "May.xml" || got.texts["file"] != "<Document/>" {
		t.Errorf("%+v", got)
	}
	got = received{}
	never := func() (io.ReadCloser, error) { t.Error("the file was opened"); return nil, io.ErrUnexpectedEOF }
	if _, err := c.CreateTransactionImport(t.Context(), client.StatementImport{File: client.Reader("May.xml", never, 128<<20+1)}); !errors.Is(err, client.ErrTooLarge) || got.length != 0 {
		t.Errorf("too large: %v, %+v", err, got)
	}
}
