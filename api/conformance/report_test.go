package conformance

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// sampleReport has a result of every outcome.
func sampleReport() *Report {
	return &Report{
		URL: "http://server.example/api", Seed: 1, RunID: "run00001", Started: time.Date(2026, 11, 22, 7, 30, 0, 0, time.UTC), Took: 9230 * time.Millisecond, Exchanges: 9312, Version: "1.0.0",
		Results: []Result{
			{Law: "answers.allow", Operation: beyond, Says: "Every 405 says with Allow which methods the path takes.", Source: "components/responses/MethodNotAllowedError"},
			{Law: "doors.size", Operation: "createIdentity", Says: "A body with more bytes than allowed is answered with 413.", Source: "info.description: Limits", Took: 21 * time.Millisecond},
			{Law: "doors.size", Operation: "createInvoice", Says: "A body with more bytes than allowed is answered with 413.", Source: "info.description: Limits", Outcome: Known, Reason: "the proxy answers, see INV-12", Took: 15 * time.Millisecond,
				Failures: []Failure{{Step: "one byte more", Expected: "413 ERR_TOO_LARGE", Came: "413 Request Entity Too Large, text/html: <html>"}}},
			{Law: "isolation.unseen", Says: "What is another merchant's does not exist.", Source: "info.description: Authentication", Outcome: Skipped, Reason: "there is no second merchant"},
			{Law: "items.replaced", Says: "Items that are present replace all items.", Source: "updateInvoice", Outcome: Failed, Took: 4 * time.Millisecond, Omitted: 3,
				Failures: []Failure{{Step: "one item for two", Expected: "1 item", Came: "3 items & \"more\"\x01",
					Curl: "RUN=r$(date +%s)\ncurl -sS -X PUT \"$URL\"'/invoices/cf'\"$RUN\"'-1' --data-binary '{\"items\":[]}'  # 200\ncurl -sS \"$URL\"'/invoices/cf'\"$RUN\"'-1'  # 200"}}},
			{Law: "jobs.readable", Says: "The job of an answer can be read.", Source: "getJob", Outcome: NotOffered, Reason: "getJob"},
		},
		Offered: []Offer{
			{"createIdentity", "POST", "/identities", true}, {"createInvoice", "POST", "/identities/{identityReference}/invoices", true},
			{"getCommunicationFile", "GET", "/v1/communication/{id}/file", true}, {"getJob", "GET", "/jobs/{job}", false},
		},
		Coverage: []Coverage{
			{"createIdentity", "201", "application/json", 12}, {"createIdentity", "400", "application/json", 900}, {"createIdentity", "503", "application/json", 0},
			{"createInvoice", "201", "application/json", 1}, {"createInvoice", "429", "application/json", 0},
			{"getCommunicationFile", "200", "application/pdf", 1}, {"getCommunicationFile", "200", "message/rfc822", 0}, {"getJob", "200", "application/json", 0},
		},
		Stale: []Exception{{"pages.whole", "INV-11"}},
	}
}

func TestReports(t *testing.T) {
	for name, write := range map[string]func(*Report, io.Writer) error{
		"report.txt": (*Report).WriteText, "report.html": (*Report).WriteHTML, "report.xml": (*Report).WriteJUnit,
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(sampleReport(), &b); err != nil {
				t.Fatal(err)
			}
			golden(t, name, b.Bytes())
		})
	}
}

// JUnit's XML is read by others, so it must be XML whatever a server sends, and its numbers must add up.
func TestJUnitIsWellFormed(t *testing.T) {
	var b bytes.Buffer
	if err := sampleReport().WriteJUnit(&b); err != nil {
		t.Fatal(err)
	}
	var read junitSuites
	if err := xml.Unmarshal(b.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	tests, failures, skipped := 0, 0, 0
	for _, s := range read.Suites {
		tests, failures, skipped = tests+s.Tests, failures+s.Failures, skipped+s.Skipped
		if s.Tests != len(s.Cases) {
			t.Errorf("suite %s says it has %d tests", s.Name, s.Tests)
		}
	}
	if read.Tests != 6 || read.Failures != 1 || read.Skipped != 3 || tests != read.Tests || failures != read.Failures || skipped != read.Skipped {
		t.Errorf("%d tests, %d failures, %d skipped", read.Tests, read.Failures, read.Skipped)
	}
}

// Nor does it hold what a server echoes of them, or links that work without them.
func TestReportsOpenNothing(t *testing.T) {
	echo := answers("*", anywhere, func(_ http.Handler, r *http.Request, a *reply) {
		if o := a.object(); a.status >= 400 {
			o["message"] = "Refused: " + r.Header.Get("Authorization") + " is " + acme.User + ":" + acme.Password
			o["name"] = "Error"
			a.set(o)
		}
	})
	links := communications(func(c object) { c["kind"] = "nothing" })
	c := ours(t, func(honest http.Handler) http.Handler { return echo(links(honest)) })
	c.Only = []string{"documents.*", "doors.method"}
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := errors.Join(report.WriteText(&b), report.WriteHTML(&b), report.WriteJUnit(&b)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "signature=…") || !strings.Contains(b.String(), "Refused: ") {
		t.Fatal("the failures do not show what was echoed, and links")
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(acme.User + ":" + acme.Password))
	for _, secret := range []string{acme.Password, encoded} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("the report has %s", secret)
		}
	}
	if found := regexp.MustCompile(`signature=[\w-]+`).FindString(b.String()); found != "" {
		t.Errorf("the report has %s", found)
	}
}

// A report never holds the credentials.
func TestReportsHaveNoCredentials(t *testing.T) {
	c := ours(t, nil)
	c.Merchant.Password, c.Only = "wrong-but-secret", []string{"doors.credentials"}
	if _, err := Run(t.Context(), c); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	s := offline(t)
	for w := merchant; w <= silent; w++ {
		line := s.curlLine(request{method: "GET", url: s.config.URL + "/x", who: w})
		if strings.Contains(line, acme.Password) || strings.Contains(line, acme.User) || strings.Contains(line, rival.User) {
			t.Error(line)
		}
	}
}
