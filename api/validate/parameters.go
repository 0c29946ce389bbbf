package validate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// parameters are those of one operation, in the document's order.
type parameters struct {
	all   []*parameter
	query map[string]*parameter // by the names that may stand in a query string
	open  bool                  // a form-style object takes any name
	deep  []*parameter
}

// parameter is one parameter, or one header of a response, which is validated alike.
type parameter struct {
	*openapi3.Parameter
	schema *openapi3.Schema
	node   *node // nil if only kin-openapi can decode it
	single bool  // takes one value, so must not be repeated
	style  string
}

// ignoredHeaders are header parameters that OpenAPI 3.0 says shall be ignored.
var ignoredHeaders = []string{"Accept", "Content-Type", "Authorization"}

func newParameters(item, own openapi3.Parameters, c *compiler) (*parameters, error) {
	ps := &parameters{query: make(map[string]*parameter)}
	for _, ref := range item {
		if own.GetByInAndName(ref.Value.In, ref.Value.Name) == nil {
			own = append(own[:len(own):len(own)], ref)
		}
	}
	for _, ref := range own {
		if ref.Value.In == openapi3.ParameterInHeader && slices.Contains(ignoredHeaders, http.CanonicalHeaderKey(ref.Value.Name)) {
			continue
		}
		p, err := newParameter(ref.Value, c)
		if err != nil {
			return nil, err
		}
		ps.all = append(ps.all, p)
		if p.In == openapi3.ParameterInQuery {
			ps.register(p)
		}
	}
	return ps, nil
}

func newParameter(declared *openapi3.Parameter, c *compiler) (*parameter, error) {
	p := &parameter{Parameter: declared}
	method, err := declared.SerializationMethod()
	if err != nil {
		return nil, err
	}
	p.style = method.Style
	if declared.Schema == nil {
		return nil, fmt.Errorf("parameter %s: JSON within a parameter or header (content) cannot be validated", declared.Name)
	}
	p.schema = declared.Schema.Value
	names := typeNames(p.schema, 0)
	p.single = len(names) > 0 && !slices.Contains(names, "array") && !slices.Contains(names, "object")
	if p.single && (p.style == openapi3.SerializationSimple || p.style == openapi3.SerializationForm) {
		p.node = c.compile(p.schema)
	}
	if p.style == openapi3.SerializationDeepObject {
		p.node = c.compile(p.schema)
		return p, checkDeep(p.Name, p.schema, maxBrackets)
	}
	return p, nil
}

// register notes under which names a query parameter is sent.
func (ps *parameters) register(p *parameter) {
	switch {
	case p.style == openapi3.SerializationDeepObject:
		ps.deep = append(ps.deep, p)
	case p.schema.Type.Is("object") && (p.Explode == nil || *p.Explode):
		for name := range p.schema.Properties {
			ps.query[name] = p
		}
		may := p.schema.AdditionalProperties
		ps.open = ps.open || may.Schema != nil || may.Has != nil && *may.Has
	default:
		ps.query[p.Name] = p
	}
}

// Parameters validates the path, query, header and cookie parameters of a request; nil or Violations. path gives the
// value of a path parameter, decoded, and "" for one that is not there. Nothing in r is changed.
//
// Query parameters the operation does not document are violations; headers and cookies it does not document are
// nobody's business.
func (o *Operation) Parameters(r *http.Request, path func(name string) string) error {
	check := &parameterCheck{operation: o, request: r, path: path}
	check.readQuery()
	for _, p := range o.params.all {
		check.one(p)
	}
	return check.found.err()
}

// parameterCheck is the validation of the parameters of one request.
type parameterCheck struct {
	operation *Operation
	request   *http.Request
	path      func(name string) string
	query     url.Values
	deep      map[string]map[string]any // values of deepObject parameters by name
	undecoded bool                      // the query string
	found     Violations
}

func (c *parameterCheck) put(v ...Violation) {
	room := MaxViolations - len(c.found)
	c.found = append(c.found, v[:min(room, len(v))]...)
}

// readQuery decodes the query string and refuses names that are not documented.
func (c *parameterCheck) readQuery() {
	if c.request.URL.RawQuery == "" {
		return
	}
	var err error
	if c.query, err = url.ParseQuery(c.request.URL.RawQuery); err != nil {
		c.put(added(RuleEscape, InQuery, ""))
		c.undecoded = true // what is missing from c.query need not be missing
		return
	}
	for _, name := range sortedKeys(c.query) {
		c.queryName(name, c.query[name])
	}
}

