package interop

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"testing"

	"github.com/dunwell/dunwell/api/examples"
)

// unseen are the examples of invalid requests that Prism lets through, with what it does not look at.
var unseen = map[string]string{
	"listIdentities.400":         "keys of deepObject parameters that the contract does not have",
	"importExternalDocument.400": "what is in a file",
	"commitInvoice.400":          "where a URL leads",
	"createTransaction.400":      "what assignments come to",

	"createTransactionImport.400": "what is in a file",
	"createDunningRun.400":        "which day it is",
	"createDunningHold.400":       "which fields a kind of hold needs",
	"modifyDunning.400":           "when the invoice is due",
}

// The story of api/examples is played through Prism in front of an empty server. Prism finds no fault with any answer, and
// none with a request that the server takes; requests that break the contract it refuses as the server does. The server has no
// workers, because the story is told of one on which nobody works.
func TestPrism(t *testing.T) {
	story, err := examples.All()
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	password := newKey(t, data)
	r := replay{T: t, proxy: startPrism(t, serve(t, "--data", data, "--workers", "0").base), password: password, memory: examples.Memory{}}
	for _, pair := range story {
		r.play(pair)
	}
	showed(t, named(t, "@stoplight/prism-cli"), "finds no fault in %d answers, and refuses %d invalid requests; %d answers 501 it makes up itself",
		r.agreed, r.refused, r.mocked)
}

// replay plays examples through a proxy.
type replay struct {
	*testing.T
	proxy, password string
	memory          examples.Memory

	agreed, refused, mocked int
}

func (r *replay) play(pair examples.Pair) {
	pair, err := pair.With(r.memory)
	r.must(err)
	answer, body := r.send(pair.Request)
	want := pair.Response.Status
	invalid := (want == http.StatusBadRequest || want == http.StatusUnauthorized) && unseen[pair.Name] == ""
	switch found := violation(answer); {
	case found && invalid:
		r.refused++
	case found:
		r.Errorf("%s: Prism finds a violation: %d %s %s", pair.Name, answer.StatusCode, answer.Header.Get("sl-violations"), body)
	case invalid:
		r.Errorf("%s: Prism lets an invalid request through", pair.Name)
	case want == http.StatusNotImplemented:
		// Prism takes 501 for a wish to have the answer made up, from the examples of the contract.
		r.mocked++
	default:
		r.compare(pair, answer, body)
		r.agreed++
	}
}

// compare holds an answer that came through against the example, and learns from it.
func (r *replay) compare(pair examples.Pair, answer *http.Response, body []byte) {
	if path.Ext(pair.Response.File) == ".pdf" {
		// Prism reads bodies as text, in both directions, so that bytes which are none are lost.
		var err error
		body, err = examples.File(pair.Response.File)
		r.must(err)
	}
	for _, line := range pair.Diff(answer.StatusCode, answer.Header, body) {
		r.Errorf("%s: %s", pair.Name, line)
	}
	r.must(r.memory.Learn(pair, answer.Header, body))
}

func (r *replay) send(example examples.Request) (*http.Response, []byte) {
	request, err := example.HTTP(r.Context(), r.proxy)
	r.must(err)
	if !example.Anonymous() {
		request.SetBasicAuth("acme", r.password)
	}
	return get(r.T, request)
}

func (r *replay) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// Answers that break the contract do not come through, so that a replay without violations shows something.
func TestPrismSeesViolations(t *testing.T) {
	answers := map[string]func(http.ResponseWriter){
		"nothing of what is required": func(w http.ResponseWriter) { reply(w, http.StatusOK, `{}`) },
		"a number for an amount": func(w http.ResponseWriter) {
			reply(w, http.StatusOK, `{"payments": [], "charges": [{"booking": {"amount": 1.5}}]}`)
		},
		"an unknown type of error": func(w http.ResponseWriter) {
			reply(w, http.StatusConflict, `{"code": 409, "name": "ClientError", "type": "ERR", "message": "x"}`)
		},
		"an undocumented status": func(w http.ResponseWriter) { reply(w, http.StatusTeapot, `{}`) },
		"an undocumented media type": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<p>")
		},
	}
	const choice = "X-Wrong"
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answers[r.Header.Get(choice)](w) }))
	t.Cleanup(upstream.Close)
	proxy := startPrism(t, upstream.URL)
	for name := range answers {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, proxy+"/invoices/RE12345/payments", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth(demoUser, demoPassword)
		request.Header.Set(choice, name)
		if got, body := get(t, request); !violation(got) {
			t.Errorf("%s: Prism lets it through: %d %s", name, got.StatusCode, body)
		}
	}
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// startPrism gives the URL of a Prism in front of an API.
func startPrism(t *testing.T, upstream string) string {
	t.Helper()
	prism := tool("prism", "proxy", contract, upstream, "--errors", "--port", "0")
	_, proxy := start(t, prism, regexp.MustCompile(`listening on (http://\S+)`))
	return proxy
}

// violation says whether Prism found one: it answers itself, or adds a header when it holds it for less than an error.
func violation(answer *http.Response) bool {
	return answer.Header.Get("Content-Type") == "application/problem+json" || answer.Header.Get("sl-violations") != ""
}

func get(t *testing.T, request *http.Request) (*http.Response, []byte) {
	t.Helper()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}

// newKey makes a merchant whose currency is EUR and a key that may do all, and gives its password.
func newKey(t *testing.T, data string) string {
	t.Helper()
	out, err := command("keys", "create", "--data", data, "--merchant", "acme", "--user", "acme").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := regexp.MustCompile(`(?m)^password +(\S+)$`).FindSubmatch(out)
	if found == nil {
		t.Fatalf("there is no password in %s", out)
	}
	return string(found[1])
}
