package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/examples"
	"github.com/dunwell/dunwell/api/validate"
)

// checkStory says which pair of api/examples is not what the contract says, and which operation has none. That the server
// really answers so is for the replay to say.
func checkStory(c *contract) ([]finding, error) {
	valid, err := validate.New(c.doc)
	if err != nil {
		return nil, err
	}
	r := storyReport{report: report{check: "story"}, memory: make(examples.Memory)}
	shown := make(map[string]bool)
	for _, p := range c.pairs {
		shown[p.OperationID] = true
		if o, ok := valid.Operation(p.OperationID); ok {
			r.pair(o, p)
		} else {
			r.addf(file(p), "operationId is %q, which the contract does not have", p.OperationID)
		}
	}
	for _, o := range valid.Operations() {
		if !shown[o.ID] {
			r.addf("api/examples", "has no pair for %s", o.ID)
		}
	}
	return r.sorted(), nil
}

func file(p examples.Pair) string { return "api/examples/" + p.Name + ".json" }

type storyReport struct {
	report
	memory examples.Memory // of the examples themselves: what an answer shows is what a later request uses
}

func (r *storyReport) pair(o *validate.Operation, p examples.Pair) {
	place := file(p)
	for _, path := range p.Stale() {
		r.addf(place, "%s points at nothing in the response", path)
	}
	p, err := p.With(r.memory)
	if err != nil {
		r.addf(place, "%v", err)
		return
	}
	r.refused(place+" request", p, request(o, p.Request))
	header, body, err := answer(p.Response)
	if err != nil {
		r.addf(place, "%v", err)
		return
	}
	r.violations(place+" response", o.Response(p.Response.Status, header, body))
	if err := r.memory.Learn(p, header, body); err != nil {
		r.addf(place, "%v", err)
	}
}

// refused reports what is wrong with a request, unless that is what the pair shows.
func (r *storyReport) refused(place string, p examples.Pair, err error) {
	if p.Response.Status != http.StatusBadRequest {
		r.violations(place, err)
	}
}

func (r *storyReport) violations(place string, err error) {
	var violations validate.Violations
	if err != nil && !errors.As(err, &violations) {
		r.addf(place, "%v", err)
	}
	for _, v := range violations {
		r.addf(place, "%s %s: %s %s", v.In, v.Path, v.Error, v.Hint)
	}
}

// request holds a request against its operation.
func request(o *validate.Operation, r examples.Request) error {
	req, err := r.HTTP(context.Background(), "http://example.com"+api.BasePath)
	if err != nil {
		return err
	}
	values, ok := match(o.Path, strings.TrimPrefix(req.URL.Path, api.BasePath))
	if !ok || o.Method != r.Method {
		return errors.New(r.Method + " " + r.Path + " is not " + o.Method + " " + o.Path)
	}
	if err := o.Parameters(req, func(name string) string { return values[name] }); err != nil {
		return err
	}
	if contentType := req.Header.Get("Content-Type"); o.TakesUpload(contentType) {
		checked, err := o.Upload(req.Body, contentType)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, checked)
		return err
	} else if contentType != "" && !o.Accepts(contentType) {
		return errors.New(o.ID + " takes no " + contentType)
	}
	return o.Body(r.Body)
}

// answer gives a response as it goes over the wire. Headers every answer has need not be shown by every pair.
func answer(r examples.Response) (http.Header, []byte, error) {
	header := make(http.Header)
	for name, value := range r.Headers {
		header.Set(name, value)
	}
	if r.File != "" {
		body, err := examples.File(r.File)
		return header, body, err
	}
	if header.Get("Content-Type") == "" && r.Body != nil {
		header.Set("Content-Type", "application/json")
	}
	return header, r.Body, nil
}

// match takes the values of a path's parameters, if the path is one of the template.
func match(template, path string) (map[string]string, bool) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	values := make(map[string]string)
	for i, segment := range want {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			values[strings.TrimSuffix(name, "}")] = have[i]
		} else if segment != have[i] {
			return nil, false
		}
	}
	return values, true
}
