package impl_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api/examples"
)

// The pairs in api/examples are what the server answers, from the first to the last, on both engines. That the answers fit
// the contract is checked on the way: the server of the tests fails on one that does not.
func TestExamples(t *testing.T) {
	story, err := examples.All()
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(w *world) {
		memory := examples.Memory{}
		for _, p := range story {
			p, err := p.With(memory)
			w.no(err)
			a := w.play(p.Request)
			for _, line := range p.Diff(a.status, a.header, a.body) {
				w.Errorf("api/examples/%s.json: %s", p.Name, line)
			}
			if a.status != p.Response.Status {
				w.Fatalf("what follows depends on it: %s", a.body)
			}
			w.no(memory.Learn(p, a.header, a.body))
		}
	})
}

// play sends the request of a pair, as acme unless it brings its own credentials.
func (w *world) play(example examples.Request) answer {
	w.Helper()
	r, err := example.HTTP(w.Context(), w.URL)
	w.no(err)
	if !example.Anonymous() {
		r.SetBasicAuth(acme, password)
	}
	return w.send(r)
}

// Every operation is shown at work, or shown to be not offered.
func TestExamplesShowEveryOperation(t *testing.T) {
	story, err := examples.All()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][]int{}
	for _, p := range story {
		shown[p.OperationID] = append(shown[p.OperationID], p.Response.Status)
	}
	for _, o := range operations() {
		if len(shown[o.OperationID]) == 0 {
			t.Errorf("api/examples has no pair for %s", o.OperationID)
		}
		delete(shown, o.OperationID)
	}
	for name := range shown {
		t.Errorf("api/examples shows %s, which the contract does not have", name)
	}
}

// A replay that agrees with everything shows nothing: an answer that is changed anywhere but in a value the server chooses
// is told from the pair's.
func TestExamplesTellAnswersApart(t *testing.T) {
	story, err := examples.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range story {
		header := http.Header{}
		for name, value := range p.Response.Headers {
			header.Set(name, value)
		}
		body := []byte(p.Response.Body)
		if p.Response.File != "" {
			if body, err = examples.File(p.Response.File); err != nil {
				t.Fatal(err)
			}
		}
		if lines := p.Diff(p.Response.Status, header, body); len(lines) > 0 {
			t.Errorf("%s differs from itself: %s", p.Name, strings.Join(lines, "\n"))
		}
		if stale := p.Stale(); len(stale) > 0 {
			t.Errorf("%s: %v is not in the response", p.Name, stale)
		}
		for what, lines := range map[string][]string{
			"status": p.Diff(p.Response.Status+1, header, body),
			"body":   p.Diff(p.Response.Status, header, append([]byte("[1, "), append(body, ']')...)),
		} {
			if len(lines) == 0 {
				t.Errorf("%s agrees with another %s", p.Name, what)
			}
		}
	}
}
