package main

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// ofConform is the environment of dunwell conform.
func ofConform() []string {
	return []string{conformPasswordVariable + "=" + demoPassword, conformOtherPasswordVariable + "=" + demoPassword}
}

func TestConform(t *testing.T) {
	base := start(t, nil, "--demo", "--sandbox", "--data", t.TempDir()).base // its runs are worked
	dir := t.TempDir()
	page, pipeline := filepath.Join(dir, "out.html"), filepath.Join(dir, "junit.xml")
	status, out, err := call(t, ofConform(), "conform", "--url", base, "--user", "demo", "--other-user", "rival",
		"--only", "doors.path,doors.file-size,getInvoice", "--report", page, "--report", pipeline)
	if status != 0 || err != "" || !strings.Contains(out, "The contract is kept") || !strings.Contains(out, "Documented answers seen") {
		t.Errorf("status %d\n%s%s", status, out, err)
	}
	if text := read(t, page); !strings.Contains(text, "The contract is kept") || strings.Contains(text, demoPassword) {
		t.Error("the page does not say that the contract is kept")
	}
	if err := xml.Unmarshal([]byte(read(t, pipeline)), new(struct {
		Tests int `xml:"tests,attr"`
	})); err != nil {
		t.Error(err)
	}
}

// A baseline makes failures known, is written, and tells when they are over.
func TestConformBaseline(t *testing.T) {
	target, err := url.Parse(environment{environ: serveDemo(t)}.getenv(urlVariable))
	if err != nil {
		t.Fatal(err)
	}
	target.Path = ""
	proxy, broken := httputil.NewSingleHostReverseProxy(target), true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken && strings.HasPrefix(r.URL.Path, "/api/no-such-thing") {
			http.Error(w, "not here", http.StatusNotFound)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	defer server.Close()
	baseline := filepath.Join(t.TempDir(), "known.txt")
	conform := func(status int, want string, args ...string) {
		t.Helper()
		got, out, err := call(t, ofConform(), append([]string{"conform", "--url", server.URL + "/api", "--user", "demo", "--only", "doors.path"}, args...)...)
		if got != status || !strings.Contains(out+err, want) {
			t.Errorf("%v: status %d, want %d and %q\n%s%s", args, got, status, want, out, err)
		}
	}
	conform(1, "the contract is broken: 3 failures")
	conform(0, "FAILED doors.path", "--baseline", baseline, "--baseline-update")
	if text := read(t, baseline); !strings.HasSuffix(text, "answers.envelope/no-operation\nanswers.request-id/no-operation\ndoors.path\n") {
		t.Error(text)
	}
	conform(0, "KNOWN doors.path", "--baseline", baseline)
	broken = false
	conform(0, "In the baseline, but not failing any more:", "--baseline", baseline)
	conform(0, "The contract is kept", "--baseline", baseline, "--baseline-update")
	if text := read(t, baseline); strings.Contains(text, "doors.path") {
		t.Error(text)
	}
}

// What is wrong with the call is said before anything is sent, and no password is shown.
func TestConformRefusals(t *testing.T) {
	for args, want := range map[string]string{
		"":                             "--url and --user are needed",
		"--url http://127.0.0.1:1/api": "--url and --user are needed",
		"--url http://127.0.0.1:1/api --user demo --report out.pdf":           "--report: the file must end in .html, .xml or .txt",
		"--url http://127.0.0.1:1/api --user demo --baseline-update":          "--baseline-update needs --baseline",
		"--url http://127.0.0.1:1/api --user demo --baseline /no/such/file":   "the baseline cannot be read",
		"--url http://127.0.0.1:1/api --user demo --cases 0":                  "must be 1 or more",
		"--url http://127.0.0.1:1/api --user demo --only doors.pathh":         "there is no law, operation or tag doors.pathh",
		"--url http://demo:s3cret@127.0.0.1:1/api --user demo":                "the URL must have no credentials",
		"--url http://127.0.0.1:1/api --user demo:s3cret":                     "Caution: other users of this machine can see the password in --user",
		"--url http://127.0.0.1:1/api --user demo:s3cret --only doors.path":   "does not answer",
		"--url http://127.0.0.1:1/api --user demo --other-user demo":          "the other merchant must not have the same user",
		"--url http://127.0.0.1:1/api --user demo --only doors.path and more": "takes flags only",
	} {
		status, out, err := call(t, ofConform(), append([]string{"conform"}, strings.Fields(args)...)...)
		if status == 0 || out != "" || !strings.Contains(err, want) || strings.Contains(err, "s3cret") {
			t.Errorf("%s: status %d: %s%s", args, status, out, err)
		}
	}
	if status, _, err := call(t, nil, "conform", "--url", "http://127.0.0.1:1/api", "--user", "demo"); status != 2 || !strings.Contains(err, "For demo: ") {
		t.Errorf("without a password: status %d: %s", status, err)
	}
}

func TestConformList(t *testing.T) {
	status, out, err := call(t, nil, "conform", "--list")
	if status != 0 || err != "" || !strings.Contains(out, "doors.credentials") || !strings.Contains(out, "answers.envelope") {
		t.Errorf("status %d\n%s%s", status, out, err)
	}
}
