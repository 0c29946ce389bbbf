package client_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunwell/dunwell/client"
)

func TestDownload(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	draft(t, c, "RE1")
	must(t)(c.ImportExternalDocument(t.Context(), "RE1", client.DocumentImport{File: client.Bytes("Größe 1.eml", mail), Kind: client.CommunicationKindEmail}))
	documents, err := c.ListDocuments(t.Context(), "RE1")
	must(t)(nil, err)
	stored := documents[0].Communications[0]
	want := client.Download{Size: int64(len(mail)), SHA256: fmt.Sprintf("%x", sha256.Sum256(mail)), Verified: true, Filename: "Größe 1.eml", MediaType: "message/rfc822"}
	want.ETag = `"` + want.SHA256 + `"`
	for name, fetch := range map[string]func(io.Writer, ...client.TransferOption) (*client.Download, error){
		"by id": func(to io.Writer, o ...client.TransferOption) (*client.Download, error) {
			return c.GetCommunicationFile(t.Context(), stored.ID, to, o...)
		},
		"by link": func(to io.Writer, o ...client.TransferOption) (*client.Download, error) {
			return c.DownloadLink(t.Context(), stored.PublicURL, to, o...)
		},
	} {
		var got bytes.Buffer
		var last, total int64
		var r client.Response
		d, err := fetch(&got, client.Progress(func(done, all int64) { last, total = done, all }), client.Into(&r))
		if err != nil || *d != want || !bytes.Equal(got.Bytes(), mail) {
			t.Errorf("%s: %+v %v", name, d, err)
		}
		if last != want.Size || total != want.Size || r.Status != 200 || r.RequestID == "" {
			t.Errorf("%s: progress %d of %d, %+v", name, last, total, r)
		}
	}
	if _, err := c.GetCommunicationFile(t.Context(), "nosuch", io.Discard); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("unknown id: %v", err)
	}
}

