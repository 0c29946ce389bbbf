package lint

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Format is a way to write findings.
type Format string

// The formats there are.
const (
	Text   Format = "text"   // a line for each, as compilers write them
	JSON   Format = "json"   // an array of Finding
	GitHub Format = "github" // workflow commands of GitHub Actions, which become annotations of a change
	GitLab Format = "gitlab" // a Code Quality report
)

// Formats are all there are.
var Formats = []Format{Text, JSON, GitHub, GitLab}

// Print writes findings. Nothing found is an empty array in JSON, and nothing at all in lines.
func Print(w io.Writer, format Format, findings []Finding) error {
	switch format {
	case JSON:
		return printJSON(w, append([]Finding{}, findings...))
	case GitLab:
		return printJSON(w, quality(findings))
	}
	lines := bufio.NewWriter(w)
	for _, f := range findings {
		line := f.String()
		if format == GitHub {
			line = annotation(f)
		}
		fmt.Fprintln(lines, line)
	}
	return lines.Flush()
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// annotation writes a finding as a workflow command: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
func annotation(f Finding) string {
	command := map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}[f.Severity]
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	return fmt.Sprintf("::%s file=%s,line=%d,col=%d,title=%s::%s", command, property.Replace(f.File), f.Line, f.Column, property.Replace(f.Rule), data.Replace(f.Text()))
}

// issue is an entry of a Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
type issue struct {
	Description string   `json:"description"`
	CheckName   string   `json:"check_name"`
	Fingerprint string   `json:"fingerprint"`
	Severity    string   `json:"severity"`
	Location    location `json:"location"`
}

type location struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
	} `json:"lines"`
}

// quality makes a Code Quality report. A fingerprint says what is wrong where, without its line: so a finding stays the
// same when lines above it come and go. One that occurs again is numbered.
func quality(findings []Finding) []issue {
	all := make([]issue, len(findings))
	times := make(map[string]int)
	for i, f := range findings {
		name := strings.Join([]string{f.File, f.Rule, f.Text()}, "\n")
		times[name]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", name, times[name]))
		all[i] = issue{
			Description: f.Text(), CheckName: f.Rule, Fingerprint: hex.EncodeToString(sum[:16]),
			Severity: map[Severity]string{Error: "major", Warning: "minor", Info: "info"}[f.Severity],
			Location: location{Path: f.File},
		}
		all[i].Location.Lines.Begin = f.Line
	}
	return all
}
