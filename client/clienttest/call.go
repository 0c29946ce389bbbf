package clienttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
)

// Call is one attempt of a call, as it came.
type Call struct {
	Operation string            // operationId
	Path      map[string]string // the parameters of the path, decoded
	Query     url.Values
	Header    http.Header
	Body      []byte            // as it was sent
	Form      map[string][]byte // the parts of an upload, by their names

	request *http.Request
	op      *validate.Operation
}

// Decode reads the JSON body into v.
func (c Call) Decode(v any) error { return json.Unmarshal(c.Body, v) }

// IdempotencyKey is the key of a POST, the same for all attempts of a call.
func (c Call) IdempotencyKey() string { return c.Header.Get("Idempotency-Key") }

// read takes in a request.
func (f *Fake) read(r *http.Request) (Call, error) {
	call := Call{Query: r.URL.Query(), Header: r.Header.Clone(), request: r}
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
		var err error
		if call.Body, err = io.ReadAll(r.Body); err != nil {
			return call, err
		}
	}
	if call.op, call.Path = f.match(r); call.op == nil {
		return call, nil
	}
	call.Operation = call.op.ID
	if call.op.TakesUpload(r.Header.Get("Content-Type")) {
		call.Form = parts(call.Body, r.Header.Get("Content-Type"))
	}
	return call, nil
}

// match finds the operation that a request is for: the one with the longest path that the request's ends with, whatever the
// base path.
func (f *Fake) match(r *http.Request) (*validate.Operation, map[string]string) {
	var best *validate.Operation
	var values map[string]string
	for _, op := range f.contract.Operations() {
		if op.Method != r.Method || best != nil && strings.Count(op.Path, "/") <= strings.Count(best.Path, "/") {
			continue
		}
		if found, ok := matchPath(op.Path, r.URL.EscapedPath()); ok {
			best, values = op, found
		}
	}
	return best, values
}

// matchPath reads the parameters of a template from the end of a path.
func matchPath(template, path string) (map[string]string, bool) {
	names, steps := strings.Split(template, "/")[1:], strings.Split(path, "/")
	if len(steps) <= len(names) {
		return nil, false
	}
	values := make(map[string]string)
	for i, step := range steps[len(steps)-len(names):] {
		value, err := url.PathUnescape(step)
		name, parameter := strings.CutPrefix(names[i], "{")
		switch {
		case err != nil, !parameter && value != name:
			return nil, false
		case parameter:
			values[strings.TrimSuffix(name, "}")] = value
		}
	}
	return values, true
}

// parts reads a multipart body as far as it can be read; validation says what is wrong with it.
func parts(body []byte, contentType string) map[string][]byte {
	_, params, _ := mime.ParseMediaType(contentType)
	form, all := multipart.NewReader(bytes.NewReader(body), params["boundary"]), make(map[string][]byte)
	for {
		part, err := form.NextPart()
		if err != nil {
			return all
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return all
		}
		all[part.FormName()] = data
	}
}

// check holds a request against the contract.
func (c Call) check() string {
	err := c.op.Parameters(c.request, func(name string) string { return c.Path[name] })
	if c.Form != nil {
		reader, wrong := c.op.Upload(bytes.NewReader(c.Body), c.Header.Get("Content-Type"))
		if wrong == nil {
			_, wrong = io.Copy(io.Discard, reader)
		}
		err = errors.Join(err, wrong)
	} else {
		err = errors.Join(err, c.op.Body(c.Body))
	}
	if err == nil {
		return ""
	}
	return explain(err)
}

// explain writes violations as a developer wants to read them.
func explain(err error) string {
	var all []error
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	} else {
		all = []error{err}
	}
	var lines []string
	for _, one := range all {
		var found validate.Violations
		if !errors.As(one, &found) {
			lines = append(lines, one.Error())
		}
		for _, v := range found {
			lines = append(lines, strings.TrimSpace(v.Error+" "+v.Hint))
		}
	}
	return strings.Join(lines, "\n\t")
}
