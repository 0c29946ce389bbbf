package validate

import (
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// response is a documented response, ready to validate.
type response struct {
	content openapi3.Content
	bodies  map[*openapi3.MediaType]*jsonBody // of the media types that are JSON
	headers []*parameter
}

func newResponse(declared *openapi3.Response, c *compiler) (*response, error) {
	r := &response{content: declared.Content, bodies: make(map[*openapi3.MediaType]*jsonBody)}
	for media, content := range declared.Content {
		if isJSON(media) {
			r.bodies[content] = newJSONBody(content.Schema, c)
		}
	}
	for _, name := range sortedKeys(declared.Headers) {
		// Of a response's headers OpenAPI leaves out Content-Type, which is documented as the media type.
		if http.CanonicalHeaderKey(name) == "Content-Type" {
			continue
		}
		header := declared.Headers[name].Value.Parameter
		header.Name, header.In = name, openapi3.ParameterInHeader
		p, err := newParameter(&header, c)
		if err != nil {
			return nil, err
		}
		r.headers = append(r.headers, p)
	}
	return r, nil
}

func (r *response) headerNames() []string {
	names := make([]string, len(r.headers))
	for i, h := range r.headers {
		names[i] = h.Name
	}
	return names
}

// Response validates a response; nil or Violations: an undocumented status or media type, a required header that is
// missing, a header or a JSON body that does not match its schema. Bodies that are not JSON are not looked at, and
// body may be nil for them.
func (o *Operation) Response(status int, header http.Header, body []byte) error {
	r := o.response(status)
	if r == nil {
		return Violations{added(RuleStatus, InStatus, strconv.Itoa(status))}
	}
	check := &parameterCheck{operation: o, request: &http.Request{Header: header}}
	for _, p := range r.headers {
		check.one(p)
	}
	if status != http.StatusNotModified && o.Method != http.MethodHead {
		check.put(r.body(header.Get("Content-Type"), body)...)
	}
	return check.found.err()
}

// response finds the documented response: by status, by its class, else the default.
func (o *Operation) response(status int) *response {
	code := strconv.Itoa(status)
	if r := o.responses[code]; r != nil {
		return r
	}
	if r := o.responses[code[:1]+"XX"]; r != nil {
		return r
	}
	return o.responses["default"]
}

func (r *response) body(contentType string, body []byte) Violations {
	if len(r.content) == 0 {
		if len(body) > 0 {
			return Violations{added(RuleMediaType, InHeader, "Content-Type")}
		}
		return nil
	}
	content := r.content.Get(contentType)
	if content == nil {
		return Violations{added(RuleMediaType, InHeader, "Content-Type")}
	}
	if b := r.bodies[content]; b != nil {
		return b.check(body, InBody, "")
	}
	return nil
}

// Value validates one JSON value, such as an example of the document, against one schema of it, under the same
// formats and additions as messages; nil or Violations. asAnswer says that it is part of a response, where readOnly
// fields may stand and writeOnly fields may not.
func Value(schema *openapi3.Schema, asAnswer bool, data []byte) error {
	b := &jsonBody{schema: schema, mode: asRequest}
	if asAnswer {
		b.mode = asResponse
	}
	return b.decide(data, InBody, "").err()
}
