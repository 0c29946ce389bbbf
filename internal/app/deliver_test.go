package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store"
)

// attempt lets a worker look at the delivery of a job once, and gives it as it is then.
func (b *bench) attempt(job Job) *ar.Delivery {
	b.Helper()
	_, err := b.deliver(b.Context(), b.nudge(job))
	b.no(err)
	return b.delivery(job)
}

func (b *bench) nudge(job Job) jobs.Nudge {
	b.Helper()
	return jobs.Nudge{Kind: nudgeDelivery, Merchant: by.Merchant, ID: b.delivery(job).ID}
}

func (b *bench) delivery(job Job) *ar.Delivery {
	b.Helper()
	deliveries := b.status(job).Deliveries
	if len(deliveries) != 1 {
		b.Fatalf("job %d has %d deliveries", job, len(deliveries))
	}
	return &deliveries[0]
}

func (b *bench) status(job Job) *JobStatus {
	b.Helper()
	status, err := b.Job(b.Context(), by, int64(job))
	b.no(err)
	return status
}

// smtp lets mails go to a mail server that can misbehave.
func (b *bench) smtp(c mailtest.Config, times mail.Timeouts, options ...string) *mailtest.Server {
	b.Helper()
	peer := mailtest.New(b.T, c)
	sender, err := mail.Open(peer.URL(options...), times)
	b.no(err)
	b.Cleanup(func() { b.no(sender.Close()) })
	b.App.mail = sender
	return peer
}

// reachable makes RE1 of a customer with an e-mail address.
func (b *bench) reachable() {
	b.Helper()
	b.open()
	b.customer(ar.Email{Email: "bills@example.com"})
}

func (b *bench) resend() Job {
	b.Helper()
	job, err := b.ResendInvoice(b.Context(), by, "RE1", nil)
	b.no(err)
	return job
}

// mails are the messages in the outbox.
func (b *bench) mails() (messages []string) {
	b.Helper()
	paths, err := filepath.Glob(filepath.Join(b.outbox, "*.eml"))
	b.no(err)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		b.no(err)
		messages = append(messages, string(content))
	}
	return messages
}

// customer gives K1 an e-mail address.
func (b *bench) customer(emails ...ar.Email) {
	b.Helper()
	_, _, err := b.UpsertIdentity(b.Context(), by, "K1", ar.IdentityChange{Emails: ar.Set(emails)}, Seen{})
	b.no(err)
}

func TestResend(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		if _, err := b.ResendInvoice(b.Context(), by, "RE1", nil); ar.KindOf(err) != ar.Conflict {
			b.Errorf("a customer without an e-mail address: %v", err)
		}
		b.customer(ar.Email{Kind: ar.ForDefault, Email: "all@example.com"}, ar.Email{Kind: ar.ForBilling, Email: "bills@example.com"})
		job, err := b.ResendInvoice(b.Context(), by, "RE1", nil)
		b.no(err)
		d := b.attempt(job)
		if d.State != ar.DeliveryAccepted || d.Recipient != "bills@example.com" || d.Attempts != 1 {
			b.Errorf("%+v", d)
		}
		mails := b.mails()
		if len(mails) != 1 || !strings.Contains(mails[0], "<"+d.MessageID+">") || !strings.Contains(mails[0], "application/pdf") {
			b.Errorf("mails %q", mails)
		}
		if again := b.attempt(job); again.Attempts != 1 || len(b.mails()) != 1 {
			b.Errorf("a second nudge: %+v", again)
		}
		status, err := b.Job(b.Context(), by, int64(job))
		b.no(err)
		if status.State != ar.JobDone || status.Result != "OK" || status.Code != ar.CodeOK {
			b.Errorf("%+v", status.Job)
		}
	})
}

func TestVerifyClean(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.customer(ar.Email{Email: "bills@example.com"})
		job, err := b.ResendInvoice(b.Context(), by, "RE1", nil)
		b.no(err)
		b.attempt(job)
		_, err = b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Items: items("10")})
		b.no(err)
		b.no(b.pay("20"))
		result, err := b.Verify(b.Context(), by.Merchant, []store.JournalHead{}, func(f Finding) { b.Errorf("%+v", f) })
		b.no(err)
		if result.Entries != 5 || result.Vouchers != 2 || result.Files != 3 {
			b.Errorf("%+v", result)
		}
	})
}

