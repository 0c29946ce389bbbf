package store_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// insertHandover stores a hand-over of an invoice with its message, by a job and a file of their own.
func insertHandover(tx *store.Tx, invoice *ar.Invoice, cycle int64) (*ar.Handover, *ar.CollectionMessage, error) {
	file := ar.File{SHA256: "cd", MediaType: "application/zip"}
	if _, err := tx.KeepFile(&file); err != nil {
		return nil, nil, err
	}
	c := ar.Communication{InvoiceID: invoice.ID, Kind: ar.CommCollection, File: file}
	if err := tx.InsertCommunication(&c); err != nil {
		return nil, nil, err
	}
	job, err := aJob(tx, invoice.ID)
	if err != nil {
		return nil, nil, err
	}
	h := &ar.Handover{
		InvoiceID: invoice.ID, Cycle: cycle, Run: 3, Day: at("2026-05-01"), Collector: ar.Collector{Name: "Nord", Channel: ar.ChannelFolder, Target: "a/b"},
		Claim: ar.ClaimStatement{AsOf: "2026-05-01", Total: "12.00", Debtor: ar.StatementDebtor{Addresses: []ar.Address{{City: "Köln"}}}}, Communication: c.ID, Job: job.Number,
	}
	if err := tx.InsertHandover(h); err != nil {
		return nil, nil, err
	}
	m := &ar.CollectionMessage{Kind: ar.CollectionCase, Job: job.Number, InvoiceID: invoice.ID, Cycle: cycle, Body: json.RawMessage(`{"a":"ü"}`), State: ar.CollectionQueued, Next: &tick}
	return h, m, tx.InsertCollectionMessage(m)
}

// Hand-overs come back as they were stored, the newest first, and there is one of a cycle.
func TestHandovers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		var first, second *ar.Handover
		var message *ar.CollectionMessage
		update(t, db, acme, func(tx *store.Tx) (err error) {
			if first, _, err = insertHandover(tx, invoice, 0); err != nil {
				return err
			}
			if err := tx.InsertHandover(first); ar.KindOf(err) != ar.Conflict {
				t.Errorf("a second one of the cycle: %v", err)
			}
			second, message, err = insertHandover(tx, invoice, 2)
			return err
		})
		view(t, db, acme, func(tx *store.Tx) error {
			got, err := tx.Handovers(invoice.ID)
			same(t, got, []ar.Handover{*second, *first})
			read, err2 := tx.CollectionMessage(message.ID)
			same(t, read, message)
			of, err3 := tx.CollectionMessageOf(message.Job)
			same(t, of, message)
			none, err4 := tx.CollectionMessageOf(99)
			if none != nil {
				t.Errorf("%+v", none)
			}
			all, err5 := tx.CollectionMessages(invoice.ID)
			if len(all) != 2 {
				t.Errorf("%+v", all)
			}
			return errors.Join(err, err2, err3, err4, err5)
		})
	})
}

// What is due is found until it has ended, and a worker that comes back late changes nothing.
func TestCollectionMessageIsClaimed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		var m *ar.CollectionMessage
		update(t, db, acme, func(tx *store.Tx) (err error) {
			_, m, err = insertHandover(tx, invoice, 0)
			return err
		})
		due := func(now time.Time) int {
			t.Helper()
			all, err := db.DueCollectionMessages(t.Context(), now, 10)
			if err != nil || len(all) > 0 && all[0] != (store.Due{Merchant: acme, ID: m.ID}) {
				t.Fatalf("%v, %v", all, err)
			}
			return len(all)
		}
		late := *m
		if due(tick.Add(-time.Second)) != 0 || due(tick) != 1 {
			t.Error("it is not due when it is")
		}
		update(t, db, acme, func(tx *store.Tx) error {
			if err := m.Claim(tick); err != nil {
				return err
			}
			return tx.UpdateCollectionMessage(m, 0)
		})
		if due(tick) != 0 || due(*m.Lease) != 1 {
			t.Error("its lease is not what is waited for")
		}
		update(t, db, acme, func(tx *store.Tx) error {
			if err := tx.UpdateCollectionMessage(&late, 0); !errors.Is(err, store.ErrFenced) {
				t.Errorf("a late worker: %v", err)
			}
			m.Settle("", tick, tick)
			if err := tx.UpdateCollectionMessage(m, 1); err != nil {
				return err
			}
			if err := tx.UpdateCollectionMessage(m, 1); !errors.Is(err, store.ErrFenced) {
				t.Errorf("it has ended: %v", err)
			}
			return nil
		})
		if due(tick.AddDate(1, 0, 0)) != 0 {
			t.Error("it has ended, and is due")
		}
	})
}