// cutter answers with content, and breaks off the first cuts answers half-way.
func cutter(t *testing.T, content []byte, cuts int32, header http.Header) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		if asked.Add(1) <= cuts {
			_, _ = w.Write(content[:len(content)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(server.Close)
	return server, &asked
}

// plainWriter is nothing but a writer.
type plainWriter struct{ io.Writer }

// A download that breaks off is repeated where what was written can be taken back, and else ends.
func TestDownloadCutOff(t *testing.T) {
	content := bytes.Repeat([]byte("%PDF-1.7 "), 20_000)
	open := func(t *testing.T, before string, flag int) *os.File {
		f, err := os.OpenFile(filepath.Join(t.TempDir(), "x.pdf"), os.O_CREATE|os.O_RDWR|flag, 0o600)
		must(t)(f, err)
		t.Cleanup(func() { _ = f.Close() })
		must(t)(f.WriteString(before))
		return f
	}
	read := func(f *os.File) string {
		data, _ := os.ReadFile(f.Name())
		return string(data)
	}
	buffer := bytes.NewBufferString("head ")
	plain := &bytes.Buffer{}
	fresh, append_ := open(t, "head ", 0), open(t, "head ", os.O_APPEND)
	middle := open(t, "head tail", 0)
	must(t)(middle.Seek(5, io.SeekStart))
	for name, test := range map[string]struct {
		to       io.Writer
		written  func() string
		want     string
		complete bool
	}{
		"a file":                {fresh, func() string { return read(fresh) }, "head " + string(content), true},
		"a file to append to":   {append_, func() string { return read(append_) }, "head " + string(content), true},
		"a buffer":              {buffer, buffer.String, "head " + string(content), true},
		"a writer":              {plainWriter{plain}, plain.String, string(content[:len(content)/2]), false},
		"the middle of a file ": {middle, func() string { return read(middle) }, "head " + string(content[:len(content)/2]), false},
	} {
		t.Run(name, func(t *testing.T) {
			server, asked := cutter(t, content, 2, nil)
			c := newClient(t, server.URL, client.BasicAuth("a", "b"), quick)
			var begun []int64
			d, err := c.GetCommunicationFile(t.Context(), "1", test.to, client.Progress(func(done, _ int64) {
				if done == 0 {
					begun = append(begun, 0)
				}
				begun[len(begun)-1] = done
			}))
			var broken *client.TransportError
			switch {
			case test.complete && (err != nil || d.Size != int64(len(content)) || asked.Load() != 3 || len(begun) != 3 || begun[2] != d.Size):
				t.Errorf("%+v %v after %d requests, progress %v", d, err, asked.Load(), begun)
			case !test.complete && (!errors.As(err, &broken) || asked.Load() != 1 || !strings.Contains(err.Error(), fmt.Sprint(len(content)/2))):
				t.Errorf("%+v %v after %d requests", d, err, asked.Load())
			}
			if got := test.written(); got != test.want {
				t.Errorf("written %d bytes, want %d", len(got), len(test.want))
			}
		})
	}
	t.Run("for good", func(t *testing.T) {
		server, asked := cutter(t, content, 99, nil)
		c := newClient(t, server.URL, client.BasicAuth("a", "b"), quick)
		var broken *client.TransportError
		if _, err := c.GetCommunicationFile(t.Context(), "1", &bytes.Buffer{}, client.MaxAttempts(3)); !errors.As(err, &broken) || asked.Load() != 3 || broken.Attempts != 3 {
			t.Errorf("%v after %d requests", err, asked.Load())
		}
	})
}

func TestDownloadChecksum(t *testing.T) {
	content := []byte("%PDF-1.7")
	sum := fmt.Sprintf("%x", sha256.Sum256(content))
	other := fmt.Sprintf("%x", sha256.Sum256(mail))
	for etag, want := range map[string]struct {
		verified bool
		err      error
	}{
		`"` + sum + `"`:                  {verified: true},
		`"` + strings.ToUpper(sum) + `"`: {verified: true},
		`"` + other + `"`:                {err: client.ErrChecksum},
		`W/"` + other + `"`:              {},
		`"` + other[1:] + `"`:            {},
		`"7"`:                            {},
	} {
		server, _ := cutter(t, content, 0, http.Header{"Etag": {etag}})
		c := newClient(t, server.URL, client.BasicAuth("a", "b"))
		d, err := c.GetCommunicationFile(t.Context(), "1", io.Discard)
		if !errors.Is(err, want.err) || (d == nil) != (err != nil) || d != nil && (d.Verified != want.verified || d.SHA256 != sum || d.ETag != etag) {
			t.Errorf("%s: %+v %v", etag, d, err)
		}
	}
}

// The name that a server gives decides nothing about where a file is written.
func TestDownloadFilename(t *testing.T) {
	for disposition, want := range map[string]string{
		`attachment; filename="RE 1.pdf"`:                                "RE 1.pdf",
		`attachment; filename=RE1.pdf`:                                   "RE1.pdf",
		`attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf`:               "Größe.pdf",
		`attachment; filename="../../etc/passwd"`:                        "passwd",
		`attachment; filename="..\\..\\win.ini"`:                         "win.ini",
		`attachment; filename*=utf-8''%2e%2e%2fx.pdf`:                    "x.pdf",
		`attachment; filename=".."`:                                      "",
		`attachment`:                                                     "",
		`nonsense; ; filename`:                                           "",
		`attachment; filename="old.pdf"; filename*=utf-8''Gr%C3%B6e.pdf`: "Gröe.pdf",
	} {
		server, _ := cutter(t, []byte("%PDF-"), 0, http.Header{"Content-Disposition": {disposition}})
		c := newClient(t, server.URL, client.BasicAuth("a", "b"))
		if d, err := c.GetCommunicationFile(t.Context(), "1", io.Discard); err != nil || d.Filename != want {
			t.Errorf("%s: %+v %v", disposition, d, err)
		}
	}
}

// brimful is a writer that fails after some bytes.
type brimful struct{ left int }

var errFull = errors.New("the disk is full")

func (f *brimful) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// A writer that fails ends the call: another attempt would not help.
func TestDownloadWriterFails(t *testing.T) {
	server, asked := cutter(t, bytes.Repeat([]byte("x"), 200_000), 0, nil)
	c := newClient(t, server.URL, client.BasicAuth("a", "b"), quick)
	if _, err := c.GetCommunicationFile(t.Context(), "1", &brimful{100_000}); !errors.Is(err, errFull) || asked.Load() != 1 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
}

// What is not wanted is not waited for: a server that sends the head of something else, or whose bytes nobody can write, may
// take its time with the rest.
func TestDownloadGivenUp(t *testing.T) {
	for media, want := range map[string]string{"text/plain": "media type", "application/pdf": errFull.Error()} {
		synctest.Test(t, func(t *testing.T) {
			c := played(t, answering(func(r *http.Request) (*http.Response, error) {
				res := newAnswer(http.StatusOK, "", "Content-Type", media)
				res.Body, res.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader("%PDF"), untilDone{r.Context()})), -1
				return res, nil
			}), client.WithValidation(client.Fail, client.Fail))
			began := time.Now()
			_, err := c.GetCommunicationFile(t.Context(), "1", &brimful{2})
			if took := time.Since(began); err == nil || !strings.Contains(err.Error(), want) || took > 0 {
				t.Errorf("%s: %v after %v", media, err, took)
			}
		})
	}
}

