package main

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A request that runs when the server is told to stop is answered, and no new one is taken.
func TestStopFinishesRequests(t *testing.T) {
	p := start(t, nil, "--demo", "--data", t.TempDir())
	form, contentType := importForm(t, "later.pdf", demoDocument(t, p))
	body, feed := io.Pipe()
	taken := make(chan struct{})
	trace := &httptrace.ClientTrace{Got100Continue: func() { close(taken) }} // the server reads the body
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodPost, p.base+"/invoices/RE12345/importExternalDocument", body)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("demo", demoPassword)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Expect", "100-continue")
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: 20 * time.Second}}
	type answer struct {
		response *http.Response
		err      error
	}
	answered := make(chan answer, 1)
	go func() {
		response, err := client.Do(r)
		answered <- answer{response, err}
	}()
	<-taken
	p.terminate()
	until(t, "no new connection is taken", func() bool {
		conn, err := net.Dial("tcp", r.URL.Host)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	if _, err := feed.Write(form); err != nil {
		t.Fatal(err)
	}
	_ = feed.Close()
	a := <-answered
	if a.err != nil {
		t.Fatal(a.err)
	}
	defer a.response.Body.Close() //nolint:errcheck // only the status is looked at
	if a.response.StatusCode != http.StatusOK {
		t.Errorf("the running request got %d", a.response.StatusCode)
	}
	p.wait()
}

// importForm is a body for importExternalDocument.
func importForm(t *testing.T, name string, file []byte) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(file)
	_ = form.WriteField("filename", name)
	_ = form.WriteField("kind", "invoice")
	_ = form.Close()
	return b.Bytes(), form.FormDataContentType()
}

// demoDocument follows the signed link to the document of RE12345, without credentials.
func demoDocument(t *testing.T, p *process) []byte {
	t.Helper()
	status, text := p.do("GET", "/invoices/RE12345/documents", "")
	var vouchers []struct {
		Communications []struct{ PublicURL string }
	}
	if err := json.Unmarshal([]byte(text), &vouchers); status != http.StatusOK || err != nil {
		t.Fatalf("%d %s", status, text)
	}
	link := vouchers[0].Communications[0].PublicURL
	if !strings.HasPrefix(link, p.base+"/v1/communication/") {
		t.Errorf("the link %s does not begin with %s", link, p.base)
	}
	response, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end below
	file, err := io.ReadAll(response.Body)
	if err != nil || !bytes.HasPrefix(file, []byte("%PDF-")) {
		t.Fatalf("%d %.100s %v", response.StatusCode, file, err)
	}
	return file
}

// PostgreSQL for rows, S3 for files: no data directory is made, and no secret is printed.
func TestServeElsewhere(t *testing.T) {
	s3 := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	defer s3.Close()
	request, err := http.NewRequest(http.MethodPut, s3.URL+"/documents", nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(request); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("make a bucket: %v", err)
	}
	database, err := url.Parse(storetest.URL(t, storetest.Postgres))
	if err != nil {
		t.Fatal(err)
	}
	database.User = url.UserPassword(database.User.Username(), "s3cret")
	data := filepath.Join(t.TempDir(), "data")
	environ := []string{
		"DUNWELL_DATABASE_URL=" + database.String(),
		"DUNWELL_BLOB_URL=s3://documents/dunwell?region=eu-central-1&endpoint=" + s3.URL,
		"DUNWELL_DATA=" + data, "DUNWELL_DEMO=true",
		"AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=s3cret",
	}
	p := start(t, environ)
	demoDocument(t, p)
	status, out, text := call(t, environ, "keys", "list")
	if status != 0 || !strings.Contains(out, "rival") {
		t.Errorf("keys list: %d %s%s", status, out, text)
	}
	p.stop()
	if exists(data) {
		t.Error("a data directory was made, and nothing is kept there")
	}
	if strings.Contains(p.text(), "s3cret") {
		t.Errorf("a password was printed: %s", p.text())
	}
}

// Two servers may share a data directory: SQLite sees to it that they take turns.
func TestTwoServersOneDatabase(t *testing.T) {
	data := t.TempDir()
	one := start(t, nil, "--demo", "--data", data)
	two := start(t, nil, "--data", data)
	for i, p := range []*process{one, two, one, two} {
		if status, text := p.do("POST", "/identities", `{"reference": "shared`+string(rune('0'+i))+`"}`); status != http.StatusCreated {
			t.Fatalf("%d %s", status, text)
		}
	}
	for _, p := range []*process{one, two} {
		if status, text := p.do("GET", "/identities?withTotal=true&query[reference][$gte]=shared", ""); status != http.StatusOK || !strings.Contains(text, `"total":4`) {
			t.Errorf("%d %s", status, text)
		}
		p.stop()
	}
}

// The sandbox clock stays where it was put.
func TestSandboxClock(t *testing.T) {
	data := t.TempDir()
	p := start(t, nil, "--demo", "--sandbox", "--data", data)
	to := time.Now().UTC().AddDate(1, 0, 0).Truncate(time.Millisecond)
	if status, text := p.do("PUT", "/sandbox/clock", `{"now": "`+to.Format("2006-01-02T15:04:05.000Z")+`"}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	if status, text := p.do("PUT", "/sandbox/clock", `{"now": "2020-01-01"}`); status != http.StatusConflict {
		t.Errorf("back in time: %d %s", status, text)
	}
	p.stop()
	p = start(t, nil, "--sandbox", "--data", data)
	var clock struct{ Now time.Time }
	if status, text := p.do("GET", "/sandbox/clock", ""); status != http.StatusOK || json.Unmarshal([]byte(text), &clock) != nil {
		t.Fatalf("%d %s", status, text)
	}
	if since := clock.Now.Sub(to); since < 0 || since > time.Hour {
		t.Errorf("the clock was put to %s and shows %s after a restart", to, clock.Now)
	}
	p.stop()
	p = start(t, nil, "--data", data)
	if status, text := p.do("GET", "/sandbox/clock", ""); status != http.StatusNotFound || !strings.Contains(text, "--sandbox") {
		t.Errorf("outside a sandbox: %d %s", status, text)
	}
}
