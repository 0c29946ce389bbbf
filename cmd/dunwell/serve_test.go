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
	"syscall"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// upload is a request whose body the server is reading, and which is not at its end yet.
type upload struct {
	body   *io.PipeWriter
	form   []byte // what the body should be
	answer chan int
	host   string
}

func startUpload(t *testing.T, p *process) *upload {
	t.Helper()
	form, contentType := importForm(t, "later.pdf", demoDocument(t, p))
	body, feed := io.Pipe()
	taken := make(chan struct{})
	trace := &httptrace.ClientTrace{Got100Continue: func() { close(taken) }} // the handler reads the body
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodPost, p.base+"/invoices/RE12345/importExternalDocument", body)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("demo", demoPassword)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Expect", "100-continue")
	u := &upload{body: feed, form: form, answer: make(chan int, 1), host: r.URL.Host}
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: 20 * time.Second}}
	go func() {
		response, err := client.Do(r)
		if err != nil {
			u.answer <- 0
			return
		}
		_ = response.Body.Close()
		u.answer <- response.StatusCode
	}()
	select {
	case <-taken:
	case status := <-u.answer:
		t.Fatalf("the upload was answered with %d before it was sent: %s", status, p.text())
	}
	return u
}

// A request that runs when the server is told to stop is answered, and no new one is taken.
func TestStopFinishesRequests(t *testing.T) {
	p := start(t, nil, "--demo", "--data", t.TempDir())
	u := startUpload(t, p)
	p.terminate()
	servertest.Until(t, "no new connection is taken", func() bool {
		conn, err := net.Dial("tcp", u.host)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	if _, err := u.body.Write(u.form); err != nil {
		t.Fatal(err)
	}
	_ = u.body.Close()
	if status := <-u.answer; status != http.StatusOK {
		t.Errorf("the running request got %d", status)
	}
	p.wait()
}

// A request that does not end holds the server for the grace time, and a second signal does not wait for that.
func TestStopWithoutWaiting(t *testing.T) {
	p := start(t, nil, "--demo", "--data", t.TempDir(), "--grace", "50ms")
	startUpload(t, p)
	p.terminate()
	<-p.done
	if status := p.cmd.ProcessState.ExitCode(); status != 1 || !strings.Contains(p.text(), "requests were still running after 50ms") {
		t.Errorf("after the grace time: status %d, %s", status, p.text())
	}

	p = start(t, nil, "--demo", "--data", t.TempDir(), "--grace", "1h")
	startUpload(t, p)
	servertest.Until(t, "the process has ended", func() bool {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.done:
			return true
		default:
			return false
		}
	})
	if how := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !how.Signaled() {
		t.Errorf("the second signal was waited out: %v", how)
	}
}

// The reference documentation's Go sample sends multipart/form-data without a boundary: it must be told what to do.
func TestUploadWithoutBoundary(t *testing.T) {
	p := start(t, nil, "--demo", "--data", t.TempDir())
	form, _ := importForm(t, "RE12345.pdf", demoDocument(t, p))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/invoices/RE12345/importExternalDocument", bytes.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Basic ZGVtbzpwQDU1dzByZA==")
	r.Header.Set("Content-Type", "multipart/form-data")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), "boundary") || !strings.Contains(string(text), `"hint":"Do not set the Content-Type`) {
		t.Errorf("%d %s %v", response.StatusCode, text, err)
	}
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
	defer response.Body.Close()
	file, err := io.ReadAll(response.Body)
	if err != nil || !bytes.HasPrefix(file, []byte("%PDF-")) {
		t.Fatalf("%d %.100s %v", response.StatusCode, file, err)
	}
	return file
}

// PostgreSQL for rows, S3 for files, SMTP for mail: no data directory is made, and no secret is printed.
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
		"DUNWELL_SMTP_URL=smtp://bob:s3cret@" + listenSomewhereElse(t) + "?tls=opportunistic",
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
