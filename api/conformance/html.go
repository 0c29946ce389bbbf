package conformance

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
)

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Parse(page))

// WriteHTML writes the report as one page that needs nothing else: to be read, kept and printed.
func (r *Report) WriteHTML(w io.Writer) error {
	seen, all := r.covered()
	return pageTemplate.Execute(w, map[string]any{
		"Report": r, "Failed": r.having(Failed), "Known": r.having(Known), "Families": r.families(), "Answers": r.answers(),
		"Missing": strings.Join(r.missing(), ", "), "Seen": seen, "All": all, "Started": r.Started.UTC().Format("2 January 2006, 15:04:05 MST"),
	})
}

// having gives the results with an outcome.
func (r *Report) having(outcome Outcome) (all []Result) {
	for _, result := range r.Results {
		if result.Outcome == outcome {
			all = append(all, result)
		}
	}
	return all
}

// lawRow is a law in the page's table of all laws.
type lawRow struct {
	Name, Says, Source string
	Marks              []mark
}

// mark is the outcome of a law on one operation.
type mark struct {
	Operation string
	Outcome   Outcome
	Reason    string
}

// Class is the outcome as a class of the style sheet.
func (m mark) Class() string { return strings.ReplaceAll(m.Outcome.String(), " ", "-") }

// families gives the laws by family; Results are ordered by law.
func (r *Report) families() (families [][]lawRow) {
	previous := ""
	for _, result := range r.Results {
		family, _, _ := strings.Cut(result.Law, ".")
		if family != previous {
			families, previous = append(families, nil), family
		}
		last := &families[len(families)-1]
		if n := len(*last); n == 0 || (*last)[n-1].Name != result.Law {
			*last = append(*last, lawRow{Name: result.Law, Says: result.Says, Source: result.Source})
		}
		row := &(*last)[len(*last)-1]
		row.Marks = append(row.Marks, mark{result.Operation, result.Outcome, result.Reason})
	}
	return families
}

// answerRow is an operation in the page's table of documented answers.
type answerRow struct {
	Offer
	Seen, Unseen []string
}

func (r *Report) answers() (rows []answerRow) {
	for _, o := range r.Offered {
		row := answerRow{Offer: o}
		row.Seen, row.Unseen = r.answersOf(o.Operation)
		rows = append(rows, row)
	}
	return rows
}
