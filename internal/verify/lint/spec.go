package lint

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// formats are the string formats api/validate checks. Another one would only look as if it were checked.
var formats = []string{"date", "date-time", "date-or-date-time", "email", "uuid", "uri", "binary"}

// Spec says where the document is not valid OpenAPI 3.0: unknown fields, references to nothing, defaults that do not fit,
// patterns that do not compile, keywords of OpenAPI 3.1, formats that nothing checks. Examples are left to Examples, which
// knows our formats.
func (d *Document) Spec() []Finding {
	if d.T == nil {
		return d.broken
	}
	r := &report{file: d.file}
	if !strings.HasPrefix(d.OpenAPI, "3.0.") {
		r.place(ruleOpenAPI, where{"openapi", nil}, "kin-openapi recompiles schemas of 3.1 with every request", "is %q and must be 3.0.3", d.OpenAPI)
	}
	r.invalid(d.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.EnableMultiError()), where{})
	for _, s := range d.schemas() {
		if s.Format != "" && s.Type.Is("string") && !slices.Contains(formats, s.Format) {
			r.field(ruleFormat, s.where, "format", "use one of "+strings.Join(formats, ", ")+", or a pattern", "format %q is checked by nothing", s.Format)
		}
		if _, err := regexp.Compile(s.Pattern); err != nil {
			r.field(rulePattern, s.where, "pattern", "", "%v", err)
		}
		for _, keyword := range newer(s.Schema) {
			r.field(ruleKeyword, s.where, keyword, "", "%s is a keyword of OpenAPI 3.1", keyword)
		}
	}
	return r.sorted()
}

// invalid reports the reasons in an error of kin-openapi one by one, each with all that is said about it alone. w is where
// they are, as far as it is known.
func (r *report) invalid(err error, w where) {
	field := ""
	for at := err; at != nil; at = errors.Unwrap(at) {
		if many, ok := at.(openapi3.MultiError); ok { //nolint:errorlint // one layer at a time
			for _, one := range many {
				r.invalid(one, w)
			}
			return
		}
		if o := originOf(at); o != nil {
			w.at = o
		}
		if extra, ok := at.(*openapi3.ExtraSiblingFieldsError); ok && len(extra.Fields) > 0 { //nolint:errorlint // one layer at a time
			field = extra.Fields[0]
		}
		if _, ok := at.(*openapi3.DefaultViolatesSchema); ok { //nolint:errorlint // one layer at a time
			field = "default"
			break // below it are reasons that do not say what they are about
		}
	}
	if err != nil {
		r.field(ruleOpenAPI, w, field, "", "%s", firstLine(err))
	}
}

// originOf gives the place that an error of kin-openapi names. Some forty types of them have a field Origin, and no method
// in common that gives it.
func originOf(err error) *openapi3.Origin {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return nil
	}
	if f := v.FieldByName("Origin"); f.IsValid() && f.CanInterface() {
		at, _ := f.Interface().(*openapi3.Origin)
		return at
	}
	return nil
}

// newer names the keywords of a schema that OpenAPI 3.0 does not have.
func newer(s *openapi3.Schema) []string {
	var found []string
	for keyword, used := range map[string]bool{
		"const":                 s.Const != nil,
		"examples":              len(s.Examples) > 0,
		"prefixItems":           len(s.PrefixItems) > 0,
		"contains":              s.Contains != nil,
		"patternProperties":     len(s.PatternProperties) > 0,
		"dependentSchemas":      len(s.DependentSchemas) > 0,
		"dependentRequired":     len(s.DependentRequired) > 0,
		"propertyNames":         s.PropertyNames != nil,
		"unevaluatedItems":      s.UnevaluatedItems.Has != nil || s.UnevaluatedItems.Schema != nil,
		"unevaluatedProperties": s.UnevaluatedProperties.Has != nil || s.UnevaluatedProperties.Schema != nil,
		"if":                    s.If != nil,
		"$defs":                 len(s.Defs) > 0,
		"contentMediaType":      s.ContentMediaType != "",
		"contentEncoding":       s.ContentEncoding != "",
		"type as a list":        s.Type != nil && len(*s.Type) > 1,
		"type null":             s.Type.Includes("null"),
	} {
		if used {
			found = append(found, keyword)
		}
	}
	slices.Sort(found)
	return found
}
