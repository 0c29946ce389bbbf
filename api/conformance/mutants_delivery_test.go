package conformance

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// deliveryMutants break the way to a customer.
var deliveryMutants = []mutant{
	{name: "a commit without a document", breaks: "commit.document",
		fault: documentsOf(func(all []any) []any {
			return slices.DeleteFunc(all, func(c any) bool { return textAt(c, "kind") == "invoice" })
		})},
	{name: "a document printed anew with every download", breaks: "commit.document", fault: printedAnew},
	{name: "a document that is no PDF", breaks: "commit.document",
		fault: answers("GET", fileOf, func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusOK {
				a.body = []byte("Dear customer")
			}
		})},
	{name: "a document printed beside the original", breaks: "commit.original",
		fault: documentsOf(func(all []any) []any {
			if len(all) == 0 {
				return all
			}
			return append(all, merged(all[0].(object), object{"id": "printed", "file": "_printed"}))
		})},
	{name: "URLs of callbacks that nobody looks at", breaks: "commit.addresses",
		fault: bodies("POST", "/invoices/*/commitInvoice", func(commit object) { delete(commit, "notifyUrl") })},
	{name: "the first attachment alone looked at", breaks: "commit.addresses",
		fault: bodies("POST", "/invoices/*/commitInvoice", func(commit object) {
			if files, _ := commit["attachments"].([]any); len(files) > 1 {
				commit["attachments"] = files[:1]
			}
		})},
	{name: "a private network taken for a public one", breaks: "commit.addresses",
		fault: bodies("POST", "/invoices/*/commitInvoice", func(commit object) {
			if url, _ := commit["notifyUrl"].(string); strings.Contains(url, "172.16.") {
				delete(commit, "notifyUrl")
			}
		})},
	{name: "refused and committed all the same", breaks: "commit.addresses",
		fault: answers("POST", "/invoices/*/commitInvoice", func(honest http.Handler, r *http.Request, a *reply) {
			if a.status == http.StatusBadRequest {
				ask(honest, withBody(r, []byte("{}")))
			}
		})},
	{name: "a mail to nobody sent", breaks: "commit.mute",
		fault: inJobs(func(job object) {
			if job["resultcode"] == "1" {
				job["result"], job["resultcode"] = "OK", "0"
			}
		})},
	{name: "a mail to nobody waiting", breaks: "commit.mute",
		fault: inMails(func(mail object) {
			if mail["recipient"] == nil {
				mail["state"] = "queued"
			}
		})},
	{name: "a customer without an address not committed", breaks: "commit.mute",
		fault: answers("POST", "/invoices/*/commitInvoice", func(honest http.Handler, r *http.Request, a *reply) {
			invoice := ask(honest, get(r, strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api"), "/commitInvoice"))).object()
			customer := ask(honest, get(r, "/identities/"+textAt(invoice, "identity.reference"))).object()
			if emails, _ := customer["emails"].([]any); len(emails) == 0 {
				*a = *refusal(http.StatusConflict, "ERR_CONFLICT_STATE")
			}
		})},
	{name: "the end of a job told before it comes", breaks: "job.outcome",
		fault: inJobs(func(job object) { job["state"], job["result"], job["resultcode"] = "running", "OK", "0" })},
	{name: "a job that failed well", breaks: "job.outcome", fault: inJobs(func(job object) {
		job["state"], job["result"], job["resultcode"] = "failed", "OK", "0"
	})},
	{name: "jobs of one kind", breaks: "job.read resend.anew", fault: inJobs(func(job object) { job["kind"] = "mail" })},
	{name: "jobs of another invoice", breaks: "job.read", fault: inJobs(func(job object) { job["invoice"] = "RE-other" })},
	{name: "jobs forgotten", breaks: "job.read",
		fault: requests("GET", "/jobs/*", func(r *http.Request) { r.URL.Path = "/api/jobs/1234567" })},
	{name: "drafts sent again", breaks: "resend.refused", fault: jobInstead("/invoices/*/resendInvoice")},
	{name: "one Message-ID for all resends", breaks: "resend.anew", fault: inMails(func(mail object) { mail["messageId"] = "1@example.com" })},
	{name: "one job for all resends", breaks: "resend.anew", fault: oneResend},
	{name: "resends to the address of the commit", breaks: "resend.recipient",
		fault: bodies("PUT", "/identities/*", func(identity object) { delete(identity, "emails") })},
	{name: "resends to the first address", breaks: "resend.recipient",
		fault: bodies("PUT", "/identities/*", func(identity object) {
			if emails, _ := identity["emails"].([]any); len(emails) > 0 {
				identity["emails"] = emails[:1]
			}
		})},
	{name: "mails listed as if they were documents", breaks: "resend.listed",
		fault: documentsOf(func(all []any) []any {
			for _, c := range all {
				delete(c.(object), "recipient")
			}
			return all
		})},
	{name: "mails that are always on their way", breaks: "resend.listed",
		fault: documentsOf(func(all []any) []any {
			for _, c := range all {
				c.(object)["state"] = "queued"
			}
			return all
		})},
	{name: "another mail kept than the one that was sent", breaks: "resend.listed",
		fault: answers("GET", fileOf, func(_ http.Handler, _ *http.Request, a *reply) {
			a.body = bytes.Replace(a.body, []byte("Message-ID: <"), []byte("Message-ID: <x"), 1)
		})},
}

// documentsOf changes the communications of an invoice.
func documentsOf(change func([]any) []any) fault {
	return objects("GET", "/invoices/*/documents", func(voucher object) {
		all, _ := voucher["communications"].([]any)
		voucher["communications"] = change(all)
	})
}

// inJobs changes jobs that are read.
func inJobs(change func(object)) fault { return objects("GET", "/jobs/*", change) }

// inMails changes the mails of jobs that are read.
func inMails(change func(object)) fault {
	return inJobs(func(job object) {
		deliveries, _ := job["deliveries"].([]any)
		for _, d := range deliveries {
			change(d.(object))
		}
	})
}

// printedAnew makes no download like another.
func printedAnew(honest http.Handler) http.Handler {
	var n atomic.Int64
	return answers("GET", fileOf, func(_ http.Handler, _ *http.Request, a *reply) {
		if a.status == http.StatusOK {
			a.body = append(a.body, "\n% "+strconv.FormatInt(n.Add(1), 10)...)
		}
	})(honest)
}

// oneResend answers every resend of an invoice with the job of the first.
func oneResend(honest http.Handler) http.Handler {
	var first atomic.Pointer[[]byte]
	return answers("POST", "/invoices/*/resendInvoice", func(_ http.Handler, _ *http.Request, a *reply) {
		if a.status == http.StatusOK && !first.CompareAndSwap(nil, &a.body) {
			a.body = *first.Load()
		}
	})(honest)
}
