package conformance

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// rightParameters gives valid values of the parameters in the query and in headers, one at a time.
func (s *suite) rightParameters(o *validate.Operation) (all []input) {
	for _, p := range s.queryOf(o) {
		for _, f := range deepFields(p) {
			for _, v := range boundaryValues(f.schema) {
				if text, ok := plain(v.json); ok && text != "" && isShort(f.name, text) {
					all = append(all, input{what: v.what, field: f.path, parts: []with{where(f.name, text)}, doubtful: v.doubtful || f.owner != nil})
				}
			}
		}
	}
	for _, p := range s.parametersIn(o, openapi3.ParameterInHeader) {
		if p.Name == "Idempotency-Key" { // others name what the server chose
			name := "cf" + s.config.RunID + "-" + o.ID
			all = append(all, keyInput(name), keyInput(name+"!~#$%&'()*+,-./:;<=>?@[]^_`{|}\""), keyInput(pad(name, int(*p.Schema.Value.MaxLength))))
		}
	}
	return all
}

func keyInput(text string) input {
	return input{what: strconv.Itoa(len(text)) + " characters", field: "Idempotency-Key", parts: []with{key(text)}}
}

// maxQuery is how long a query string may be for those on the way to a server, proxies among them, to let it pass.
const maxQuery = 4000

func isShort(name, value string) bool { return len(name)+len(url.QueryEscape(value)) < maxQuery }

// wrongParameters gives requests with one wrong parameter.
func (s *suite) wrongParameters(o *validate.Operation) (all []input) {
	all = append(all, input{law: faultUnknown, what: "a query parameter that is not known", field: noSuch, parts: []with{where(noSuch, "1")}})
	for _, p := range s.queryOf(o) {
		all = append(all, wrongQuery(p)...)
	}
	for _, p := range s.parametersIn(o, openapi3.ParameterInHeader) {
		for _, v := range wrongTextsOf(p.Schema.Value) {
			if isHeader(v.json) {
				all = append(all, input{law: v.law, what: v.what, field: p.Name, parts: []with{header(p.Name, v.json)}})
			}
		}
	}
	return append(all, s.wrongPath(o)...)
}

// wrongPath gives each path parameter wrong values, the others being those of nothing.
func (s *suite) wrongPath(o *validate.Operation) (all []input) {
	parameters := s.pathParameters(o)
	for i, p := range parameters {
		for _, v := range wrongTextsOf(p.Schema.Value) {
			if v.json == "" || strings.ContainsAny(v.json, "/\\") {
				continue // another path, or one that many a proxy refuses
			}
			values := make([]string, len(parameters))
			for k, other := range parameters {
				sample, _ := sampleText(other.Schema.Value)
				values[k] = escapePath(sample)
			}
			values[i] = escapePath(v.json)
			all = append(all, input{law: v.law, what: v.what, field: p.Name, path: values})
		}
	}
	return all
}

// wrongTextsOf gives texts that are wrong as they stand in a URL or a header: json of each is that text.
func wrongTextsOf(s *openapi3.Schema) (all []wrongValue) {
	for _, v := range wrongValues(s) {
		text, ok := plain(v.json)
		if !ok || v.law == faultJSON || v.law == faultType && isType(s, "string") || validText(s, text) {
			continue
		}
		v.json = text
		all = append(all, v)
	}
	return all
}

// validText says whether a value that is wrong in JSON, such as a number for a text, is right as text.
func validText(s *openapi3.Schema, text string) bool {
	return slices.ContainsFunc(resolve(s).alternatives, func(s *openapi3.Schema) bool {
		return isType(s, "string") && validate.Value(s, false, encode(text)) == nil || validate.Value(s, false, []byte(text)) == nil
	})
}

