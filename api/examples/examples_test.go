package examples

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// pair is a whole one, whose parts the tests change.
const pair = `{"operationId": "getThing", "title": "A thing",
	"request": {"method": "GET", "path": "/things/{{thing}}", "headers": {"If-Match": "{{tag}}"}},
	"response": {"status": 200, "headers": {"ETag": "\"1\""}, "body": {"id": "a", "price": "1.50", "parts": [{"id": "b", "n": 1}, {"id": "c", "n": 2}]}},
	"matchers": {"body.id": "any", "body.parts[*].id": "any", "headers.ETag": "any"},
	"remember": {"part": "body.parts[1].id", "tag": "headers.ETag"}}`

func parsed(t *testing.T) Pair {
	t.Helper()
	p, err := Parse("getThing.gone", []byte(pair))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, old, replacement, want string }{
		{"unknown field", `"title"`, `"tilte": "A", "title"`, "tilte"},
		{"another operation's name", `"getThing"`, `"getThings"`, "operationId"},
		{"no title", `"A thing"`, `""`, "title"},
		{"no status", `200`, `0`, "status"},
		{"two bodies of a request", `"method"`, `"body": {}, "form": {"a": "b"}, "method"`, "both a body and a form"},
		{"two bodies of a response", `"status"`, `"file": "files/RE12345.pdf", "status"`, "both a body and a file"},
		{"another matcher", `"body.id": "any"`, `"body.id": "uuid"`, `"uuid"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(pair, c.old, c.replacement, 1)
			if _, err := Parse("getThing", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one about %s", err, c.want)
			}
		})
	}
}

func TestDiff(t *testing.T) {
	p := parsed(t)
	for _, c := range []struct {
		name, old, replacement string // in the answer
		want                   []string
	}{
		{"the same", ``, ``, nil},
		{"what the server chooses", `"a"`, `"z"`, nil},
		{"what it chooses in any row", `"c"`, `"z"`, nil},
		{"another value", `"1.50"`, `"1.5"`, []string{`body.price is "1.5", want "1.50"`}},
		{"another number", `"n": 2`, `"n": 2.0`, []string{`body.parts[1].n is 2.0, want 2`}},
		{"another type", `"1.50"`, `null`, []string{`body.price is null, want "1.50"`}},
		{"missing", `"id": "a", `, ``, []string{`body.id is missing, want "a"`}},
		{"more", `"id": "a"`, `"id": "a", "x": 1`, []string{`body.x is 1, want nothing there`}},
		{"fewer rows", `, {"id": "c", "n": 2}`, ``, []string{`body.parts has 1 entries, want 2`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := strings.Replace(string(p.Response.Body), c.old, c.replacement, 1)
			if lines := p.Diff(200, http.Header{"Etag": {`"2"`}}, []byte(body)); !slices.Equal(lines, c.want) {
				t.Errorf("got %q, want %q", lines, c.want)
			}
		})
	}
	if lines := p.Diff(404, http.Header{}, []byte("gone")); len(lines) != 3 {
		t.Errorf("status, header and body differ, got %q", lines)
	}
}

// What is remembered comes back as it was, quotes and all.
func TestMemory(t *testing.T) {
	p, m := parsed(t), Memory{}
	if err := m.Learn(p, http.Header{"Etag": {`"7"`}}, p.Response.Body); err != nil {
		t.Fatal(err)
	}
	if m["part"] != "c" || m["tag"] != `"7"` {
		t.Errorf("remembered %q", m)
	}
	if _, err := p.With(m); err == nil || !strings.Contains(err.Error(), "{{thing}}") {
		t.Errorf("error %v, want one about {{thing}}", err)
	}
	m["thing"] = "https://billing.example.com/api/things/1?a=b&c=d"
	p.Request.Path = "{{thing}}"
	filled, err := p.With(m)
	if err != nil {
		t.Fatal(err)
	}
	if filled.Request.Path != "/things/1?a=b&c=d" || filled.Request.Headers["If-Match"] != `"7"` {
		t.Errorf("filled %+v", filled.Request)
	}
	if err := m.Learn(p, http.Header{}, []byte(`{}`)); err == nil {
		t.Error("an answer without what is to be remembered is no error")
	}
}

func TestStale(t *testing.T) {
	p := parsed(t)
	p.Matchers["body.parts[*].price"] = Any
	p.Remember["x"] = "headers.Location"
	if stale := p.Stale(); !slices.Equal(stale, []string{"body.parts[*].price", "headers.Location"}) {
		t.Errorf("stale: %q", stale)
	}
}

// The same request has the same bytes, so that a key may be used again.
func TestFormIsRepeatable(t *testing.T) {
	request := Request{Method: http.MethodPost, Path: "/", Form: map[string]string{"file": "@files/RE12345.eml", "kind": "email", "filename": "RE12345.eml"}}
	var bodies []string
	for range 2 {
		r, err := request.HTTP(t.Context(), "http://127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, r.Header.Get("Content-Type")+string(body))
	}
	if bodies[0] != bodies[1] || !strings.Contains(bodies[0], "Message-ID: <re12345@") {
		t.Errorf("bodies %q", bodies)
	}
	request.Form["file"] = "@files/nothing.pdf"
	if _, err := request.HTTP(t.Context(), "http://127.0.0.1"); err == nil {
		t.Error("a file that is not there is no error")
	}
}
