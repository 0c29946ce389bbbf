// Package examples holds requests to the API and what is answered, as one story: played in order against an empty
// merchant, every request gets the answer beside it. They are documentation first; tests hold them against the contract
// and replay them against the server.
//
// A pair is a file named by its operation, such as createInvoice.json or createInvoice.409.json, and story.txt says in
// which order they are played. What the server chooses, such as an id, is an example of what it may choose: a matcher
// says so ("body.id": "any"), and only the contract's schema holds there. What a later request needs of an answer is
// remembered under a name ("communication": "body[0].communications[0].id") and used as {{communication}}.
package examples

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
)

//go:embed *.json story.txt files
var files embed.FS

// Pair is a request and its answer.
type Pair struct {
	Name        string            `json:"-"`                  // of the file, without .json
	OperationID string            `json:"operationId"`        // of the contract
	Title       string            `json:"title"`              // what it shows
	Request     Request           `json:"request"`            //
	Response    Response          `json:"response"`           //
	Matchers    map[string]string `json:"matchers,omitempty"` // path of a value that the server chooses: Any
	Remember    map[string]string `json:"remember,omitempty"` // name: path of a value in the response
}

// Any is the matcher of a value that only has to be there and to match its schema.
const Any = "any"

// Request is what is sent. It has a Body or a Form, or neither.
type Request struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`              // below the contract's base path, as it goes over the wire
	Query   map[string]string `json:"query,omitempty"`   //
	Headers map[string]string `json:"headers,omitempty"` // Authorization replaces the replay's own credentials; empty sends none
	Body    json.RawMessage   `json:"body,omitempty"`    //
	Form    map[string]string `json:"form,omitempty"`    // of multipart/form-data; @files/RE12345.pdf is that file
}

// Response is what is answered. It has a Body or a File.
type Response struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"` // those worth showing; others may be there
	Body    json.RawMessage   `json:"body,omitempty"`    //
	File    string            `json:"file,omitempty"`    // files/RE12345.pdf: exactly its bytes
}

// All gives the pairs in the order of the story.
func All() ([]Pair, error) {
	names, err := story()
	if err != nil {
		return nil, err
	}
	var pairs []Pair
	for _, name := range names {
		p, err := load(name)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// File gives the bytes of a file that a form or a response names, such as files/RE12345.pdf.
func File(name string) ([]byte, error) { return files.ReadFile(name) }

// story reads the order, and fails if it and the files differ.
func story() ([]string, error) {
	text, err := files.ReadFile("story.txt")
	if err != nil {
		return nil, err
	}
	var names []string
	told := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		name := strings.TrimSpace(line)
		if name == "" {
			continue
		}
		if told[name] {
			return nil, fmt.Errorf("story.txt: %s is told twice", name)
		}
		told[name] = true
		names = append(names, name)
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if name, isPair := strings.CutSuffix(entry.Name(), ".json"); isPair && !told[name] {
			return nil, fmt.Errorf("story.txt: %s is not told", name)
		}
	}
	return names, nil
}

// load reads one pair.
func load(name string) (Pair, error) {
	data, err := files.ReadFile(name + ".json")
	if err != nil {
		return Pair{}, err
	}
	p, err := Parse(name, data)
	if err != nil {
		return Pair{}, fmt.Errorf("%s.json: %w", name, err)
	}
	return p, nil
}

// Parse reads a pair. It fails on what is no pair: an unknown field, a name that is not the operation's, two bodies.
func Parse(name string, data []byte) (Pair, error) {
	p := Pair{Name: name}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Pair{}, err
	}
	operation, _, _ := strings.Cut(path.Base(name), ".")
	switch {
	case p.OperationID != operation:
		return Pair{}, fmt.Errorf("operationId is %q and the file is named for %q", p.OperationID, operation)
	case p.Title == "" || p.Request.Method == "" || p.Request.Path == "" || p.Response.Status == 0:
		return Pair{}, errors.New("title, request.method, request.path and response.status are needed")
	case p.Request.Body != nil && p.Request.Form != nil:
		return Pair{}, errors.New("request has both a body and a form")
	case p.Response.Body != nil && p.Response.File != "":
		return Pair{}, errors.New("response has both a body and a file")
	}
	for at, matcher := range p.Matchers {
		if matcher != Any {
			return Pair{}, fmt.Errorf("matchers: %s is %q; the only matcher is %q", at, matcher, Any)
		}
	}
	return p, nil
}