// wrongQuery gives wrong values of a query parameter, and the parameter twice.
func wrongQuery(p *openapi3.Parameter) (all []input) {
	fields := deepFields(p)
	for _, f := range fields {
		for _, v := range wrongTextsOf(f.schema) {
			if !isShort(f.name, v.json) {
				continue
			}
			all = append(all, input{law: v.law, what: v.what, field: f.path, parts: []with{where(f.name, v.json)}})
		}
		if value, ok := plain(smallest(f.schema)); ok && p.Style != openapi3.SerializationDeepObject {
			all = append(all, input{law: faultUnknown, what: "the same parameter twice", field: f.path, parts: []with{where(f.name, value, f.name, value)}})
		}
	}
	if p.Style != openapi3.SerializationDeepObject {
		return all
	}
	return append(all, wrongDeep(p, fields)...)
}

// wrongDeep gives filters by what is not known.
func wrongDeep(p *openapi3.Parameter, fields []queryField) (all []input) {
	add := func(what, field, name string) {
		all = append(all, input{law: faultUnknown, what: what, field: field, parts: []with{where(name, "1")}})
	}
	add("a filter by a field that is not known", p.Name+"."+noSuch, p.Name+"["+noSuch+"]")
	for _, f := range fields {
		if object := objectOf(f.owner); f.operator == "" && object != nil && !isOpen(object) {
			add("an operator that is not known", f.path+".$like", f.name+"[$like]")
		}
	}
	return all
}

// queryField is a value in the query string: a parameter, or a member of one that is a deepObject.
type queryField struct {
	name     string // as it is sent: query[due][$lt]
	path     string // as it is told about: query.due.$lt
	operator string // $lt, or ""
	schema   *openapi3.Schema
	owner    *openapi3.Schema // of the member of a deepObject: a value, or operators with one
}

// deepFields gives the values of a parameter.
func deepFields(p *openapi3.Parameter) (all []queryField) {
	schema := p.Schema.Value
	if p.Style != openapi3.SerializationDeepObject {
		return []queryField{{name: p.Name, path: p.Name, schema: schema}}
	}
	for _, name := range properties(schema) {
		member := schema.Properties[name].Value
		base := queryField{name: p.Name + "[" + name + "]", path: p.Name + "." + name, owner: member}
		for _, alternative := range resolve(member).alternatives {
			if !isType(alternative, "object") {
				one := base
				one.schema = alternative
				all = append(all, one)
				continue
			}
			for _, operator := range properties(alternative) {
				all = append(all, queryField{
					name: base.name + "[" + operator + "]", path: base.path + "." + operator, operator: operator, owner: member,
					schema: alternative.Properties[operator].Value,
				})
			}
		}
	}
	return all
}

// objectOf gives the alternative of a schema that is an object.
func objectOf(s *openapi3.Schema) *openapi3.Schema {
	if s == nil {
		return nil
	}
	for _, alternative := range resolve(s).alternatives {
		if isType(alternative, "object") {
			return alternative
		}
	}
	return nil
}

// isLink says whether the query of an operation may be a signed link, which only the server can make.
func (s *suite) isLink(o *validate.Operation) bool {
	return slices.ContainsFunc(o.Security, func(requirement openapi3.SecurityRequirement) bool {
		for name := range requirement {
			if scheme := s.contract.SecurityScheme(name); scheme != nil && scheme.Type == "apiKey" && scheme.In == openapi3.ParameterInQuery {
				return true
			}
		}
		return false
	})
}

// queryOf gives the parameters in the query that anybody can make up.
func (s *suite) queryOf(o *validate.Operation) []*openapi3.Parameter {
	if s.isLink(o) {
		return nil
	}
	return s.parametersIn(o, openapi3.ParameterInQuery)
}

// isHeader says whether a text goes over the wire in a header unchanged.
func isHeader(text string) bool {
	return text != "" && text == strings.TrimSpace(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// samePath says whether a field that an answer names is the one meant: query.due.$lt is query[due][$lt] too.
func samePath(named, meant string) bool {
	if unescaped, err := url.QueryUnescape(named); err == nil && strings.ContainsRune(named, '%') {
		named = unescaped
	}
	return named == meant || strings.NewReplacer("[", ".", "]", "").Replace(named) == strings.NewReplacer("[", ".", "]", "").Replace(meant)
}
