package store_test

import (
	"context"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Two merchants use the same references. What one has, the other can neither see nor change, whichever method is asked
// and even when the ids are known.
func TestIsolation(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		var who *ar.Identity
		var invoice *ar.Invoice
		var communication ar.Communication
		var key store.Key
		for _, merchant := range []string{acme, rival} { // rival's are the last, so these are what is known of rival
			who = insertIdentity(t, db, merchant, "C1")
			invoice = insertInvoice(t, db, merchant, who, "RE1")
			update(t, db, merchant, func(tx *store.Tx) error {
				note := anInvoice("GS1", who)
				note.Kind, note.Corrects = ar.KindCreditnote, invoice.ID
				if err := tx.InsertInvoice(note); err != nil {
					return err
				}
				file := ar.File{SHA256: "ab", Reference: "F1"}
				if fresh, err := tx.KeepFile(&file); err != nil || !fresh {
					t.Errorf("%s does not get a file of its own: %v", merchant, err)
				}
				communication = ar.Communication{Reference: "D1", InvoiceID: invoice.ID, Kind: ar.CommInvoice, File: file}
				if err := tx.InsertCommunication(&communication); err != nil {
					return err
				}
				if err := tx.InsertBooking(&ar.Booking{InvoiceID: invoice.ID, Kind: ar.BookFee, Part: ar.PartCosts}); err != nil {
					return err
				}
				if err := tx.AppendEvent(&store.Event{InvoiceID: invoice.ID, Actor: "k"}); err != nil {
					return err
				}
				key = store.Key{Username: merchant}
				if err := tx.InsertKey(&key); err != nil {
					return err
				}
				a, err := tx.Idempotent("key", merchant)
				if a != nil || err != nil {
					t.Errorf("%s: key is not fresh: %v, %v", merchant, a, err)
				}
				return tx.StoreAnswer("key", store.Answer{Status: 200})
			})
		}

		hidden := map[string]func(*store.Tx) error{
			"IdentityByID":   func(tx *store.Tx) error { _, err := tx.IdentityByID(who.ID); return err },
			"UpdateIdentity": func(tx *store.Tx) error { return tx.UpdateIdentity(who) },
			"InvoiceByID":    func(tx *store.Tx) error { _, err := tx.InvoiceByID(invoice.ID); return err },
			"UpdateInvoice":  func(tx *store.Tx) error { return tx.UpdateInvoice(invoice) },
			"Communication":  func(tx *store.Tx) error { _, err := tx.Communication(communication.ID); return err },
			"File":           func(tx *store.Tx) error { _, err := tx.File(communication.File.ID); return err },
			"Key":            func(tx *store.Tx) error { _, err := tx.Key(key.ID); return err },
			"RevokeKey":      func(tx *store.Tx) error { return tx.RevokeKey(key.ID) },
			"InsertInvoice":  func(tx *store.Tx) error { return tx.InsertInvoice(anInvoice("RE2", who)) },
			"InsertBooking":  func(tx *store.Tx) error { return tx.InsertBooking(&ar.Booking{InvoiceID: invoice.ID}) },
			"AppendEvent":    func(tx *store.Tx) error { return tx.AppendEvent(&store.Event{InvoiceID: invoice.ID}) },
			"InsertCommunication": func(tx *store.Tx) error {
				return tx.InsertCommunication(&ar.Communication{InvoiceID: invoice.ID, File: communication.File})
			},
		}
		for name, ask := range hidden {
			if err := db.Update(ctx, acme, ask); err == nil {
				t.Errorf("%s reaches another merchant's", name)
			}
		}

		view(t, db, acme, func(tx *store.Tx) error {
			own, err := tx.Invoice(ar.KindInvoice, "RE1")
			if err != nil {
				return err
			}
			if own.ID == invoice.ID {
				t.Error("Invoice reads another merchant's")
			}
			counts := map[string]int{}
			count := func(name string, n int, err error) {
				counts[name] = n
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			page := ar.Page{Size: 10, Number: 1, WithTotal: true}
			invoices, err := tx.Invoices(ar.KindInvoice, page)
			count("invoices", len(invoices.Rows), err)
			count("total", int(invoices.Total), nil)
			identities, err := tx.Identities(page)
			count("identities", len(identities.Rows), err)
			keys, err := tx.Keys()
			count("keys", len(keys), err)
			of, err := tx.InvoicesOf(who.ID, ar.KindInvoice, store.Span{})
			count("of rival's identity", len(of), err)
			notes, err := tx.Creditnotes(invoice.ID)
			count("of rival's invoice", len(notes), err)
			communications, err := tx.Communications(invoice.ID)
			count("rival's communications", len(communications), err)
			bookings, err := tx.Bookings(invoice.ID)
			count("rival's bookings", len(bookings), err)
			events, err := tx.Events(invoice.ID)
			count("rival's events", len(events), err)
			same(t, counts, map[string]int{"invoices": 1, "total": 1, "identities": 1, "keys": 1, "of rival's identity": 0, "of rival's invoice": 0,
				"rival's communications": 0, "rival's bookings": 0, "rival's events": 0})
			return nil
		})
		view(t, db, rival, func(tx *store.Tx) error { // and nothing of the above has changed anything
			got, err := tx.Invoice(ar.KindInvoice, "RE1")
			same(t, got, invoice)
			k, err2 := tx.Key(key.ID)
			if err2 == nil && k.Revoked != nil {
				t.Error("rival's key is revoked")
			}
			return err
		})
	})
}
