package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/document/documenttest"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// The mail of a notice goes to the address for dunnings, and brings the letter, the invoice, and what was imported that the
// customer may want to see; of that as much as a mail can carry.
func TestMailOfANotice(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.reminded()
		b.attempt(b.lastJob())
		elsewhere := enclosure{"elsewhere.pdf", documenttest.PDF("dunned elsewhere")}
		b.importFile("RE1", ar.CommDunning1, elsewhere.name, elsewhere.content)
		b.importFile("RE1", ar.CommLetter, "letter.pdf", documenttest.PDF("letter")) // correspondence
		b.importFile("RE1", ar.CommReminder, "huge.pdf", documenttest.PDF("huge"))
		b.day("2026-06-15")
		n := b.dun()
		b.exec(`DROP TRIGGER files_no_update`, `UPDATE files SET size = 20971520 WHERE id = (SELECT file_id FROM communications WHERE filename = 'huge.pdf')`)
		subject, files := b.sent(peer, Job(n.Job))
		if d := b.delivery(Job(n.Job)); d.Recipient != "dunned@example.com" || d.Kind != ar.MailDunning1 {
			b.Errorf("%+v", d)
		}
		want := []enclosure{{"RE-2026-0001-dunning1.pdf", b.download(n.Communication)}, b.latest("RE1", ar.CommInvoice), elsewhere}
		if !slices.Equal(files, want) || !strings.Contains(subject, "RE-2026-0001") {
			b.Errorf("%s with %d files", subject, len(files))
		}
	})
}

// What the mail says is what the notice asks for, not what is open when it is written.
func TestMailAsksForTheNotice(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		n := b.dunned()
		b.no(b.pay("10"))
		w, err := view(b.Context(), b.App, by, func(tx *store.Tx) (*work, error) { return readWork(tx, b.delivery(Job(n.Job)).ID) })
		b.no(err)
		d := mailData(w)
		says := fmt.Sprintf("%+v", *d.Dunning) + " " + d.Payment.Amount
		if got, want := strings.ReplaceAll(says, "\u00a0", " "), "{Level:2 Title:Mahnung Issued:15.06.2026 Asked:1.044,22 € PayBy:22.06.2026 Principal:1.000,00 €"+
			" Costs:40,00 € Interest:4,22 € Disputed: Final:false} 1.044,22 €"; got != want {
			b.Errorf("got  %s\nwant %s", got, want)
		}
		w.voucher.Paymentkind = "DD"
		if returned := mailData(w).Payment; returned == nil || returned.Reference != ar.RFReference("RE-2026-0001") {
			b.Errorf("a direct debit that was returned is to be paid by %+v", returned)
		}
	})
}

// withheld duns RE1, lets something happen at some stage of the notice's mail, and wants that to have kept it back for a reason;
// for none, that it has left.
func (b *bench) withheld(when string, happen func(*bench) error, reason string) {
	b.Helper()
	job := Job(b.dunned().Job)
	peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
	switch when {
	case "queued":
		b.no(happen(b))
		b.attempt(job)
		if reason != "" && peer.Reached(mailtest.Greeting) > 0 {
			b.Error("the mail server was asked")
		}
	case "deferred":
		peer.Fail(mailtest.Fault{At: mailtest.Mail, Reply: "450 4.2.1 Later", Times: 1})
		d := b.attempt(job)
		b.no(happen(b))
		b.elapsed.Set(*d.Next)
		b.attempt(job)
	case "listening":
		hold := make(chan struct{})
		peer.Fail(mailtest.Fault{At: mailtest.Rcpt, Hold: hold, Times: 1})
		end := b.worker(job)
		peer.WaitFor(mailtest.Rcpt, 1)
		b.no(happen(b))
		close(hold)
		end()
	}
	state, code, messages := ar.DeliverySuppressed, ar.CodeSuppressed, 0
	if reason == "" {
		state, code, messages = ar.DeliveryAccepted, ar.CodeOK, 1
	}
	d, s := b.delivery(job), b.status(job)
	if d.State != state || s.State != ar.JobDone || s.Code != code || len(peer.Messages()) != messages || reason != "" && (d.Reason != reason || s.Result != reason) {
		b.Errorf("%s: %d messages, %+v of %+v", when, len(peer.Messages()), d, s.Job)
	}
	b.verified()
}

// No notice leaves after the money has arrived, even if the mail server is listening already.
func TestNoNoticeAfterTheMoney(t *testing.T) {
	for _, when := range []string{"queued", "deferred", "listening"} {
		t.Run(when, func(t *testing.T) {
			each(t, func(b *bench) {
				b.withheld(when, func(b *bench) error { return b.pay("1044.22") }, "The invoice was paid.")
			})
		})
	}
}

