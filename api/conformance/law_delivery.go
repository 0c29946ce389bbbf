package conformance

import (
	"bytes"
	"mime"
	"net/http"
	"net/mail"
	"slices"
	"time"
)

var (
	committing = []string{"createIdentity", "createInvoice", "getInvoice", "commitInvoice"}
	printing   = append([]string{"listDocuments", "getCommunicationFile"}, committing...)
	mailing    = append([]string{"resendInvoice", "getJob"}, committing...)
)

// What is promised of the way to a customer, whether or not there is a mail server: a mail may wait for hours, so nothing here
// demands that one arrives.
var deliveryLaws = []Law{
	{Name: "commit.document", Source: "commitInvoice", Needs: printing, check: commitPrints,
		Says: "When a commit is answered, its document is listed as a communication of kind invoice: a PDF, the same in every download."},
	{Name: "commit.original", Source: "commitInvoice", Needs: append([]string{"importExternalDocument"}, printing...), check: commitKeepsOriginal,
		Says: "The original that was imported before the commit is the document, and no other is made."},
	{Name: "commit.addresses", Source: "components/schemas/Attachment, components/schemas/CallbackUrl", Needs: committing, check: commitRefusesURLs,
		Says: "A URL that is not https on port 443, that carries credentials or is within a private network is answered with 400 naming it, and nothing is committed."},
	{Name: "commit.mute", Source: "commitInvoice", Needs: append([]string{"getJob"}, committing...), check: commitMute,
		Says: "The invoice of a customer without an e-mail address is committed all the same; nothing is sent, and the job ends with resultcode 1."},
	{Name: "job.outcome", Source: "components/schemas/Job", Needs: append([]string{"getJob"}, committing...), check: jobOutcome,
		Says: "A job says how it ended once it has, with result and resultcode, and nothing before."},
	{Name: "resend.anew", Source: "resendInvoice", Needs: mailing, check: resendAnew,
		Says: "Every resend is a job of its own, of that kind, and a mail with a Message-ID of its own."},
	{Name: "resend.recipient", Source: "resendInvoice, components/schemas/Email", Needs: append([]string{"upsertIdentity"}, mailing...), check: resendRecipient,
		Says: "A resend goes to the address the customer has now: that of kind billing, else the default."},
	{Name: "resend.listed", Source: "components/schemas/Communication, components/schemas/Delivery", Needs: slices.Concat(mailing, printing), check: resendListed,
		Says: "A mail is listed among the documents once it is written, with its state and recipient; its file has the Message-ID."},
}

// originals are the communications of kind invoice.
func (t *trial) originals(invoice string) []any {
	return slices.DeleteFunc(t.communications(invoice), func(c any) bool { return textAt(c, "kind") != "invoice" })
}

func commitPrints(t *trial) {
	bill := t.bill(t.customer())
	listed := t.originals(bill)
	if len(listed) == 0 {
		t.stop("a communication of kind invoice", compact(t.communications(bill)))
	}
	id := textAt(listed[len(listed)-1], "id")
	first, again := t.read("getCommunicationFile", id), t.read("getCommunicationFile", id)
	if media, _, err := mime.ParseMediaType(first.header.Get("Content-Type")); err != nil || media != "application/pdf" || !bytes.HasPrefix(first.body, []byte("%PDF-")) {
		t.fail("a PDF", first.came(), first.exchange)
	}
	if !bytes.Equal(first.body, again.body) {
		t.fail("the same bytes again", again.came(), first.exchange, again.exchange)
	}
}

func commitKeepsOriginal(t *trial) {
	reference := t.invoice(t.customer())
	d := enclosure{filename: "original.pdf", kind: "invoice", content: paper(t.reference(), 0)}
	made := t.attach(reference, d)
	t.commit(reference)
	listed := t.originals(reference)
	if len(listed) != 1 || textAt(listed[0], "file") != made.text("fileReference") {
		t.stop("the imported one as the only communication of kind invoice", compact(listed))
	}
	t.isFile(t.call("getCommunicationFile", of(textAt(listed[0], "id"))), d)
}

// closedURLs are where no server goes that keeps the contract, each for a reason of its own.
var closedURLs = []string{
	"http://files.example.com/a.pdf", "https://files.example.com:8443/a.pdf", "https://user:secret@files.example.com/a.pdf", "file:///etc/hostname",
	"https://127.0.0.1/a.pdf", "https://localhost/a.pdf", "https://[::1]/a.pdf", "https://[::ffff:127.0.0.1]/a.pdf", "https://2130706433/a.pdf",
	"https://10.0.0.1/a.pdf", "https://172.16.0.1/a.pdf", "https://192.168.0.1/a.pdf", "https://[fd00::1]/a.pdf", "https://169.254.169.254/a.pdf", "https://0.0.0.0/a.pdf",
}

func commitRefusesURLs(t *trial) {
	reference := t.invoice(t.customer())
	for _, closed := range closedURLs {
		for _, c := range []struct {
			field string
			asked object
		}{
			{"notifyUrl", object{"notifyUrl": closed}},
			{"attachments[0].url", object{"attachments": []any{object{"url": closed}}}},
			{"attachments[1].url", object{"attachments": []any{object{"url": "https://files.example.com/a.pdf"}, object{"url": closed}}}},
		} {
			t.begin(c.field + " is " + closed)
			a := t.call("commitInvoice", of(reference), body(c.asked))
			if a.status == http.StatusNotImplemented {
				t.cannot(NotOffered, "attachments and callbacks of commitInvoice")
			}
			if !t.refused(a, http.StatusBadRequest, "ERR_INVALID_VALUE", c.field) && a.status == http.StatusOK {
				reference = t.invoice(t.customer()) // the next one shall be refused for its URL
			}
		}
	}
	t.begin("after all refusals")
	t.equal("committed", t.read("getInvoice", reference).text("committed"), "false")
}

