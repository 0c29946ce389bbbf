package main

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// formats are the string formats api/validate checks. Another one would only look as if it were checked.
var formats = []string{"date", "date-time", "date-or-date-time", "email", "uuid", "uri", "binary"}

// checkSpec says where the document is not valid OpenAPI 3.0.3: unknown fields, references to nothing, defaults that do not
// fit, patterns that do not compile, keywords of OpenAPI 3.1, formats that nothing checks. Examples are left to
// checkExamples, which knows our formats.
func checkSpec(c *contract) ([]finding, error) {
	r := report{check: "spec"}
	if c.doc.OpenAPI != "3.0.3" {
		r.addf("openapi", "is %q and must be 3.0.3: kin-openapi recompiles schemas of 3.1 with every request", c.doc.OpenAPI)
	}
	for _, problem := range flatten(c.doc.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.EnableMultiError())) {
		r.addf("api/openapi.yaml", "%s", problem)
	}
	for _, s := range c.schemas() {
		if s.Format != "" && s.Type.Is("string") && !slices.Contains(formats, s.Format) {
			r.addf(s.place, "format %q is checked by nothing; use one of %s, or a pattern", s.Format, strings.Join(formats, ", "))
		}
		if _, err := regexp.Compile(s.Pattern); err != nil {
			r.addf(s.place, "%v", err)
		}
		for _, keyword := range newer(s.Schema) {
			r.addf(s.place, "%s is a keyword of OpenAPI 3.1", keyword)
		}
	}
	return r.sorted(), nil
}

// flatten gives the reasons in an error of kin-openapi one by one.
func flatten(err error) []string {
	if err == nil {
		return nil
	}
	var many openapi3.MultiError
	if !errors.As(err, &many) {
		return []string{err.Error()}
	}
	var all []string
	for _, one := range many {
		all = append(all, flatten(one)...)
	}
	return all
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
