package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// hold wants mails kept of which nobody knows whether they arrived.
func (b *bench) hold() {
	b.Helper()
	unknown := map[ar.MailKind]ar.MailUnknown{ar.MailInvoice: ar.UnknownHold}
	b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Mail: ar.MailSettings{Unknown: unknown}}))
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
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{overdue - time.Second, 0}, {2 * time.Second, 1}, {time.Minute, 1}} {
			b.elapsed.Advance(c.after)
			b.no(b.nudgeOverdue(b.Context()))
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