// untilDone is a body that hangs until its attempt is given up.
type untilDone struct{ ctx context.Context }

func (u untilDone) Read([]byte) (int, error) {
	<-u.ctx.Done()
	return 0, u.ctx.Err()
}

// Links are followed without credentials, and nothing that is said about them gives their signature away.
func TestDownloadLink(t *testing.T) {
	var authorization atomic.Value
	w := newWorld(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			authorization.Store(r.Header.Get("Authorization"))
			next.ServeHTTP(w, r)
		})
	})
	c := w.client(t)
	draft(t, c, "RE1")
	must(t)(c.ImportExternalDocument(t.Context(), "RE1", client.DocumentImport{File: client.Bytes("a.eml", mail), Kind: client.CommunicationKindEmail}))
	documents, err := c.ListDocuments(t.Context(), "RE1")
	must(t)(nil, err)
	link := documents[0].Communications[0].PublicURL
	must(t)(c.DownloadLink(t.Context(), link, io.Discard))
	if got := authorization.Load(); got != "" {
		t.Errorf("sent %q", got)
	}
	u, err := url.Parse(link)
	must(t)(u, err)
	signature := u.Query().Get("signature")
	elsewhere := newClient(t, "https://elsewhere.example/api", client.BasicAuth("a", "b"))
	if _, err := elsewhere.DownloadLink(t.Context(), link, io.Discard); err != nil {
		t.Errorf("of a server other than the client's: %v", err)
	}
	for name, wrong := range map[string]string{
		"changed":   strings.Replace(link, "expires=", "expires=1", 1),
		"no host":   "/api/v1/communication/1/file?signature=" + signature,
		"scheme":    strings.Replace(link, "http://", "ftp://", 1),
		"user info": strings.Replace(link, "http://", "http://user:secret@", 1),
		"control":   link + "\x00",
		"elsewhere": strings.Replace(link, "/communication/", "/other/", 1),
		"nobody":    "http://127.0.0.1:1/api/v1/communication/1/file?expires=1&signature=" + signature,
	} {
		_, err := c.DownloadLink(t.Context(), wrong, io.Discard, client.MaxAttempts(1))
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), signature) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
		var broken *client.ContractError
		if errors.As(err, &broken) != (name == "elsewhere") {
			t.Errorf("%s: %T %v", name, err, err)
		}
	}
}
