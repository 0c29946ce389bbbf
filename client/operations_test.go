package client_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/client"
)

// TestOperationsAgainstTheirExamples calls every operation whose answer is one JSON value, with the contract's own examples, by
// reflection: the request must be the documented one, and the answer must come back whole. Both are validated on the way.
func TestOperationsAgainstTheirExamples(t *testing.T) {
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	called := 0
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			id := operation.OperationID
			if strings.HasPrefix(id, "list") || operation.RequestBody != nil && operation.RequestBody.Value.Content["multipart/form-data"] != nil || id == "getCommunicationFile" {
				continue // of another shape, and tested with lists, uploads and downloads
			}
			called++
			t.Run(id, func(t *testing.T) {
				answer := exampleOf(operation.Responses.Map(), "200", "201")
				var sent *http.Request
				var r client.Response
				transport := client.WithHTTPClient(&http.Client{Transport: answering(func(request *http.Request) (*http.Response, error) {
					sent = request
					return newAnswer(answer.status, string(answer.body)), nil
				})})
				results := callByName(t, newClient(t, "http://h/api", transport), path, item, operation, client.Into(&r))
				if err, _ := results[1].Interface().(error); err != nil {
					t.Fatal(err)
				}
				wantPath := "/api" + strings.NewReplacer("{invoiceReference}", "A%20B", "{identityReference}", "A%20B", "{creditnoteReference}", "A%20B",
					"{id}", "12", "{job}", "12", "{run}", "12", "{hold}", "12", "{import}", "12").Replace(path)
				if sent.Method != method || sent.URL.EscapedPath() != wantPath || (r.IdempotencyKey != "") != (method == "POST") {
					t.Errorf("%s %s", sent.Method, sent.URL)
				}
				sameJSON(t, answer.body, results[0].Interface())
			})
		}
	}
	if called != 25 {
		t.Errorf("%d operations", called)
	}
}

type exampleAnswer struct {
	status int
	body   []byte
}

// exampleOf gives the example of the first of the statuses that is documented.
func exampleOf(responses map[string]*openapi3.ResponseRef, statuses ...string) exampleAnswer {
	for _, status := range statuses {
		if r := responses[status]; r != nil {
			code := map[string]int{"200": 200, "201": 201}[status]
			return exampleAnswer{code, exampleJSON(r.Value.Content["application/json"])}
		}
	}
	return exampleAnswer{}
}

func exampleJSON(content *openapi3.MediaType) []byte {
	for _, example := range content.Examples {
		data, _ := json.Marshal(example.Value.Value)
		return data
	}
	return nil
}

// callByName calls the method of an operation with a value for each of its path parameters, and the example as its body.
func callByName(t *testing.T, c *client.Client, path string, item *openapi3.PathItem, operation *openapi3.Operation, option client.CallOption) []reflect.Value {
	t.Helper()
	id := operation.OperationID
	method := reflect.ValueOf(c).MethodByName(strings.ToUpper(id[:1]) + id[1:])
	arguments := []reflect.Value{reflect.ValueOf(t.Context())}
	for i := 1; i < method.Type().NumIn()-1; i++ {
		argument := reflect.New(method.Type().In(i))
		switch typ := method.Type().In(i); {
		case typ.Kind() == reflect.String && (!strings.Contains(path, "Reference}")):
			argument.Elem().SetString("12")
		case typ.Kind() == reflect.String:
			argument.Elem().SetString("A B")
		case typ == reflect.TypeFor[time.Time]():
		default:
			body := exampleJSON(operation.RequestBody.Value.Content["application/json"])
			if err := json.Unmarshal(body, argument.Interface()); err != nil {
				t.Fatal(err)
			}
		}
		arguments = append(arguments, argument.Elem())
	}
	return method.Call(append(arguments, reflect.ValueOf(option)))
}

// sameJSON fails if a decoded answer, encoded again, has lost something.
func sameJSON(t *testing.T, want []byte, got any) {
	t.Helper()
	encoded, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(encoded, &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("answered\n%s, read\n%s", want, encoded)
	}
}

// TestBasePaths: a server may be mounted anywhere.
func TestBasePaths(t *testing.T) {
	for _, base := range []string{"http://h", "http://h/", "http://h/api", "http://h/a%20b/c%2Fd/", "http://h/invoices/x", "http://[::1]:80/api"} {
		var sent *url.URL
		transport := client.WithHTTPClient(&http.Client{Transport: answering(func(r *http.Request) (*http.Response, error) {
			sent = r.URL
			return newAnswer(404, ""), nil
		})})
		c := newClient(t, base, transport, client.WithRetry(client.RetryPolicy{MaxAttempts: 1}))
		_, _ = c.GetInvoice(t.Context(), "RE/1") // not sent: no reference has a slash
		if sent != nil {
			t.Errorf("%s was sent", sent)
		}
		if _, _ = c.GetInvoice(t.Context(), "RE1"); sent == nil || sent.String() != strings.TrimRight(base, "/")+"/invoices/RE1" {
			t.Errorf("%s: %v", base, sent)
		}
		sent = nil
		if _, _ = c.GetDunning(t.Context(), ".."); sent != nil {
			t.Errorf("%s was sent", sent)
		}
	}
}
