package validate

import (
	"net/http"
	"testing"
)

func TestResponse(t *testing.T) {
	c := newContract(t)
	put, list, upload := operation(t, c, "putThing"), operation(t, c, "listThings"), operation(t, c, "uploadThing")
	header := func(pairs ...string) http.Header {
		h := make(http.Header)
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	var g golden
	for _, tt := range []struct {
		name   string
		o      *Operation
		status int
		header http.Header
		body   string
	}{
		{"valid", put, 200, header("ETag", `"1"`, "Content-Type", "application/json"), thing(`"created":"now"`)},
		{"valid with charset", put, 200, header("ETag", `"1"`, "X-Version", "3", "Content-Type", "application/json; charset=utf-8"), thing("")},
		{"by class", put, 422, header("Content-Type", "application/problem+json"), `{"title":"x","more":1}`},
		{"by default", upload, 503, header(), ""},
		{"no content", put, 204, header(), ""},
		{"not JSON, not looked at", list, 200, header("Content-Type", "text/csv"), "a,b"},
		{"undocumented status", put, 302, header(), ""},
		{"undocumented media type", put, 200, header("ETag", `"1"`, "Content-Type", "text/html"), "<html>"},
		{"no media type", put, 200, header("ETag", `"1"`), thing("")},
		{"body where none is documented", put, 204, header("Content-Type", "application/json"), "{}"},
		{"required header missing", put, 200, header("Content-Type", "application/json"), thing("")},
		{"headers that do not match", put, 200, header("ETag", "1", "X-Version", "zero", "Content-Type", "application/json"), thing("")},
		{"header repeated", put, 200, header("ETag", `"1"`, "ETag", `"2"`, "Content-Type", "application/json"), thing("")},
		{"body that does not match", put, 200, header("ETag", `"1"`, "Content-Type", "application/json"), `{"id":"1","kind":"x"}`},
		{"writeOnly", put, 200, header("ETag", `"1"`, "Content-Type", "application/json"), thing(`"secret":"x"`)},
		{"missing body", put, 200, header("ETag", `"1"`, "Content-Type", "application/json"), ""},
		{"body cut off", put, 200, header("ETag", `"1"`, "Content-Type", "application/json"), `{"id":1`},
		{"everything", put, 200, header("Content-Type", "application/json"), `[]`},
	} {
		g.add(tt.name, tt.body, tt.o.Response(tt.status, tt.header, []byte(tt.body)))
	}
	g.compare(t, "responses.golden")
}
