package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
)

// exampleServer answers every operation with the contract's own example of success. It stands for the servers that offer what
// ours does not yet. It notes what it was asked.
type exampleServer struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func serveExamples(t *testing.T) *exampleServer {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	e := &exampleServer{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.note(r)
		for path, item := range doc.Paths.Map() {
			pattern := regexp.MustCompile(`^/api` + regexp.MustCompile(`{[^}]+}`).ReplaceAllString(path, `[^/]+`) + `$`)
			if operation := item.GetOperation(r.Method); operation != nil && pattern.MatchString(r.URL.Path) {
				answerExample(w, operation)
				return
			}
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *exampleServer) note(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		body = nil
	}
	e.asked = append(e.asked, strings.TrimSpace(r.Method+" "+r.URL.String()+" "+string(body)))
}

// take gives what was asked since it was last called.
func (e *exampleServer) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	asked := e.asked
	e.asked = nil
	return asked
}

func answerExample(w http.ResponseWriter, operation *openapi3.Operation) {
	for _, status := range []int{http.StatusOK, http.StatusCreated} {
		response := operation.Responses.Status(status)
		if response == nil {
			continue
		}
		for mediaType, content := range response.Value.Content {
			for _, name := range slices.Sorted(func(yield func(string) bool) {
				for name := range content.Examples {
					if !yield(name) {
						return
					}
				}
			}) {
				w.Header().Set("Content-Type", mediaType)
				w.Header().Set("X-Request-Id", "example")
				w.WriteHeader(status)
				_ = json.NewEncoder(w).Encode(content.Examples[name].Value.Value)
				return
			}
		}
	}
	http.Error(w, "no example", http.StatusTeapot)
}

// What each command shows of the contract's examples, and what it asked for them.
func TestExamples(t *testing.T) {
	server := serveExamples(t)
	environ := clientOf(t, server.URL+"/api")
	var golden strings.Builder
	for command := range strings.Lines(`
		invoices list
		invoices list --columns reference,dunninglevel,meta,detail.introText,committed
		invoices get RE12345
		invoices resend RE12345
		invoices commit RE12345 -f - <<< {"notifyUrl": "https://shop.example/paid"}
		invoices commit RE12345
		invoices documents RE12345
		invoices payments RE12345
		invoices dunning RE12345
		invoices modify-dunning RE12345 --level 2 --start 2026-03-01
		invoices modify-dunning RE12345 --level high
		invoices modify-dunning RE12345 --start March
		invoices modify-dunning RE12345
		invoices claim RE12345
		invoices claim RE12345 --as-of 2025-07-15
		invoices waive RE12345 --part costs --reason 'first late payment'
		invoices waive RE12345 --part principal
		invoices waive RE12345
		invoices writeoff RE12345 --amount 5.00 --reason unknown
		invoices writeoff RE12345 --amount five
		invoices reverse RE12345 06eavrghr1cxf1r0cmpt9ptjdk --reason found
		identities get K10001
		identities list
		identities invoices K10001 --limit 5 --sort=-created
		creditnotes get GS12345
		creditnotes create K10001 -f - <<< {"corrects": "RE12345", "items": []}
		transactions list --where amount>=100 --sort=-bookingdate
		transactions get 123456789
		transactions create -f - <<< {"amount": "119.00", "currency": "EUR", "valuedate": "2026-03-01"}
		transactions assign 123456789 --to RE12346=19.99 --to RE=12=0.01
		transactions assign 123456789
		transactions assign 123456789 --to RE12346
		transactions assign 123456789 --to RE12346=all
		dunning run --dry-run --as-of 2026-03-01
		dunning run --hash x
		dunning plan --as-of 2026-03-01 --invoice RE12345 --invoice RE12346
		dunning plan --jsonl
		dunning runs --dry-run=false --limit 7
		dunning runs --dry-run=perhaps
		dunning status 1
		dunning status one
		dunning entries 1
		dunning entries 1 --columns invoice,guard --limit 1
		dunning hold --invoice RE12345 --kind promise --until 2026-03-31 --reason 'on the phone'
		dunning hold --identity K10001 --kind wait --reason ''
		dunning hold --invoice RE12345 --kind dispute --amount 1,50 --reason broken
		dunning holds --active --invoice RE12345
		dunning holds --active=perhaps
		dunning lift 06eavrghr1cxf1r0cmpt9ptjcg
		jobs get 1
		jobs get one
		clock get
		clock set 2026-01-01T12:30:00+01:00
	`) {
		if strings.TrimSpace(command) == "" {
			continue
		}
		printed := session(t, environ, command)
		first, rest, _ := strings.Cut(printed, "\n")
		golden.WriteString(first + "\n")
		for _, asked := range server.take() {
			golden.WriteString("> " + asked + "\n")
		}
		golden.WriteString(rest)
	}
	checkGolden(t, goldenHere(t, "examples"), golden.String())
}

// serveJSON answers every request with 200 and what the function gives.
func serveJSON(t *testing.T, answer func(*http.Request) string) (base string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "request-1")
		_, _ = io.WriteString(w, answer(r))
	}))
	t.Cleanup(server.Close)
	return server.URL
}
