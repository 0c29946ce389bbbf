package conformance

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is written (go test -update writes it anew):\n%s", name, got)
	}
}

// Our own server keeps the contract, without a baseline.
func TestOurServer(t *testing.T) {
	Test(t, ours(t, nil))
}

// It does so when the same account is used again.
func TestTheSameAccountAgain(t *testing.T) {
	c := ours(t, nil)
	c.Only, c.Cases = []string{"shapes.t[ao]*/*Identity", "shapes.t[ao]*/*eInvoice"}, 2 // taken and together, of what names something
	for _, id := range []string{"first1", "second"} {
		c.RunID = id
		report, err := Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if !report.OK() {
			t.Errorf("run %s: %s", id, report.Summary())
		}
	}
}

// refuseAll answers everything alike.
func refuseAll(status int, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "1")
		w.Header().Set("WWW-Authenticate", "Basic realm=x")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"code":%d,"name":"ServerError","type":"%s","message":"No"}`, status, kind)
	}
}

// A server that offers nothing keeps the contract: nothing is asked of it but whether it offers something.
func TestNothingOffered(t *testing.T) {
	server := httptest.NewServer(refuseAll(http.StatusNotImplemented, "ERR_NOT_IMPLEMENTED"))
	defer server.Close()
	report, err := Run(t.Context(), Config{URL: server.URL + "/api", Merchant: acme, Other: rival})
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() || report.Count(Passed) > 0 || report.Count(NotOffered) != len(report.Results) || len(report.missing()) != len(report.Offered) {
		t.Error(report.Summary())
	}
}

// What cannot be run at all is an error, and no broken contract.
func TestRunsThatCannotBeMade(t *testing.T) {
	unauthorized := httptest.NewServer(refuseAll(http.StatusUnauthorized, "ERR_UNAUTHORIZED"))
	defer unauthorized.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		ctx    context.Context
		config Config
		want   string
	}{
		"no URL":                       {t.Context(), Config{Merchant: acme}, "URL"},
		"URL with a user":              {t.Context(), Config{URL: "http://a:b@server.example", Merchant: acme}, "credentials"},
		"no merchant":                  {t.Context(), Config{URL: "http://server.example"}, "credentials"},
		"the same twice":               {t.Context(), Config{URL: "http://server.example", Merchant: acme, Other: acme}, "same user"},
		"a bad glob":                   {t.Context(), Config{URL: "http://server.example", Merchant: acme, Only: []string{"[a"}}, "glob"},
		"a bad run id":                 {t.Context(), Config{URL: "http://server.example", Merchant: acme, RunID: "A/B"}, "run id"},
		"a name of no law":             {t.Context(), Config{URL: "http://server.example", Merchant: acme, Only: []string{"items.replace"}}, "items.replace"},
		"a law and no operation of it": {t.Context(), Config{URL: "http://server.example", Merchant: acme, Only: []string{"doors.size/getInvoice"}}, "doors.size/getInvoice"},
		"nothing that is tried":        {t.Context(), Config{URL: "http://server.example", Merchant: acme, Only: []string{"answers.*"}}, "by itself"},
		"no server":                    {t.Context(), Config{URL: gone.URL, Merchant: acme}, "does not answer"},
		"wrong password":               {t.Context(), Config{URL: unauthorized.URL, Merchant: acme}, "does not take"},
		"ended":                        {ended, Config{URL: unauthorized.URL, Merchant: acme}, "canceled"},
	} {
		if report, err := Run(c.ctx, c.config); err == nil || !strings.Contains(err.Error(), c.want) || report != nil {
			t.Errorf("%s: %v, want an error about %s", name, err, c.want)
		}
	}
}

// sentBy is what a transport sent: method, URL and body, without what the server chose.
type sentBy struct {
	mu   sync.Mutex
	sent []string
}

func (s *sentBy) RoundTrip(r *http.Request) (*http.Response, error) {
	var content []byte
	if r.Body != nil && r.ContentLength < announced {
		content, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(content))
	}
	s.mu.Lock()
	s.sent = append(s.sent, fmt.Sprintf("%s %s %s %q", r.Method, r.URL.RequestURI(), r.Header.Get("Idempotency-Key"), content))
	s.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

// The same seed and run id send the same requests, whatever runs beside what; another seed sends others.
func TestRunsCanBeRepeated(t *testing.T) {
	send := func(seed uint64) []string {
		c, s := ours(t, nil), &sentBy{}
		c.Only, c.Seed, c.RunID, c.Cases, c.Client = []string{"shapes.together", "shapes.nothing-stored", "shapes.required", "doors.method"}, seed, "run00001", 5, &http.Client{Transport: s}
		if _, err := Run(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		slices.Sort(s.sent)
		return s.sent
	}
	first := send(1)
	if again := send(1); !slices.Equal(first, again) {
		for i := range min(len(first), len(again)) {
			if first[i] != again[i] {
				t.Fatalf("the same seed sends %.300s\nand then %.300s", first[i], again[i])
			}
		}
		t.Fatalf("the same seed sends %d requests, and then %d", len(first), len(again))
	}
	if slices.Equal(first, send(2)) {
		t.Error("another seed sends the same requests")
	}
}

// Only selects by name of law, operation and tag.
func TestOnly(t *testing.T) {
	s := offline(t)
	for _, o := range s.contract.Operations() {
		s.offered[o.ID] = true
	}
	for only, want := range map[string]func(planned) bool{
		"doors.size":               func(p planned) bool { return p.law.Name == "doors.size" },
		"doors.size/createInvoice": func(p planned) bool { return p.law.Name == "doors.size" && p.op.ID == "createInvoice" },
		"shapes.*":                 func(p planned) bool { return strings.HasPrefix(p.law.Name, "shapes.") },
		"getInvoice": func(p planned) bool {
			return p.op != nil && p.op.ID == "getInvoice" || slices.Contains(p.law.Needs, "getInvoice")
		},
		"Credit notes": func(p planned) bool { return p.op == nil || slices.Contains(p.op.Tags, "Credit notes") },
	} {
		s.config.Only = []string{only}
		plan := s.plan()
		if len(plan) == 0 {
			t.Errorf("%s selects nothing", only)
		}
		for _, p := range plan {
			if !want(p) {
				t.Errorf("%s selects %s", only, p.law.Name)
			}
		}
	}
}

// Names and sentences of laws are what reports and baselines are made of.
func TestLawsAreDescribed(t *testing.T) {
	s, names := offline(t), map[string]bool{}
	for _, law := range Laws() {
		family, promise, _ := strings.Cut(law.Name, ".")
		if family == "" || promise == "" || strings.Trim(law.Name, "abcdefghijklmnopqrstuvwxyz-.") != "" || names[law.Name] {
			t.Errorf("%q is no name for a law, or one of two", law.Name)
		}
		names[law.Name] = true
		if !strings.HasSuffix(law.Says, ".") || law.Source == "" {
			t.Errorf("%s: says %q, source %q", law.Name, law.Says, law.Source)
		}
		for _, id := range law.Needs {
			if s.operation(id) == nil {
				t.Errorf("%s needs %s, which the contract does not have", law.Name, id)
			}
		}
	}
}

// A server that asks to wait is asked again.
func TestTooManyRequests(t *testing.T) {
	var requests atomic.Int32
	c := ours(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1)%10 == 0 && r.Header.Get("Authorization") != "" {
				w.Header().Set("Retry-After", "0")
				refuseAll(http.StatusTooManyRequests, "ERR_TOO_MANY_REQUESTS")(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	c.Only = []string{"shapes.forms", "doors.credentials"}
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.having(Failed) {
		if !strings.HasPrefix(r.Law, "answers.envelope") { // ServerError is not the name for a 429
			t.Errorf("%s: %v", r.Name(), r.Failures)
		}
	}
}
