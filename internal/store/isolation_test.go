package store_test

import (
	"context"
	"encoding/json"
	"errors"
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
		var delivery ar.Delivery
		var callback ar.Callback
		var handover *ar.Handover
		var message *ar.CollectionMessage
		var hold *ar.Hold
		var notice *ar.Notice
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
				if err := tx.InsertTransaction(aTransaction(map[string]string{acme: "1", rival: "2"}[merchant])); err != nil {
					return err
				}
				if err := tx.AppendEvent(&store.Event{InvoiceID: invoice.ID, Actor: "k"}); err != nil {
					return err
				}
				event := &store.Event{InvoiceID: invoice.ID, Actor: "k"}
				if err := tx.AppendEvent(event); err != nil {
					return err
				}
				if err := tx.InsertDunningCycle(aCycle(invoice, event)); err != nil {
					return err
				}
				hold = aHold(invoice, "")
				if err := tx.InsertHold(hold); err != nil {
					return err
				}
				of := aHold(nil, who.ID)
				if err := tx.InsertHold(of); err != nil {
					return err
				}
				dunned, err := aNotice(tx, invoice.ID)
				if err != nil {
					return err
				}
				notice = dunned
				if err := tx.InsertNotice(notice); err != nil {
					return err
				}
				if handover, message, err = insertHandover(tx, invoice, 0); err != nil {
					return err
				}
				job, err := aJob(tx, invoice.ID)
				if err != nil {
					return err
				}
				delivery = ar.Delivery{Job: job.Number, InvoiceID: invoice.ID, MessageID: "m", Communication: communication.ID, State: ar.DeliveryQueued, Next: &tick}
				if err := tx.InsertDelivery(&delivery); err != nil {
					return err
				}
				callback = ar.Callback{Job: job.Number, InvoiceID: invoice.ID, Body: json.RawMessage("{}"), State: ar.CallbackQueued, Next: &tick}
				if err := tx.InsertCallback(&callback); err != nil {
					return err
				}
				if err := tx.AppendCallbackAttempt(&ar.CallbackAttempt{Callback: callback.ID, At: tick}); err != nil {
					return err
				}
				if free, err := tx.ReserveNumber(ar.KindInvoice, invoice.ID, "1"); err != nil || !free {
					t.Errorf("%s: number is not free: %v", merchant, err)
				}
				if err := tx.AppendJournal(anEntry(map[string]int{acme: 1, rival: 2}[merchant])); err != nil {
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
			"Transaction":    func(tx *store.Tx) error { _, err := tx.Transaction("2"); return err },
			"InsertTransaction": func(tx *store.Tx) error {
				of := aTransaction("3")
				of.Identity = who.ID
				return tx.InsertTransaction(of)
			},
			"InsertBooking": func(tx *store.Tx) error { return tx.InsertBooking(&ar.Booking{InvoiceID: invoice.ID}) },
			"AppendEvent":   func(tx *store.Tx) error { return tx.AppendEvent(&store.Event{InvoiceID: invoice.ID}) },
			"InsertCommunication": func(tx *store.Tx) error {
				return tx.InsertCommunication(&ar.Communication{InvoiceID: invoice.ID, File: communication.File})
			},
			"InsertDunningCycle": func(tx *store.Tx) error {
				return tx.InsertDunningCycle(&ar.DunningCycle{InvoiceID: invoice.ID, Number: 2, Event: 1})
			},
			"InsertHold":             func(tx *store.Tx) error { return tx.InsertHold(aHold(invoice, "")) },
			"InsertHold of identity": func(tx *store.Tx) error { return tx.InsertHold(aHold(nil, who.ID)) },
			"Hold":                   func(tx *store.Tx) error { _, err := tx.Hold(hold.ID); return err },
			"LiftHold":               func(tx *store.Tx) error { h := *hold; return tx.LiftHold(&h, "k") },
			"InsertNotice": func(tx *store.Tx) error {
				n := *notice
				n.ID, n.Level = "", 3
				return tx.InsertNotice(&n)
			},
			"Notice": func(tx *store.Tx) error { _, err := tx.Notice(notice.ID); return err },
			"InsertHandover": func(tx *store.Tx) error {
				return tx.InsertHandover(&ar.Handover{InvoiceID: invoice.ID, Cycle: 1, Communication: handover.Communication, Job: 1})
			},
			"InsertCollectionMessage": func(tx *store.Tx) error {
				return tx.InsertCollectionMessage(&ar.CollectionMessage{InvoiceID: invoice.ID, Job: 2, State: ar.CollectionQueued})
			},
			"CollectionMessage":       func(tx *store.Tx) error { _, err := tx.CollectionMessage(message.ID); return err },
			"UpdateCollectionMessage": func(tx *store.Tx) error { return tx.UpdateCollectionMessage(message, message.Generation) },
			"InsertJob":               func(tx *store.Tx) error { return tx.InsertJob(&ar.Job{Number: 1, InvoiceID: invoice.ID}) },
			"InsertDelivery": func(tx *store.Tx) error {
				return tx.InsertDelivery(&ar.Delivery{Job: 2, InvoiceID: invoice.ID, MessageID: "n", State: ar.DeliveryQueued})
			},
			"Delivery":       func(tx *store.Tx) error { _, err := tx.Delivery(delivery.ID); return err },
			"UpdateDelivery": func(tx *store.Tx) error { return tx.UpdateDelivery(&delivery, delivery.Generation) },
			"InsertCallback": func(tx *store.Tx) error {
				return tx.InsertCallback(&ar.Callback{Job: 2, InvoiceID: invoice.ID, State: ar.CallbackQueued})
			},
			"Callback":       func(tx *store.Tx) error { _, err := tx.Callback(callback.ID); return err },
			"UpdateCallback": func(tx *store.Tx) error { return tx.UpdateCallback(&callback, callback.Generation) },
			"AppendCallbackAttempt": func(tx *store.Tx) error {
				return tx.AppendCallbackAttempt(&ar.CallbackAttempt{Callback: callback.ID})
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
			transactions, err := tx.Transactions(page)
			count("transactions", len(transactions.Rows), err)
			by, err := tx.BookingsBy("2")
			count("by rival's transaction", len(by), err)
			deliveries, err := tx.Deliveries(invoice.ID)
			count("rival's deliveries", len(deliveries), err)
			none, err := tx.DeliveryOf(communication.ID)
			if none != nil || err != nil {
				t.Errorf("delivery of rival's communication is %v, %v", none, err)
			}
			in, err := tx.NewestDeliveries(ar.DeliveryQueued, 10)
			count("deliveries", len(in), err)
			callbacks, err := tx.Callbacks(store.CallbackFilter{}, 10)
			count("callbacks", len(callbacks), err)
			attempts, err := tx.CallbackAttempts(callback.ID)
			count("rival's attempts", len(attempts), err)
			gaps, err := tx.NumberGaps(ar.KindInvoice)
			count("gaps", len(gaps), err)
			entries, err := tx.Journal(0, 10)
			count("journal", len(entries), err)
			if found, err := tx.Journaled("voucher", "id2"); found || err != nil {
				t.Errorf("rival's journal is seen: %v", err)
			}
			if _, ok, err := tx.ReservedNumber(invoice.ID); ok || err != nil {
				t.Errorf("rival's number is seen: %v", err)
			}
			cycles, err := tx.DunningCycles(invoice.ID)
			count("rival's cycles", len(cycles), err)
			cases, err := named(tx, "RE1")
			if err != nil || len(cases) != 1 || cases[0].Invoice.ID != own.ID || cases[0].Debtor.ID == who.ID || !cases[0].Credit.IsZero() {
				t.Errorf("cases of rival's: %+v, %v", cases, err)
			}
			foreign, err := tx.Cases([]*ar.Invoice{invoice})
			if err != nil || foreign[0].Debtor != nil || foreign[0].Bookings != nil || foreign[0].Cycle != nil || foreign[0].LastMail != nil {
				t.Errorf("rival's case is read: %+v, %v", foreign, err)
			}
			notices, err := tx.Notices(invoice.ID)
			count("rival's notices", len(notices), err)
			notices, err = tx.NoticesOfRun(notice.Run, []string{invoice.ID})
			count("rival's notices of a run", len(notices), err)
			held, err := tx.HoldsOf([]string{invoice.ID}, []string{who.ID})
			count("rival's holds", len(held), err)
			holds, err := tx.Holds(store.HoldFilter{})
			count("holds", len(holds), err)
			handovers, err := tx.Handovers(invoice.ID)
			count("rival's handovers", len(handovers), err)
			messages, err := tx.CollectionMessages(invoice.ID)
			count("rival's messages", len(messages), err)
			events, err := tx.Events(invoice.ID)
			count("rival's events", len(events), err)
			same(t, counts, map[string]int{"invoices": 1, "total": 1, "identities": 1, "keys": 1, "of rival's identity": 0, "of rival's invoice": 0,
				"rival's deliveries": 0, "deliveries": 1, "callbacks": 1, "rival's attempts": 0, "gaps": 1, "journal": 1, "rival's communications": 0, "rival's bookings": 0, "transactions": 1, "by rival's transaction": 0, "rival's cycles": 0, "rival's notices": 0, "rival's notices of a run": 0, "rival's holds": 0, "rival's handovers": 0, "rival's messages": 0, "holds": 2, "rival's events": 0})
			return nil
		})
		view(t, db, rival, func(tx *store.Tx) error { // and nothing of the above has changed anything
			got, err := tx.Invoice(ar.KindInvoice, "RE1")
			same(t, got, invoice)
			k, err2 := tx.Key(key.ID)
			if err2 == nil && k.Revoked != nil {
				t.Error("rival's key is revoked")
			}
			d, err3 := tx.Delivery(delivery.ID)
			same(t, d, delivery)
			c, err4 := tx.Callback(callback.ID)
			same(t, c, callback)
			attempts, err5 := tx.CallbackAttempts(callback.ID)
			if len(attempts) != 1 {
				t.Errorf("rival's attempts are %v", attempts)
			}
			h, err6 := tx.Hold(hold.ID)
			if err6 == nil && h.Lifted != nil {
				t.Error("rival's hold is lifted")
			}
			return errors.Join(err, err2, err3, err4, err5, err6)
		})
		for _, merchant := range []string{acme, rival} {
			if _, found := faults(t, db, merchant); len(found) > 0 {
				t.Errorf("%s's journal: %q", merchant, found)
			}
		}
	})
}
