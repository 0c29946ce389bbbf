package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/internal/verify/bundle"
	"github.com/dunwell/dunwell/internal/verify/lint"
	"github.com/dunwell/dunwell/internal/verify/oasdiff"
)

// never is the --fail-on of who only wants to know.
const never lint.Severity = "never"

// severities of changes, the worst first.
var severities = []lint.Severity{lint.Error, lint.Warning, lint.Info}

func diffCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "diff OLD NEW", Short: "say what a change of a contract breaks"}
	c.Long = `Lists what a caller can notice between two contracts: errors break callers, warnings break some, infos none. If there are
any of --fail-on or worse, it ends with status 1.

The comparison is made by oasdiff ` + oasdiff.Version + `: the one in PATH if it is of that version, else the go command fetches it.`
	c.Example = "  git show origin/main:openapi.yaml | dunwell spec diff - openapi.yaml"
	reader, format, failOn := contractReader{env: env}, lint.Text, lint.Warning
	reader.offer(c)
	choiceFlag(c, &format, "format", "`word` for how changes are written: %s", lint.Formats)
	choiceFlag(c, &failOn, "fail-on", "the least `severity` that ends with status 1: %s", append(slices.Clone(severities), never))
	c.Args = func(_ *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("name two contracts, the old one and the new one")
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		changes, err := compare(c.Context(), reader, args[0], args[1])
		if err != nil {
			return err
		}
		if err := lint.Print(env.out, format, changes); err != nil {
			return err
		}
		return verdict(changes, failOn)
	}
	return c
}

// verdict is an error if there are changes of a severity, or of a worse one.
func verdict(changes []lint.Finding, failOn lint.Severity) error {
	limit := slices.Index(severities, failOn) // -1 for never
	for i, severity := range severities {
		n := 0
		for _, f := range changes {
			if f.Severity == severity {
				n++
			}
		}
		if n > 0 && i <= limit {
			return errors.New(count(n, "change") + map[lint.Severity]string{
				lint.Error: " that callers break by", lint.Warning: " that callers may break by", lint.Info: " that callers can notice",
			}[severity])
		}
	}
	return nil
}

// compare gives the changes between two contracts, the worst first.
func compare(ctx context.Context, reader contractReader, names ...string) ([]lint.Finding, error) {
	var texts [2][]byte
	var files [2]string
	for i, name := range names {
		b, err := bundle.Load(name, reader.read)
		if err != nil {
			return nil, err
		}
		if texts[i], err = b.YAML(); err != nil {
			return nil, err
		}
		if files[i] = name; b.Foreign {
			files[i] = "" // the lines will be those of the bundle
		}
	}
	if bytes.Equal(texts[0], texts[1]) {
		return nil, nil
	}
	tool, err := oasdiff.Find(ctx)
	if err != nil {
		return nil, err
	}
	changes, err := tool.Changelog(ctx, texts[0], texts[1])
	if err != nil {
		return nil, err
	}
	var found []lint.Finding
	for _, change := range changes {
		found = append(found, finding(change, names, files))
	}
	slices.SortStableFunc(found, func(a, b lint.Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity)),
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Message, b.Message))
	})
	return found, nil
}

// finding writes a change as what was found in the new contract; what is gone was in the old one. A document of several
// files has no line.
func finding(c oasdiff.Change, names []string, files [2]string) lint.Finding {
	f := lint.Finding{File: names[1], Line: 1, Column: 1, Rule: c.ID, Place: c.Place(), Message: c.Text,
		Severity: map[oasdiff.Level]lint.Severity{oasdiff.Breaks: lint.Error, oasdiff.MayBreak: lint.Warning}[c.Level]}
	if f.Severity == "" {
		f.Severity = lint.Info
	}
	switch {
	case c.Revision != nil && files[1] != "":
		f.Line, f.Column = c.Revision.Line, c.Revision.Column
	case c.Revision == nil && c.Base != nil && files[0] != "":
		f.File, f.Line, f.Column = files[0], c.Base.Line, c.Base.Column
	}
	return f
}
