package validate

import (
	"fmt"
	"mime/multipart"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// form is a documented multipart body.
type form struct {
	schema   *openapi3.Schema
	fields   map[string]*field
	required []string
}

// field is one documented part of a form.
type field struct {
	name     string
	schema   *openapi3.Schema
	encoding *openapi3.Encoding // nil: any media type
	file     bool               // passed on as it comes; else it is text, held in memory and validated
	least    int64              // bytes a file must have
	most     int64              // bytes a file may have; 0: any number
	json     *jsonBody          // text that is JSON
	node     *node              // other text
}

func newForm(content *openapi3.MediaType, c *compiler) (*form, error) {
	f := &form{schema: content.Schema.Value, fields: make(map[string]*field)}
	f.required = f.schema.Required
	if may := f.schema.AdditionalProperties; may.Schema != nil || may.Has != nil && *may.Has || len(alternatives(f.schema)) > 0 {
		return nil, fmt.Errorf("a multipart body must list its parts as properties")
	}
	for name, ref := range f.schema.Properties {
		s := ref.Value
		one := &field{name: name, schema: s, encoding: content.Encoding[name]}
		switch {
		case s.Type.Is("array"):
			return nil, fmt.Errorf("part %s: a part that may be sent several times cannot be validated", name)
		case s.Type.Is("string") && s.Format == "binary":
			one.file, one.least, one.most = true, int64(s.MinLength), fileLimit(s)
		case s.Type.Is("object"):
			one.json = newJSONBody(ref, c)
		default:
			if err := checkDeep(name, s, maxBrackets); err != nil {
				return nil, err
			}
			one.node = c.compile(s)
		}
		f.fields[name] = one
	}
	return f, nil
}

// fileLimit is x-max-bytes, else maxLength, which on a binary part counts bytes. kin-openapi would count runes, and
// only after it had read the whole part into memory.
func fileLimit(s *openapi3.Schema) int64 {
	if n, ok := s.Extensions["x-max-bytes"].(float64); ok {
		return int64(n)
	}
	if s.MaxLength != nil {
		return int64(*s.MaxLength)
	}
	return 0
}

// FileLimit is how many bytes the file in a part of an upload may have; 0 when the document does not say.
func (o *Operation) FileLimit(part string) int64 {
	if o.upload == nil || o.upload.fields[part] == nil {
		return 0
	}
	return o.upload.fields[part].most
}

// takes says whether a part may come with this Content-Type, which for a part without one is text/plain.
func (f *field) takes(part *multipart.Part) bool {
	if f.encoding == nil || f.encoding.ContentType == "" {
		return true
	}
	media := mediaType(part.Header.Get("Content-Type"))
	if media == "" {
		media = "text/plain"
	}
	return f.encoding.AllowsContentType(media)
}

func (f *field) wrongMedia() Violation {
	return Violation{In: InForm, Path: f.name, Rule: "contentType",
		Error: "Field '" + f.name + "' has a media type that is not allowed.",
		Hint:  "Send it as " + strings.Join(strings.Split(strings.ReplaceAll(f.encoding.ContentType, " ", ""), ","), " or ") + "."}
}

func (f *field) empty() Violation {
	v := Violation{In: InForm, Path: f.name, Rule: "minLength", Error: "The file in field '" + f.name + "' is empty.", Hint: "Send a file with content."}
	if f.least > 1 {
		v.Error, v.Hint = "The file in field '"+f.name+"' is too short.", "It must have at least "+count(uint64(f.least), "byte")+"."
	}
	return v
}

// text validates a part that is not a file.
func (f *field) text(data []byte) Violations {
	if f.json != nil {
		return f.json.check(data, InForm, f.name)
	}
	if f.node.acceptsText(string(data)) {
		return nil
	}
	if rule := textRule(string(data)); rule != "" {
		return Violations{added(rule, InForm, f.name)}
	}
	return visit(f.schema, typed(string(data), f.schema), asRequest, InForm, f.name, true, nil)
}