// worker lets a worker try a delivery beside the test, which is told when it has ended.
func (b *bench) worker(job Job) (end func()) {
	b.Helper()
	n := b.nudge(job)
	var done sync.WaitGroup
	done.Go(func() {
		if _, err := b.deliver(context.WithoutCancel(b.Context()), n); err != nil {
			b.Error(err)
		}
	})
	return done.Wait
}

// A second nudge, while a worker has the delivery, is one too many.
func TestNudgeWhileSending(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		for _, stage := range []mailtest.Stage{mailtest.Rcpt, mailtest.Content, mailtest.End} {
			peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
			hold := make(chan struct{})
			peer.Fail(mailtest.Fault{At: stage, Hold: hold, Times: 1})
			job := b.resend()
			end := b.worker(job)
			peer.WaitFor(stage, 1)
			again, err := b.deliver(b.Context(), b.nudge(job))
			b.no(err)
			if again < ar.DeliveryLease-time.Second || again > ar.DeliveryLease { // in whole milliseconds
				b.Errorf("%s: looks again in %v", stage, again)
			}
			close(hold)
			end()
			if d := b.delivery(job); d.State != ar.DeliveryAccepted || d.Attempts != 1 || len(peer.Messages()) != 1 {
				b.Errorf("%s: %d messages, %+v", stage, len(peer.Messages()), d)
			}
		}
	})
}

// late is a moment after a lease that begins now has ended.
func (b *bench) late() {
	b.elapsed.Advance(ar.DeliveryLease + time.Second)
}

// A worker that is so slow that somebody else has the mail by now does not hand it over, and what it reports changes
// nothing.
func TestLateWorker(t *testing.T) {
	for _, c := range []struct {
		stage    mailtest.Stage
		states   string // that the others see
		messages int
	}{
		{mailtest.Greeting, "accepted", 1},
		{mailtest.Rcpt, "accepted", 1},
		{mailtest.Data, "unknown accepted", 2}, // it had told that it would hand the mail over
		{mailtest.Content, "unknown accepted", 2},
		{mailtest.End, "unknown accepted", 2},
	} {
		t.Run(string(c.stage), func(t *testing.T) {
			each(t, func(b *bench) {
				b.reachable()
				peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
				hold := make(chan struct{})
				peer.Fail(mailtest.Fault{At: c.stage, Hold: hold, Times: 1})
				job := b.resend()
				end := b.worker(job)
				peer.WaitFor(c.stage, 1)
				b.late()
				states := counted(b.journey(job))
				before := b.delivery(job)
				close(hold)
				end()
				if after := b.delivery(job); !reflect.DeepEqual(after, before) {
					b.Errorf("the late worker made %+v of %+v", after, before)
				}
				messages := peer.Messages()
				if states != c.states || before.Attempts != 2 || before.Generation != 2 || len(messages) != c.messages {
					b.Errorf("%s after %d attempts, %d messages", states, before.Attempts, len(messages))
				}
				for _, m := range messages {
					if m.ID() != before.MessageID {
						b.Errorf("Message-ID %s, want %s", m.ID(), before.MessageID)
					}
				}
			})
		})
	}
}

// A worker that comes back late, and finds that nobody else has tried, is believed: it has heard what the others have not.
func TestLateWorkerKnowsBetter(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		b.hold()
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		hold := make(chan struct{})
		peer.Fail(mailtest.Fault{At: mailtest.End, Hold: hold, Times: 1})
		job := b.resend()
		end := b.worker(job)
		peer.WaitFor(mailtest.End, 1)
		b.late()
		if d := b.attempt(job); d.State != ar.DeliveryUnknown || d.Next != nil || b.status(job).Code != ar.CodeHeld {
			b.Errorf("%+v", d)
		}
		close(hold)
		end()
		if d, s := b.delivery(job), b.status(job); d.State != ar.DeliveryAccepted || s.State != ar.JobDone || len(peer.Messages()) != 1 {
			b.Errorf("%d messages, %+v, %+v", len(peer.Messages()), d, s.Job)
		}
	})
}

