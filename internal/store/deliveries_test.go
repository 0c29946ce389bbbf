package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// tick is the clock of attempts, which is not the business's.
var tick = time.Date(2031, time.January, 1, 0, 0, 0, 0, time.UTC)

// aJob stores an event and the job that began with it.
func aJob(tx *store.Tx, invoiceID string) (*ar.Job, error) {
	event := store.Event{InvoiceID: invoiceID, Actor: store.ActorSystem, Kind: "committed"}
	if err := tx.AppendEvent(&event); err != nil {
		return nil, err
	}
	j := &ar.Job{Number: event.Seq, Kind: ar.JobCommit, InvoiceID: invoiceID, NotifyURL: "https://a.example/n", Data: "any", State: ar.JobQueued}
	return j, tx.InsertJob(j)
}

// insertDelivery stores a job and its delivery, due at tick.
func insertDelivery(t testing.TB, db *store.DB, merchant, invoiceID string) (d *ar.Delivery) {
	t.Helper()
	update(t, db, merchant, func(tx *store.Tx) error {
		j, err := aJob(tx, invoiceID)
		if err != nil {
			return err
		}
		id := tx.NewID()
		d = &ar.Delivery{ID: id, Job: j.Number, InvoiceID: invoiceID, Kind: ar.MailInvoice, Recipient: "a@example.com", Locale: "de",
			Attachments: []ar.DeliveryAttachment{{URL: "https://a.example/f.pdf", Filename: "ä.pdf"}},
			MessageID:   id + "@acme.example", State: ar.DeliveryQueued, Next: &tick}
		return tx.InsertDelivery(d)
	})
	return d
}

// moveDelivery changes a stored delivery as a worker would.
func moveDelivery(t testing.TB, db *store.DB, merchant, id string, move func(*ar.Delivery) error) (d *ar.Delivery) {
	t.Helper()
	update(t, db, merchant, func(tx *store.Tx) (err error) {
		if d, err = tx.Delivery(id); err != nil {
			return err
		}
		generation := d.Generation
		if err := move(d); err != nil {
			return err
		}
		return tx.UpdateDelivery(d, generation)
	})
	return d
}

func anOutcome(state ar.DeliveryState) func(*ar.Delivery) error {
	return func(d *ar.Delivery) error {
		d.Settle(ar.Outcome{State: state, Reply: "250 ok \xff\x00", Reason: "because"}, ar.UnknownHold, tick, storetest.Start)
		return nil
	}
}

func claim(d *ar.Delivery) error { return d.Claim(tick) }

func TestDeliveries(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		want := insertDelivery(t, db, acme, invoice.ID)
		read := func(tx *store.Tx) error {
			d, err := tx.Delivery(want.ID)
			if err != nil {
				return err
			}
			same(t, d, want)
			j, err := tx.Job(want.Job)
			if err != nil {
				return err
			}
			same(t, j, ar.Job{Number: want.Job, Kind: ar.JobCommit, InvoiceID: invoice.ID, NotifyURL: "https://a.example/n", Data: "any",
				State: ar.JobQueued, Created: storetest.Start, Invoice: "RE1", Deliveries: []ar.Delivery{*want}})
			return nil
		}
		view(t, db, acme, read)
		update(t, db, acme, read)

		want = moveDelivery(t, db, acme, want.ID, claim)
		view(t, db, acme, read)
		if want.State != ar.DeliverySending || want.Generation != 1 || want.Lease == nil {
			t.Errorf("delivery is %+v", want)
		}
		var message ar.Communication
		want = moveDelivery(t, db, acme, want.ID, func(d *ar.Delivery) error { d.Handed = true; return nil })
		update(t, db, acme, func(tx *store.Tx) error {
			file := ar.File{SHA256: "ab", MediaType: "message/rfc822"}
			if _, err := tx.KeepFile(&file); err != nil {
				return err
			}
			message = ar.Communication{InvoiceID: invoice.ID, Kind: ar.CommEmail, File: file}
			if err := tx.InsertCommunication(&message); err != nil {
				return err
			}
			want.Communication, want.Attachments[0].FileID = message.ID, file.ID
			return tx.UpdateDelivery(want, want.Generation)
		})
		view(t, db, acme, read)
		message.State, message.Recipient = ar.DeliverySending, "a@example.com"
		view(t, db, acme, func(tx *store.Tx) error {
			c, err := tx.Communication(message.ID)
			same(t, c, message)
			if err != nil {
				return err
			}
			all, err := tx.Communications(invoice.ID)
			same(t, all, []ar.Communication{message})
			if err != nil {
				return err
			}
			d, err := tx.DeliveryOf(message.ID)
			same(t, d, want)
			if none, err := tx.DeliveryOf("none"); none != nil || err != nil {
				t.Errorf("delivery of nothing is %v, %v", none, err)
			}
			return err
		})

		want = moveDelivery(t, db, acme, want.ID, anOutcome(ar.DeliveryAccepted))
		want.Reply = "250 ok \uFFFD" // what PostgreSQL cannot hold is left out
		view(t, db, acme, read)

		err := db.View(ctx, acme, func(tx *store.Tx) error { _, err := tx.Delivery("none"); return err })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)
		err = db.View(ctx, acme, func(tx *store.Tx) error { _, err := tx.Job(999); return err })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)
		err = db.Update(ctx, acme, func(tx *store.Tx) error { return tx.UpdateJob(&ar.Job{Number: 999}) })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)
	})
}

