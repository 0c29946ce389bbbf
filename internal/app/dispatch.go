package app

import (
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// order is a mail that somebody wants sent.
type order struct {
	Commit
	kind ar.JobKind
	mail ar.MailKind
}

// dispatch orders the mail that an event brings about: a job that can be asked after, the delivery with everything that is
// decided now, and a nudge for a worker, all with the event or not at all.
func (a *App) dispatch(tx *store.Tx, merchant *store.Merchant, id *ar.Identity, voucher *ar.Invoice, event *store.Event, o order) (Job, error) {
	now := a.elapsed()
	d := &ar.Delivery{
		ID: tx.NewID(), Job: event.Seq, InvoiceID: voucher.ID, Kind: o.mail,
		Recipient: id.EmailFor(o.mail.Purpose()), Locale: localeOf(voucher, id), Attachments: o.Attachments,
		State: ar.DeliveryQueued, Next: &now, Created: tx.Now,
	}
	d.MessageID = d.ID + "@" + a.mailDomain(merchant)
	if d.Recipient == "" {
		d.Settle(ar.Outcome{State: ar.DeliverySuppressed, Reason: "The customer has no e-mail address."}, "", now, tx.Now)
	}
	job := &ar.Job{Number: event.Seq, Kind: o.kind, InvoiceID: voucher.ID, NotifyURL: o.NotifyURL, Data: o.Data, Created: tx.Now}
	ended := job.Follow(d, tx.Now)
	if err := tx.InsertJob(job); err != nil {
		return 0, err
	}
	if err := tx.InsertDelivery(d); err != nil {
		return 0, err
	}
	crash.At("dispatch.stored")
	if ended {
		return Job(job.Number), a.notify(tx, merchant, job)
	}
	return Job(job.Number), a.jobs.Add(tx, jobs.Nudge{Kind: nudgeDelivery, Merchant: tx.MerchantID(), ID: d.ID})
}

// localeOf is the language a customer is written to in: what the invoice says, else the customer, else German.
func localeOf(voucher *ar.Invoice, id *ar.Identity) string {
	for _, locale := range []string{voucher.Detail.Locale, id.Detail.Locale} {
		if locale != "" {
			return locale
		}
	}
	return "de"
}

// mailDomain is what follows the @ of a Message-ID: the domain of the sender, which makes it unique in the world.
func (a *App) mailDomain(m *store.Merchant) string {
	_, domain, _ := strings.Cut(a.sender(m).Address, "@")
	return domain
}