// hold wants mails kept of which nobody knows whether they arrived.
func (b *bench) hold() {
	b.Helper()
	unknown := map[ar.MailKind]ar.MailUnknown{ar.MailInvoice: ar.UnknownHold}
	b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Mail: ar.MailSettings{Unknown: unknown}}))
}

// An invoice that is canceled while its mail waits is not mailed: not from the queue, not after a failure, and not when
// the mail server is listening already.
func TestCanceledMeanwhile(t *testing.T) {
	const reason = "The invoice was canceled."
	each(t, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		for _, when := range []string{"queued", "deferred", "listening"} {
			b.another(when, Commit{})
			job, err := b.ResendInvoice(b.Context(), by, when, nil)
			b.no(err)
			attempts := 1
			switch when {
			case "queued":
				b.cancel(when)
				b.attempt(job)
			case "deferred":
				peer.Fail(mailtest.Fault{At: mailtest.Mail, Reply: "450 4.2.1 Later", Times: 1})
				d := b.attempt(job)
				b.cancel(when)
				b.elapsed.Set(*d.Next)
				b.attempt(job)
				attempts = 2
			case "listening":
				hold := make(chan struct{})
				listening := peer.Reached(mailtest.Rcpt)
				peer.Fail(mailtest.Fault{At: mailtest.Rcpt, Hold: hold, Times: 1})
				end := b.worker(job)
				peer.WaitFor(mailtest.Rcpt, listening+1)
				b.cancel(when)
				close(hold)
				end()
			}
			d, s := b.delivery(job), b.status(job)
			if d.State != ar.DeliverySuppressed || d.Reason != reason || d.Attempts != attempts || d.Finished == nil {
				b.Errorf("%s: %+v", when, d)
			}
			if s.State != ar.JobDone || s.Code != ar.CodeSuppressed || s.Result != reason {
				b.Errorf("%s: %+v", when, s.Job)
			}
		}
		if n := peer.Reached(mailtest.Data); n != 0 || len(peer.Messages()) != 0 {
			b.Errorf("%d times DATA", n)
		}
	})
}

// another commits one more invoice, of a customer with an e-mail address.
func (b *bench) another(ref string, c Commit) Job {
	b.Helper()
	b.customer(ar.Email{Email: "bills@example.com"})
	change := ar.IdentityChange{Addresses: ar.Set([]ar.Address{{Company: "Kunde", City: "Berlin"}})}
	_, _, err := b.UpsertIdentity(b.Context(), by, "K1", change, Seen{})
	b.no(err)
	_, err = b.CreateInvoice(b.Context(), by, "K1", ref, ar.InvoiceChange{Netbased: ar.Set(true), Items: items("100")}, nil)
	b.no(err)
	job, err := b.CommitInvoice(b.Context(), by, ref, c, nil)
	b.no(err)
	return job
}

func (b *bench) cancel(ref string) {
	b.Helper()
	now := b.clock.Now()
	_, err := b.UpdateInvoice(b.Context(), by, ref, ar.InvoiceChange{Cancelationdate: ar.Set(&now)}, Seen{})
	b.no(err)
}

