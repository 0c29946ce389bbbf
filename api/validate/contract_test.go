package validate

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
)

// loadDocument gives the document of testdata.
func loadDocument(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("testdata/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return doc
}

func newContract(t testing.TB) *Contract {
	t.Helper()
	c, err := New(loadDocument(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// realContract is the contract this project is about.
func realContract(t testing.TB) *Contract {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(doc)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func operation(t testing.TB, c *Contract, id string) *Operation {
	t.Helper()
	o, ok := c.Operation(id)
	if !ok {
		t.Fatalf("no operation %s", id)
	}
	return o
}

func TestContract(t *testing.T) {
	doc := loadDocument(t)
	before, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(doc)
	if err != nil {
		t.Fatal(err)
	}
	if after, _ := json.Marshal(doc); string(after) != string(before) {
		t.Error("New changed the document it was given")
	}
	var ids []string
	for _, o := range c.Operations() {
		ids = append(ids, o.Method+" "+o.Path+" "+o.ID)
	}
	want := []string{"POST /loose postLoose", "GET /things listThings", "POST /things/{thing} uploadThing", "PUT /things/{thing} putThing"}
	if !reflect.DeepEqual(ids, want) {
		t.Errorf("operations %q, want %q", ids, want)
	}
	if s := c.SecurityScheme("basic"); s == nil || s.Scheme != "basic" {
		t.Error("the security scheme is lost")
	}
	if c.SecurityScheme("other") != nil {
		t.Error("a security scheme that is not documented")
	}
	if _, ok := c.Operation("noSuch"); ok {
		t.Error("an operation that is not documented")
	}
}

func TestOperationDescribesTheDocument(t *testing.T) {
	c := newContract(t)
	put, upload, loose := operation(t, c, "putThing"), operation(t, c, "uploadThing"), operation(t, c, "postLoose")
	if len(put.Security) != 1 || put.Security[0]["basic"] == nil {
		t.Errorf("putThing inherits the document's security, got %v", put.Security)
	}
	if len(upload.Security) != 0 {
		t.Errorf("uploadThing is open to anybody, got %v", upload.Security)
	}
	if put.MaxBodyBytes() != 4096 || upload.MaxBodyBytes() != 0 {
		t.Errorf("limits %d and %d", put.MaxBodyBytes(), upload.MaxBodyBytes())
	}
	if put.Timeout() != 90*time.Second || upload.Timeout() != 0 {
		t.Errorf("timeouts %v and %v", put.Timeout(), upload.Timeout())
	}
	if !put.Request.Required || loose.Request.Required || operation(t, c, "listThings").Request != nil {
		t.Error("which bodies are required is lost")
	}
	want := []Response{
		{Status: "200", MediaTypes: []string{"application/json"}, Headers: []string{"ETag", "X-Version"}},
		{Status: "204", MediaTypes: []string{}, Headers: []string{}},
		{Status: "4XX", MediaTypes: []string{"application/problem+json"}, Headers: []string{}},
	}
	if !reflect.DeepEqual(put.Responses, want) {
		t.Errorf("responses %+v, want %+v", put.Responses, want)
	}
	for _, tt := range []struct {
		o               *Operation
		contentType     string
		accepts, upload bool
	}{
		{put, "application/json", true, false},
		{put, "Application/JSON; charset=utf-8", true, false},
		{put, "text/plain", false, false},
		{put, "", false, false},
		{upload, "multipart/form-data; boundary=x", true, true},
		{upload, "application/json", false, false},
		{operation(t, c, "listThings"), "application/json", false, false},
	} {
		if got := tt.o.Accepts(tt.contentType); got != tt.accepts {
			t.Errorf("%s accepts %q: %v", tt.o.ID, tt.contentType, got)
		}
		if got := tt.o.TakesUpload(tt.contentType); got != tt.upload {
			t.Errorf("%s takes %q as upload: %v", tt.o.ID, tt.contentType, got)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	raw, err := os.ReadFile("testdata/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ old, new, want string }{
		"3.1":                     {"openapi: 3.0.3", "openapi: 3.1.0", "OpenAPI 3.0"},
		"no id":                   {"operationId: postLoose", "summary: nameless", "no operationId"},
		"two JSON bodies":         {"application/json: {schema: {$ref: '#/components/schemas/Loose'}}", "application/json: {schema: {type: object}}\n          text/x+json: {schema: {type: object}}", "more than one JSON body"},
		"array of parts":          {"urgent: {type: boolean}", "urgent: {type: array, items: {type: string}}", "several times"},
		"open form":               {"              additionalProperties: false\n              required: [file, name, kind]", "              additionalProperties: true", "list its parts"},
		"content parameter":       {"{name: exact, in: query, schema: {type: boolean}}", "{name: exact, in: query, content: {application/json: {schema: {type: boolean}}}}", "content"},
		"endless choice":          {"leaf: {anyOf: [{type: string}, {type: boolean}]}", "leaf: {$ref: '#/components/schemas/Choice'}\n    Choice: {anyOf: [{type: string}, {type: array, items: {$ref: '#/components/schemas/Choice'}}]}\n    Rest:\n      type: object", "Choice: anyOf or oneOf contains itself"},
		"endless choice, unnamed": {"leaf: {anyOf: [{type: string}, {type: boolean}]}", "leaf: {oneOf: [{type: string}, {$ref: '#/components/schemas/Tree'}]}", "anyOf or oneOf contains itself"},
		"deep array":              {"state: {anyOf: [{type: string, enum: [none, paid]}", "state: {anyOf: [{type: array, items: {type: string}}", "array"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(string(raw), tt.old, tt.new, 1)
			if text == string(raw) {
				t.Fatal("the document was not changed")
			}
			doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := New(doc); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestNewTakesTheRealContract(t *testing.T) {
	if n := len(realContract(t).Operations()); n < 20 {
		t.Errorf("only %d operations", n)
	}
}
