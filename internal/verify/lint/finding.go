package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Finding is one place where a rule is broken, and what would be right.
type Finding struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`            // from 1; 1 also stands for the file as a whole
	Column   int      `json:"column"`          // from 1
	Severity Severity `json:"severity"`        //
	Rule     string   `json:"rule"`            // of Rules; of what others find, their name for it
	Place    string   `json:"place,omitempty"` // such as components.schemas.Invoice.label; empty is the document
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
}

// Severity is how bad a finding is. Whatever Lint finds is an Error.
type Severity string

// Severities, the worst first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Text is the finding without its file: what is wrong where, and what would be right.
func (f Finding) Text() string {
	text := f.Message
	if f.Place != "" {
		text = f.Place + " " + text
	}
	if f.Hint != "" {
		text += " (" + f.Hint + ")"
	}
	return text
}

// String is the finding on one line, as compilers write it: file:line: rule: text. What is no error says so.
func (f Finding) String() string {
	severity := ""
	if f.Severity != Error {
		severity = string(f.Severity) + ": "
	}
	return fmt.Sprintf("%s:%d: %s%s: %s", f.File, f.Line, severity, f.Rule, f.Text())
}

// where is a place in the document.
type where struct {
	place string           // for people: getClaim.parameters.asOf
	at    *openapi3.Origin // for editors
}

// line gives the line of a field that is written there, else that of the place itself.
func (w where) line(field string) *openapi3.Location {
	if w.at == nil {
		return nil
	}
	if l, ok := w.at.Fields.Lookup(field); ok {
		return &l
	}
	return w.at.Key
}

// report collects findings.
type report struct {
	file     string // for what has no line
	findings []Finding
}

func (r *report) add(findings ...Finding) { r.findings = append(r.findings, findings...) }

// field reports what is wrong with a field of a place.
func (r *report) field(rule string, w where, field, hint, format string, args ...any) {
	f := Finding{File: r.file, Line: 1, Column: 1, Severity: Error, Rule: rule, Place: w.place, Message: fmt.Sprintf(format, args...), Hint: hint}
	if l := w.line(field); l != nil {
		f.File, f.Line, f.Column = cmp.Or(l.File, r.file), max(l.Line, 1), max(l.Column, 1)
	}
	r.add(f)
}

// place reports what is wrong with a place as a whole.
func (r *report) place(rule string, w where, hint, format string, args ...any) {
	r.field(rule, w, "", hint, format, args...)
}

// sorted gives the findings by line, so that two runs read the same. What is wrong with a shared component is told once.
func (r *report) sorted() []Finding {
	slices.SortFunc(r.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(r.findings)
}
