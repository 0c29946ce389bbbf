package validate

import (
	"bytes"
	"encoding/json"

	"github.com/getkin/kin-openapi/openapi3"
)

// mode says in which direction a message goes: readOnly and writeOnly depend on it.
type mode uint8

const (
	asRequest mode = iota
	asResponse
)

// options are kin-openapi's for this direction.
func (m mode) options(all bool) []openapi3.SchemaValidationOption {
	options := []openapi3.SchemaValidationOption{
		openapi3.WithStringFormatValidators(kinFormats),
		openapi3.DisableSchemaErrorDetails(),
	}
	if m == asRequest {
		options = append(options, openapi3.VisitAsRequest())
	} else {
		options = append(options, openapi3.VisitAsResponse())
	}
	if all {
		options = append(options, openapi3.MultiErrors())
	}
	return options
}

// maxExplained is how many values a body may have for all its errors to be collected. kin-openapi's work on a wrong
// body grows with the number of errors, and a body can be wrong in every value; beyond this the first is told.
const maxExplained = 5000

// jsonBody validates JSON against one schema: quickly if it is valid, else through kin-openapi.
type jsonBody struct {
	schema   *openapi3.Schema // nil: any JSON
	node     *node
	mode     mode
	tolerant bool
}

func newJSONBody(ref *openapi3.SchemaRef, c *compiler) *jsonBody {
	b := &jsonBody{mode: c.mode, tolerant: c.tolerant}
	if ref != nil {
		b.schema = ref.Value
		b.node = c.compile(ref.Value)
	}
	return b
}

// check gives all violations of data, nil if it is valid. prefix is the path of data: empty for a whole body.
func (b *jsonBody) check(data []byte, in, prefix string) Violations {
	if b.node.accepts(data) {
		return nil
	}
	return b.decide(data, in, prefix)
}

// decide is check without the compiled validator.
func (b *jsonBody) decide(data []byte, in, prefix string) Violations {
	var known *openapi3.Schema // outside of which a tolerant reader does not look
	if b.tolerant {
		known = b.schema
	}
	x, decodable := inspect(data, in, prefix, known)
	if !decodable || b.schema == nil {
		return x.found
	}
	value, err := decode(data)
	if err != nil { // inspect is stricter than encoding/json, so this cannot be; still, what cannot be decoded is not valid
		return append(x.found, Violation{In: in, Path: prefix, Rule: RuleJSON, Error: sentence(subject(in, prefix)) + " is not valid JSON.", Hint: "Send one JSON value."})
	}
	found := append(x.found, visit(b.schema, value, b.mode, in, prefix, x.values <= maxExplained, x.found)...)
	return found[:min(len(found), MaxViolations)]
}

// visit asks kin-openapi about a decoded value. Fields in known are left out: what is wrong with them was said.
func visit(schema *openapi3.Schema, value any, m mode, in, prefix string, all bool, known Violations) Violations {
	err := schema.VisitJSON(value, m.options(all)...)
	if err == nil {
		return integers{in: in, mode: m}.find(schema, value, prefix, nil)
	}
	x := &explanation{in: in, prefix: prefix, value: value, mode: m}
	x.add(err, nil, "")
	if len(x.found) == 0 { // what kin-openapi refuses is refused, whether or not it can be explained
		x.put(keyword("schema", in, prefix, schema, ""))
	}
	var fresh Violations
	for _, v := range x.found {
		if !known.name(v.Path) && len(known)+len(fresh) < MaxViolations {
			fresh = append(fresh, v)
		}
	}
	return fresh
}

// name says whether one of them is about that path.
func (v Violations) name(path string) bool {
	for _, one := range v {
		if one.Path == path {
			return true
		}
	}
	return false
}

// decode reads JSON and keeps every digit of its numbers.
func decode(data []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

// Body validates the JSON body of a request; nil or Violations. A body that is missing is a violation only if the
// document requires one, and a body that is there only if the operation takes none.
//
// That the Content-Type is documented is not checked here: see Accepts.
func (o *Operation) Body(data []byte) error {
	if len(data) == 0 {
		if o.Request != nil && o.Request.Required {
			return Violations{missingBody(InBody)}
		}
		return nil
	}
	if o.Request == nil {
		return Violations{added(RuleBody, InBody, "")}
	}
	if o.body == nil {
		return nil
	}
	return o.body.check(data, InBody, "").err()
}
