package conformance

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"
)

var commitMutants = []mutant{
	{name: "a commit that does not lock", breaks: "commit.locks cancel.committed",
		fault: answers("PUT", "/invoices/*", func(honest http.Handler, r *http.Request, a *reply) {
			if a.status == http.StatusConflict {
				sent, _ := io.ReadAll(r.Body)
				change, _ := decode(sent)
				*a = *ask(honest, get(r, strings.TrimPrefix(r.URL.Path, "/api")))
				a.set(merged(a.object(), change.(object)))
			}
		}), also: "answers.documented: what it makes up of a change has items without totals"},
	{name: "part of a locked change done", breaks: "commit.locks",
		fault: answers("PUT", "/invoices/*", func(honest http.Handler, r *http.Request, a *reply) {
			if a.status == http.StatusConflict {
				ask(honest, putting(r, strings.TrimPrefix(r.URL.Path, "/api"), []byte(`{"meta": {"other": true}}`)))
			}
		})},
	{name: "a commit that locks meta too", breaks: "commit.open",
		fault: bodies("PUT", "/invoices/*", func(body object) {
			if _, sent := body["meta"]; sent {
				body["label"] = "Other"
			}
		})},
	{name: "one number for all", breaks: "commit.numbers",
		fault: objects("GET", "/invoices/*", func(invoice object) {
			if invoice["number"] != nil {
				invoice["number"] = "RE-1"
			}
		})},
	{name: "numbers of the merchant's own overwritten", breaks: "commit.number commit.fixes",
		fault: objects("GET", "/invoices/*", func(invoice object) {
			if invoice["committed"] == true {
				invoice["number"] = "RE-" + invoice["id"].(string)[24:]
			}
		})},
	{name: "a total that the commit computes anew", breaks: "commit.fixes",
		fault: objects("GET", "/invoices/*", func(invoice object) {
			if invoice["committed"] == true {
				invoice["unpaid"] = "0.00"
			}
		})},
	{name: "a second commit like the first", breaks: "commit.twice commit.once", fault: commitsAgain("The invoice is committed already.")},
	{name: "a canceled invoice committed", breaks: "commit.canceled", fault: commitsAgain("The invoice is canceled.")},
	{name: "due in thirty days", breaks: "commit.dates",
		fault: objects("GET", "/invoices/*", func(invoice object) {
			if issued, _ := invoice["issued"].(string); invoice["committed"] == true {
				invoice["due"] = instant(issued).Add(30 * 24 * time.Hour).Format("2006-01-02T15:04:05.000Z")
			}
		})},
	{name: "jobs as numbers", breaks: "commit.job", also: "answers.documented: the schema has them as strings, too",
		fault: objects("POST", "/invoices/*/commitInvoice", func(job object) { job["job"] = 1 })},
	{name: "one job for all", breaks: "commit.job",
		fault: objects("POST", "/invoices/*/commitInvoice", func(job object) { job["job"] = "1" })},
	{name: "the date of a cancelation overwritten", breaks: "cancel.draft cancel.committed",
		fault: bodies("PUT", "/invoices/*", func(body object) { delete(body, "cancelationdate") })},
	{name: "nothing found to commit", breaks: "commit.missing",
		fault: answers("POST", "/invoices/*/commitInvoice", func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusNotFound {
				a.status, a.body = http.StatusOK, []byte(`{"job": "1", "result": "OK", "resultcode": "0"}`)
			}
		})},
}

// commitsAgain answers a commit with a job though it was refused for a reason.
func commitsAgain(reason string) fault {
	return answers("POST", "/invoices/*/commitInvoice", func(_ http.Handler, _ *http.Request, a *reply) {
		if a.status == http.StatusConflict && bytes.Contains(a.body, []byte(reason)) {
			a.status, a.body = http.StatusOK, []byte(`{"job": "1", "result": "OK", "resultcode": "0"}`)
		}
	})
}