func commitMute(t *trial) {
	reference := t.invoice(t.customer(object{"emails": []any{}}))
	number := t.commit(reference).text("job")
	t.equal("committed", t.read("getInvoice", reference).text("committed"), "true")
	job := t.follow(number)
	for _, d := range job.list("deliveries") {
		if state := textAt(d, "state"); state != "suppressed" {
			t.fail("a mail without an address to be suppressed", state, job.exchange)
		}
	}
	if job.text("resultcode") == "" {
		t.cannot(Skipped, "the job did not end while the suite waited")
	}
	t.equal("resultcode", job.text("resultcode"), "1")
	t.equal("state", job.text("state"), "done")
}

func jobOutcome(t *trial) {
	t.follow(t.commit(t.invoice(t.customer())).text("job"))
}

// follow reads a job until it has ended, or for a while: nobody promises when it does. What is read must be in order each time.
func (t *trial) follow(number string) *answer {
	const readings, pause = 20, 50 * time.Millisecond
	job := t.read("getJob", number)
	t.inOrder(job)
	for n := 1; n < readings && !jobEnded(job); n++ {
		t.pause(pause)
		job = t.read("getJob", number)
		t.inOrder(job)
	}
	return job
}

func jobEnded(job *answer) bool { return job.text("state") == "done" || job.text("state") == "failed" }

// inOrder fails unless a job's result and resultcode go with its state.
func (t *trial) inOrder(job *answer) {
	state, result, code := job.text("state"), job.text("result"), job.text("resultcode")
	var ok bool
	switch {
	case !jobEnded(job):
		ok = result == "" && code == ""
	case state == "done":
		ok = code == "0" && result == "OK" || code == "1" && result != "" && result != "OK"
	default:
		ok = (code == "2" || code == "3") && result != "" && result != "OK"
	}
	if !ok {
		t.fail("a result and a resultcode that go with the state "+state, job.came(), job.exchange)
	}
}

func resendAnew(t *trial) {
	bill := t.bill(t.customer())
	numbers, messages := map[string]bool{}, map[string]bool{}
	for range 3 {
		number := t.want(t.call("resendInvoice", of(bill), body(object{})), http.StatusOK).text("job")
		job := t.read("getJob", number)
		t.equal("kind", job.text("kind"), "resendInvoice")
		if numbers[number] {
			t.fail("another job", "job "+number+" again")
		}
		numbers[number] = true
		for _, d := range job.list("deliveries") {
			id := textAt(d, "messageId")
			if messages[id] {
				t.fail("another Message-ID", id+" again", job.exchange)
			}
			messages[id] = true
		}
	}
}

func resendRecipient(t *trial) {
	address := func(kind string) string { return kind + "." + t.reference() + "@example.com" }
	emails := func(kinds ...string) (list []any) {
		for _, kind := range kinds {
			list = append(list, object{"email": address(kind), "kind": kind})
		}
		return list
	}
	customer := t.customer()
	bill := t.bill(customer)
	for _, c := range []struct {
		kinds []string
		goes  int // which of them it goes to
	}{{[]string{"default", "dunning", "billing"}, 2}, {[]string{"dunning", "default"}, 1}} {
		has := emails(c.kinds...)
		t.done(t.call("upsertIdentity", of(customer), body(object{"emails": has})))
		job := t.read("getJob", t.want(t.call("resendInvoice", of(bill), body(object{})), http.StatusOK).text("job"))
		if len(job.list("deliveries")) == 0 {
			t.cannot(Skipped, "the job does not show its mails")
		}
		for _, d := range job.list("deliveries") {
			if to, want := textAt(d, "recipient"), textAt(has[c.goes], "email"); to != want {
				t.fail("a mail to "+want, to, job.exchange)
			}
		}
	}
}

func resendListed(t *trial) {
	bill := t.bill(t.customer())
	job := t.follow(t.want(t.call("resendInvoice", of(bill), body(object{})), http.StatusOK).text("job"))
	id := job.text("deliveries[0].communication")
	if id == "" {
		t.cannot(Skipped, "no mail was written while the suite waited")
	}
	all := t.communications(bill)
	i := slices.IndexFunc(all, func(c any) bool { return textAt(c, "id") == id })
	if i < 0 {
		t.stop("the mail "+id+" among the documents", compact(all))
	}
	t.covers("the mail", all[i], object{"kind": "email", "recipient": job.text("deliveries[0].recipient")})
	if jobEnded(job) {
		t.equal("state of the mail", textAt(all[i], "state"), job.text("deliveries[0].state"))
	}
	file := t.read("getCommunicationFile", id)
	message, err := mail.ReadMessage(bytes.NewReader(file.body))
	if want := "<" + job.text("deliveries[0].messageId") + ">"; err != nil || message.Header.Get("Message-ID") != want {
		t.fail("a mail with the Message-ID "+want, file.came(), file.exchange)
	}
}
