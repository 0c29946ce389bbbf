package conformance

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The elements of JUnit's XML, as far as GitHub, GitLab and Jenkins read them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`

		took time.Duration
	}
	junitCase struct {
		Classname string        `xml:"classname,attr"`
		Name      string        `xml:"name,attr"`
		Time      string        `xml:"time,attr"`
		Failure   *junitMessage `xml:"failure,omitempty"`
		Skipped   *junitMessage `xml:"skipped,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes the report as JUnit XML, which pipelines show: a suite for each family of laws, a case for each law
// and operation. What is known, not offered or skipped counts as skipped.
func (r *Report) WriteJUnit(w io.Writer) error {
	all := junitSuites{Name: "conformance " + r.URL, Time: seconds(r.Took)}
	for i := range r.Results {
		family, _, _ := strings.Cut(r.Results[i].Law, ".")
		if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != family {
			all.Suites = append(all.Suites, junitSuite{Name: family, Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05")})
		}
		all.Suites[len(all.Suites)-1].add(&r.Results[i])
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.Time = seconds(s.took)
		all.Tests, all.Failures, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Skipped+s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(r *Result) {
	c := junitCase{Classname: "conformance." + s.Name, Name: r.Name(), Time: seconds(r.Took)}
	s.Tests++
	s.took += r.Took
	switch r.Outcome {
	case Passed:
	case Failed:
		s.Failures++
		c.Failure = &junitMessage{Message: r.Says, Text: failuresText(r)}
	case Known, NotOffered, Skipped:
		s.Skipped++
		c.Skipped = &junitMessage{Message: strings.TrimSuffix(r.Outcome.String()+": "+r.Reason, ": ")}
	}
	s.Cases = append(s.Cases, c)
}

func failuresText(r *Result) string {
	var b strings.Builder
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "\n%s\n", f)
	}
	if r.Omitted > 0 {
		fmt.Fprintf(&b, "\n… and %d more\n", r.Omitted)
	}
	return b.String()
}

func seconds(d time.Duration) string {
	return fmt.Sprintf("%d.%03d", d/time.Second, d%time.Second/time.Millisecond)
}