// A worker that comes back after somebody else has had the delivery, or after it has ended, changes nothing.
func TestALateWorkerIsFenced(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		id := insertDelivery(t, db, acme, invoice.ID).ID
		late := *moveDelivery(t, db, acme, id, claim)
		after := tick.Add(ar.DeliveryLease)
		current := moveDelivery(t, db, acme, id, func(d *ar.Delivery) error { return d.Claim(after) })
		fenced := func() {
			t.Helper()
			mine := late
			mine.Settle(ar.Outcome{State: ar.DeliveryRejected}, "", after, storetest.Start)
			err := db.Update(ctx, acme, func(tx *store.Tx) error {
				if err := tx.UpdateDelivery(&mine, late.Generation); !errors.Is(err, store.ErrFenced) {
					t.Errorf("a late worker gets %v", err)
				}
				_, err := tx.Delivery(id) // the transaction goes on
				return err
			})
			if err != nil {
				t.Error(err)
			}
			view(t, db, acme, func(tx *store.Tx) error {
				d, err := tx.Delivery(id)
				same(t, d, current)
				return err
			})
		}
		fenced()
		late = *current // now it is the generation that is stored
		current = moveDelivery(t, db, acme, id, anOutcome(ar.DeliveryAccepted))
		current.Reply = "250 ok \uFFFD"
		fenced()
	})
}

// Of all deliveries, the sweep finds those that wait for somebody, the longest due first.
func TestDueDeliveries(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		names := map[string]string{} // by id
		add := func(merchant, name string, moves ...func(*ar.Delivery) error) {
			t.Helper()
			var invoice *ar.Invoice
			view(t, db, merchant, func(tx *store.Tx) (err error) { invoice, err = tx.Invoice(ar.KindInvoice, "RE1"); return err })
			d := insertDelivery(t, db, merchant, invoice.ID)
			names[d.ID] = name
			for _, move := range moves {
				moveDelivery(t, db, merchant, d.ID, move)
			}
		}
		for _, merchant := range []string{acme, rival} {
			insertInvoice(t, db, merchant, insertIdentity(t, db, merchant, "C1"), "RE1")
		}
		shift := func(by time.Duration) func(*ar.Delivery) error {
			return func(d *ar.Delivery) error { next := d.Next.Add(by); d.Next = &next; return nil }
		}
		retried := func(d *ar.Delivery) error {
			d.Settle(ar.Outcome{State: ar.DeliveryUnknown}, ar.UnknownRetry, tick, storetest.Start)
			return nil
		}
		add(acme, "queued")
		add(rival, "rival's", shift(time.Second))
		add(acme, "sending", claim)
		add(acme, "later", shift(time.Hour))
		add(acme, "deferred", claim, anOutcome(ar.DeliveryDeferred))
		add(acme, "unknown", claim, retried, shift(time.Second))
		add(acme, "held", claim, anOutcome(ar.DeliveryUnknown))
		for _, final := range []ar.DeliveryState{ar.DeliveryAccepted, ar.DeliveryRejected, ar.DeliverySuppressed} {
			add(acme, string(final), claim, anOutcome(final))
		}
		for _, c := range []struct {
			now   time.Time
			limit int
			want  []string
		}{
			{tick.Add(-time.Millisecond), 10, nil},
			{tick, 10, []string{"queued"}},
			{tick.Add(time.Second), 10, []string{"queued", "rival's"}},
			{tick.Add(30 * time.Second), 10, []string{"queued", "rival's", "deferred"}},
			{tick.Add(31 * time.Second), 10, []string{"queued", "rival's", "deferred", "unknown"}},
			{tick.Add(ar.DeliveryLease), 10, []string{"queued", "rival's", "deferred", "unknown", "sending"}},
			{tick.Add(time.Hour), 10, []string{"queued", "rival's", "deferred", "unknown", "sending", "later"}},
			{tick.Add(time.Hour), 2, []string{"queued", "rival's"}},
		} {
			due, err := db.DueDeliveries(ctx, c.now, c.limit)
			var got []string
			for _, d := range due {
				got = append(got, names[d.ID])
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("at %s: %q, want %q, %v", c.now.Sub(tick), got, c.want, err)
			}
			if len(due) > 1 && (due[0].Merchant != acme || due[1].Merchant != rival) {
				t.Errorf("merchants are %v", due)
			}
		}
		view(t, db, acme, func(tx *store.Tx) error {
			for state, want := range map[ar.DeliveryState][]string{
				ar.DeliveryQueued: {"later", "queued"}, ar.DeliveryUnknown: {"held", "unknown"}, ar.DeliveryAccepted: {"accepted"},
				"": {"suppressed", "rejected"},
			} {
				all, err := tx.NewestDeliveries(state, 2)
				if err != nil {
					return err
				}
				var got []string
				for _, d := range all {
					got = append(got, names[d.ID])
					whole, err := tx.Delivery(d.ID)
					if err != nil || d.Reference != "RE1" {
						t.Errorf("%s is of %q, %v", names[d.ID], d.Reference, err)
					}
					same(t, &d.Delivery, whole)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s are %q, want %q", state, got, want)
				}
			}
			one, err := tx.NewestDeliveries(ar.DeliveryQueued, 1)
			if len(one) != 1 {
				t.Errorf("%d deliveries, limit 1", len(one))
			}
			return err
		})
	})
}
