package conformance

import (
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// samplePath gives values for the path parameters of an operation that name nothing that exists.
func (t *trial) samplePath(o *validate.Operation) (values []string) {
	for _, p := range t.pathParameters(o) {
		value := t.reference()
		if !matches(p.Schema.Value, value) {
			value, _ = textOfLength(p.Schema.Value, 15)
		}
		values = append(values, value)
	}
	return values
}

// sampleBody gives the smallest body of an operation, "" if it takes no JSON.
func (s *suite) sampleBody(o *validate.Operation) string {
	if schema := s.bodySchema(o, "application/json"); schema != nil {
		return smallest(schema)
	}
	return ""
}

// sampleForm gives the smallest form of an operation.
func (s *suite) sampleForm(o *validate.Operation) (parts []part) {
	schema := s.bodySchema(o, "multipart/form-data")
	if schema == nil {
		return nil
	}
	for _, name := range properties(schema) {
		if slices.Contains(schema.Required, name) {
			parts = append(parts, samplePart(o, name, schema.Properties[name].Value))
		}
	}
	return parts
}

// samplePart gives a valid part. A text that is a file's name is one of the file beside it: a PDF, or a bank statement where one
// is wanted, of which nothing comes because nothing is in it.
func samplePart(o *validate.Operation, name string, s *openapi3.Schema) part {
	filename, content := "sample.pdf", samplePDF
	if o.ID == "createTransactionImport" {
		filename, content = "sample.xml", []byte(emptyStatement)
	}
	switch {
	case s.Format == "binary":
		return file(name, filename, content)
	case strings.Contains(name, "filename"):
		return text(name, filename)
	}
	value := smallest(s)
	if unquoted, ok := decode([]byte(value)); ok {
		if content, ok := unquoted.(string); ok {
			value = content
		}
	}
	return text(name, value)
}

const emptyStatement = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>` +
	`<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct></Stmt></BkToCstmrStmt></Document>`

// smallest gives the smallest JSON that matches a schema.
func smallest(s *openapi3.Schema) string {
	alternative := resolve(s).alternatives[0]
	switch {
	case len(alternative.Enum) > 0:
		return string(encode(alternative.Enum[0]))
	case isType(alternative, "object"):
		return skeleton(alternative, nil)
	case isType(alternative, "array"):
		return sampleArray(alternative, int(alternative.MinItems))
	case isType(alternative, "string"):
		sample, _ := sampleText(alternative)
		return string(encode(sample))
	case isType(alternative, "boolean"):
		return "false"
	case isType(alternative, "integer"), isType(alternative, "number"):
		return sampleNumber(alternative)
	}
	return `"x"` // anything goes
}

// member is a member of an object, as JSON.
type member struct{ name, value string }

// skeleton gives the smallest object that matches a schema and has these members.
func skeleton(s *openapi3.Schema, with []member) string {
	has := func(name string) bool {
		return slices.ContainsFunc(with, func(m member) bool { return m.name == name })
	}
	names := properties(s)
	members := slices.Clone(with)
	for _, name := range names {
		if slices.Contains(s.Required, name) && !has(name) {
			members = append(members, member{name, smallest(s.Properties[name].Value)})
		}
	}
	for _, name := range names {
		if len(members) < int(s.MinProps) && !slices.ContainsFunc(members, func(m member) bool { return m.name == name }) {
			members = append(members, member{name, smallest(s.Properties[name].Value)})
		}
	}
	return joinMembers(members)
}

func joinMembers(members []member) string {
	texts := make([]string, len(members))
	for i, m := range members {
		texts[i] = string(encode(m.name)) + ":" + m.value
	}
	return "{" + strings.Join(texts, ",") + "}"
}

// sampleArray gives an array of that many elements, different ones if they must be.
func sampleArray(s *openapi3.Schema, length int) string {
	elements := make([]string, length)
	for i := range elements {
		switch {
		case s.Items == nil || s.UniqueItems:
			elements[i] = strconv.Itoa(i)
		default:
			elements[i] = smallest(s.Items.Value)
		}
	}
	return "[" + strings.Join(elements, ",") + "]"
}

// sampleNumber gives 1 if it is allowed, else the least or the greatest number.
func sampleNumber(s *openapi3.Schema) string {
	switch {
	case s.Min != nil && *s.Min > 1:
		return limit(*s.Min)
	case s.Max != nil && *s.Max < 1:
		return limit(*s.Max)
	}
	return "1"
}

// limit writes a bound as it stands in the contract.
func limit(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