// A mail of which nobody knows whether it arrived waits for a person, if the merchant wants that.
func TestDecidedByHand(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		b.hold()
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		for _, c := range []struct {
			name    string
			decide  func(id string) error
			state   ar.DeliveryState
			code    string
			mails   int
			entries []string // of the journal, by state
		}{
			{"released", func(id string) error { return b.ReleaseDelivery(b.Context(), by, id) }, ar.DeliveryAccepted, ar.CodeOK, 2, []string{"unknown", "accepted"}},
			{"arrived", func(id string) error { return b.ResolveDelivery(b.Context(), by, id, true) }, ar.DeliveryAccepted, ar.CodeOK, 1, []string{"unknown", "accepted"}},
			{"lost", func(id string) error { return b.ResolveDelivery(b.Context(), by, id, false) }, ar.DeliveryRejected, ar.CodeRejected, 1, []string{"unknown"}},
		} {
			peer.Fail(mailtest.Fault{At: mailtest.End, Drop: true, Keep: true, Times: 1})
			received := len(peer.Messages())
			job := b.resend()
			id := b.delivery(job).ID
			if err := c.decide(id); ar.KindOf(err) != ar.Conflict {
				b.Errorf("%s: decided while it is queued: %v", c.name, err)
			}
			b.attempt(job)
			b.elapsed.Advance(30 * 24 * time.Hour)
			if d := b.attempt(job); d.State != ar.DeliveryUnknown || d.Attempts != 1 || b.status(job).Code != ar.CodeHeld {
				b.Errorf("%s: it does not wait: %+v", c.name, d)
			}
			waiting, err := b.Deliveries(b.Context(), by, ar.DeliveryUnknown, 10)
			b.no(err)
			if len(waiting) != 1 || waiting[0].ID != id {
				b.Errorf("%s: waiting are %+v", c.name, waiting)
			}
			b.no(c.decide(id))
			b.journey(job)
			if d, s := b.delivery(job), b.status(job); d.State != c.state || s.Code != c.code || len(peer.Messages())-received != c.mails {
				b.Errorf("%s: %d mails, %+v, %+v", c.name, len(peer.Messages())-received, d, s.Job)
			}
			if entries := b.sealed(id); !slices.Equal(entries, c.entries) {
				b.Errorf("%s: the journal says %q", c.name, entries)
			}
			if err := c.decide(id); ar.KindOf(err) != ar.Conflict {
				b.Errorf("%s: decided twice: %v", c.name, err)
			}
		}
	})
}

// sealed are the states in which the journal has a mail.
func (b *bench) sealed(delivery string) (states []string) {
	b.Helper()
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		states = nil
		entries, err := tx.Journal(0, 1000)
		for _, e := range entries {
			var payload struct{ State string }
			if e.Subject == delivery && err == nil {
				err = json.Unmarshal(e.Payload, &payload)
				states = append(states, payload.State)
			}
		}
		return err
	}))
	return states
}

// With workers, all of this happens by itself: what is ordered is sent and told of, and what lost its nudge is found.
func TestWorkers(t *testing.T) {
	each(t, func(b *bench) {
		r := b.receiver(status(204))
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.reachable()
		lost := b.resend()
		b.exec(`DELETE FROM river_job`)
		sweep := b.schedules()[0]
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{overdue - time.Second, 0}, {2 * time.Second, 1}, {time.Minute, 1}} {
			b.elapsed.Advance(c.after)
			b.no(sweep.Run(b.Context()))
			if n := b.nudges(); n != c.want {
				b.Errorf("%d nudges to one delivery, %v later", n, c.after)
			}
		}
		ordered := b.another("RE2", Commit{NotifyURL: r.URL})
		b.no(b.Start(b.Context()))
		defer func() { b.no(b.Stop(context.WithoutCancel(b.Context()))) }()
		r.wait(1)
		var got []string
		for _, m := range peer.Wait(2) {
			got = append(got, m.ID())
		}
		want := []string{b.delivery(lost).MessageID, b.delivery(ordered).MessageID}
		if slices.Sort(got); !slices.Equal(got, want) { // ids ascend
			b.Errorf("got %q, want %q", got, want)
		}
	})
}

// nudges are those that wait for a worker.
func (b *bench) nudges() (n int) {
	b.Helper()
	const waiting = `SELECT count(*) FROM river_job WHERE kind = 'nudge' AND state <> 'completed'`
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		if tx.PGX() != nil {
			return tx.PGX().QueryRow(tx.Context(), waiting).Scan(&n)
		}
		return tx.SQL().QueryRowContext(tx.Context(), waiting).Scan(&n)
	}))
	return n
}

// exec does something behind the application's back.
func (b *bench) exec(statements ...string) {
	b.Helper()
	b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) (err error) {
		for _, statement := range statements {
			if tx.PGX() != nil {
				_, err = tx.PGX().Exec(tx.Context(), statement)
			} else {
				_, err = tx.SQL().ExecContext(tx.Context(), statement)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	}))
}