// Nor does one when dunning is held back, or is another by now. Who has paid the principal only gets it: the costs are owed
// still.
func TestNoticeIsWithheld(t *testing.T) {
	level := 1
	for _, c := range []struct {
		name   string
		happen func(*bench) error
		reason string
	}{
		{"canceled", func(b *bench) error { b.cancel("RE1"); return nil }, "The invoice was canceled."},
		{"held", func(b *bench) error {
			_, err := b.CreateHold(b.Context(), by, ar.Hold{Identity: "K1", Kind: ar.HoldBlock, Reason: "Talks", From: midnight("2026-06-15")}, nil)
			return err
		}, "Dunning of the customer is blocked: Talks."},
		{"disabled", wished(ar.DunningChange{Disabled: ar.Set(true)}), "Dunning is disabled for the invoice."},
		{"disabled for the customer", func(b *bench) error {
			c := ar.IdentityChange{Detail: ar.IdentityDetailChange{Dunning: ar.DunningChange{Disabled: ar.Set(true)}}}
			_, _, err := b.UpsertIdentity(b.Context(), by, "K1", c, Seen{})
			return err
		}, "Dunning is disabled for the customer."},
		{"delayed", wished(ar.DunningChange{DelayedUntil: ar.Set("2026-06-16")}), "Dunning is delayed until 2026-06-16."},
		{"delayed until today", wished(ar.DunningChange{DelayedUntil: ar.Set("2026-06-15")}), ""},
		{"perhaps paid", perhapsPaid, "The customer has a credit of 1044.22 EUR that is not set off."},
		{"perhaps paid, or a little of it", func(b *bench) error {
			_, err := b.CreateCreditnote(b.Context(), by, Credit{Customer: "K1"}, ar.InvoiceChange{Netbased: ar.Set(true), Items: items("99.99")}, nil)
			return err
		}, ""},
		{"disputed in part", func(b *bench) error {
			part := decimal.NewFromInt(10)
			_, err := b.CreateHold(b.Context(), by, ar.Hold{Invoice: "RE1", Kind: ar.HoldDispute, Reason: "Broken", Amount: &part}, nil)
			return err
		}, "The notice asks for what is disputed since."},
		{"set by hand", func(b *bench) error {
			_, err := b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &level}, nil)
			return err
		}, "Where the dunning of the invoice stands was set by hand since."},
		{"costs open", func(b *bench) error {
			day := midnight("2026-06-15")
			t := ar.Transaction{Amount: decimal.NewFromInt(1000), Currency: "EUR", Valuedate: day, Bookingdate: day, Label: "RE-2026-0001 ohne Mahnkosten"}
			_, err := b.CreateTransaction(b.Context(), by, t, []ar.Assignment{part("RE1", "1000")}, nil)
			return err
		}, ""},
	} {
		for _, when := range []string{"queued", "listening"} {
			t.Run(c.name+" "+when, func(t *testing.T) {
				on(t, storetest.SQLite, func(b *bench) { b.withheld(when, c.happen, c.reason) })
			})
		}
	}
}

// perhapsPaid pays what RE1 owes from the account of its customer, who owes as much of another invoice: nobody knows which it is for.
func perhapsPaid(b *bench) error {
	const account = "DE89370400440532013000"
	b.bill("K1", "RE2", "1044.22")
	b.bill("K1", "RE3", "60")
	b.matched(b.transferred("60", account, ar.RFReference(b.voucher("RE3").Number), ""), ar.MatchReference, "K1", "0")
	b.matched(b.transferred("1044.22", account, "", "Danke"), ar.MatchNone, "K1", "1044.22", "RE1", "RE2")
	return nil
}

// wished changes what is wished for RE1.
func wished(c ar.DunningChange) func(*bench) error {
	return func(b *bench) error {
		_, err := b.UpdateInvoice(b.Context(), by, "RE1", ar.InvoiceChange{Detail: ar.InvoiceDetailChange{Dunning: c}}, Seen{})
		return err
	}
}

// What is done with the mail of a notice of which nobody knows whether it arrived is the merchant's choice, by level.
func TestPolicyOfNotices(t *testing.T) {
	for level := 1; level <= ar.MaxLevel; level++ {
		unknown := map[ar.MailKind]ar.MailUnknown{ar.NoticeMail(level): ar.UnknownRetry}
		if err := checkSettings(ar.Settings{Mail: ar.MailSettings{Unknown: unknown}}); err != nil {
			t.Errorf("level %d: %v", level, err)
		}
	}
	if err := checkSettings(ar.Settings{Mail: ar.MailSettings{Unknown: map[ar.MailKind]ar.MailUnknown{"dunning5": ar.UnknownRetry}}}); ar.KindOf(err) != ar.Invalid {
		t.Errorf("a level that there is not: %v", err)
	}
}