func (c *parameterCheck) queryName(name string, values []string) {
	ps := c.operation.params
	if p := ps.query[name]; p != nil {
		if len(values) > 1 && p.single {
			c.put(added(RuleRepeated, InQuery, name))
		}
		return
	}
	for _, p := range ps.deep {
		if strings.HasPrefix(name, p.Name) && (len(name) == len(p.Name) || name[len(p.Name)] == '[') {
			c.deepName(p, name, values)
			return
		}
	}
	if !ps.open {
		v := added(RuleUnknown, InQuery, legible(name))
		if known := similarParameter(name, ps); known != "" {
			v.Hint = "Remove it, or did you mean '" + known + "'?"
		}
		c.put(v)
	}
}

func similarParameter(name string, ps *parameters) string {
	for _, known := range sortedKeys(ps.query) {
		if strings.EqualFold(name, known) || len(known) > 3 && oneSlip(strings.ToLower(name), strings.ToLower(known)) {
			return known
		}
	}
	return ""
}

// one validates one parameter.
func (c *parameterCheck) one(p *parameter) {
	if c.undecoded && p.In == openapi3.ParameterInQuery {
		return
	}
	if p.style == openapi3.SerializationDeepObject {
		c.deepObject(p)
		return
	}
	values := c.values(p)
	switch {
	case p.single && len(values) == 0:
		if p.Required {
			c.put(missing(p.In, p.Name))
		}
		return
	case p.node != nil && len(values) == 1 && p.node.acceptsText(values[0]):
		return
	}
	for _, value := range values {
		if rule := textRule(value); rule != "" {
			c.put(added(rule, p.In, p.Name))
			return
		}
	}
	if len(values) > 1 && p.single && p.In == InHeader {
		c.put(added(RuleRepeated, p.In, p.Name))
		return
	}
	if len(values) > 0 && p.schema.Type.Is("number") && !isNumber(values[0]) && values[0] != "" {
		c.put(added(RuleNumber, p.In, p.Name))
		return
	}
	c.put(p.validate(c.request, values, c.query)...)
}

// values gives what was sent for a parameter, as far as that can be said without decoding it.
func (c *parameterCheck) values(p *parameter) []string {
	switch p.In {
	case openapi3.ParameterInPath:
		if value := c.path(p.Name); value != "" {
			return []string{value}
		}
	case openapi3.ParameterInQuery:
		return c.query[p.Name]
	case openapi3.ParameterInHeader:
		return c.request.Header.Values(p.Name)
	case openapi3.ParameterInCookie:
		if cookie, err := c.request.Cookie(p.Name); err == nil {
			return []string{cookie.Value}
		}
	}
	return nil
}

// validate asks kin-openapi to decode and to decide.
func (p *parameter) validate(r *http.Request, values []string, query url.Values) Violations {
	if query == nil {
		query = url.Values{} // else kin-openapi parses the query string once more
	}
	input := &openapi3filter.RequestValidationInput{Request: r, QueryParams: query, Options: &openapi3filter.Options{
		MultiError:          true,
		SkipSettingDefaults: true,
		SchemaValidationOptions: []openapi3.SchemaValidationOption{
			openapi3.WithStringFormatValidators(kinFormats),
			openapi3.DisableSchemaErrorDetails(),
		},
	}}
	if p.In == openapi3.ParameterInPath && len(values) > 0 {
		input.PathParams = map[string]string{p.Name: values[0]}
	}
	err := openapi3filter.ValidateParameter(context.Background(), input, p.Parameter)
	if err == nil {
		return nil
	}
	return p.explain(err, values)
}

// explain turns an error of ValidateParameter into violations.
func (p *parameter) explain(err error, values []string) Violations {
	var schema *openapi3.SchemaError
	var request *openapi3filter.RequestError
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		return Violations{missing(p.In, p.Name)}
	case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
		return Violations{empty(p.In, p.Name, p.schema)}
	case errors.As(err, &schema) && errors.As(err, &request):
		x := &explanation{in: p.In, prefix: p.Name, mode: asRequest}
		if p.schema.Type.Is("array") {
			x.value = []any{} // enough to tell tags[0] from tags.0
		}
		x.add(request.Err, nil, "")
		return x.found
	case len(values) == 0 && p.Required:
		return Violations{missing(p.In, p.Name)}
	}
	return Violations{wrongType(p.In, p.Name, p.schema, "")}
}

// textRule names the rule that a text breaks whatever its schema says, "" if none.
func textRule(text string) string {
	switch {
	case !utf8.ValidString(text):
		return RuleUTF8
	case strings.IndexByte(text, 0) >= 0:
		return RuleNUL
	}
	return ""
}

// isNumber takes a number as in JSON, within the bounds that hold there.
func isNumber(text string) bool {
	if text == "" || text[0] != '-' && !isDigit(text[0]) {
		return false
	}
	s := scanner{data: []byte(text)}
	_, f := s.number()
	return f == noFault && s.pos == len(text)
}
