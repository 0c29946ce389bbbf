package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// tableColumn is a column as the engine knows it.
type tableColumn struct{ name, kind string }

// other is an expression for a value that differs from the one there is.
func (c tableColumn) other() string {
	switch c.kind {
	case "bigint":
		return "coalesce(" + c.name + ", 0) + 1"
	case "text":
		return "coalesce(" + c.name + ", '') || ' '"
	case "blob":
		return "x'00'"
	case "bytea":
		return `'\x00'`
	}
	panic(c.kind)
}

func columnsOf(t *testing.T, db *store.DB, table string) (all []tableColumn) {
	t.Helper()
	view(t, db, acme, func(tx *store.Tx) error {
		all = nil
		add := func(scan func(...any) error) error {
			var c tableColumn
			err := scan(&c.name, &c.kind)
			c.kind = strings.ToLower(c.kind)
			all = append(all, c)
			return err
		}
		if tx.PGX() != nil {
			rows, err := tx.PGX().Query(tx.Context(), `SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1`, table)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				if err := add(rows.Scan); err != nil {
					return err
				}
			}
			return rows.Err()
		}
		rows, err := tx.SQL().QueryContext(tx.Context(), `SELECT name, type FROM pragma_table_info($1)`, table)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			if err := add(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if len(all) == 0 {
		t.Fatalf("there is no table %s", table)
	}
	return all
}

// underneath runs one statement in a transaction of its own, and takes back what it did. An error says how it failed; that
// it touched no row is a failure of the test.
func underneath(t *testing.T, db *store.DB, statement string) error {
	t.Helper()
	var failed error
	_ = db.Update(context.Background(), acme, func(tx *store.Tx) error {
		n, err := execute(tx, statement)
		if failed = err; err == nil && n == 0 {
			t.Errorf("it touches nothing: %s", statement)
		}
		return errRefused // so that trying changes nothing
	})
	return failed
}

func wantRefused(t *testing.T, db *store.DB, statement string) {
	t.Helper()
	if err := underneath(t, db, statement); !db.Refused(err) {
		t.Errorf("not refused: %s: %v", statement, err)
	}
}

func wantAllowed(t *testing.T, db *store.DB, statement string) {
	t.Helper()
	if err := underneath(t, db, statement); err != nil {
		t.Errorf("refused: %s: %v", statement, err)
	}
}

// everything stores at least one row in every table that is protected: a draft RE1, a credit note GS1 of it that is
// committed and has a value in every column but the date of a cancelation, a delivery that is under way and one that has
// ended.
func everything(t *testing.T, db *store.DB) (note *ar.Invoice, open, ended *ar.Delivery) {
	t.Helper()
	withMerchants(t, db)
	who := insertIdentity(t, db, acme, "C1")
	invoice := insertInvoice(t, db, acme, who, "RE1")
	update(t, db, acme, func(tx *store.Tx) error {
		note = anInvoice("GS1", who)
		note.Kind, note.Corrects, note.CorrectsReference = ar.KindCreditnote, invoice.ID, invoice.Reference
		if err := tx.InsertInvoice(note); err != nil {
			return err
		}
		if free, err := tx.ReserveNumber(note.Kind, note.ID, "2026-1"); err != nil || !free {
			t.Error(free, err)
		}
		note.Number, note.Committed = "2026-1", &tx.Now
		if err := tx.UpdateInvoice(note); err != nil {
			return err
		}
		if err := tx.InsertBooking(&ar.Booking{InvoiceID: note.ID, Kind: ar.BookFee, Part: ar.PartCosts, Amount: dec("1")}); err != nil {
			return err
		}
		if err := tx.InsertTransaction(aTransaction("1")); err != nil {
			return err
		}
		event := &store.Event{InvoiceID: invoice.ID}
		if err := tx.AppendEvent(event); err != nil {
			return err
		}
		if err := tx.InsertDunningCycle(aCycle(invoice, event)); err != nil {
			return err
		}
		lifted := aHold(invoice, "")
		lifted.Lifted, lifted.Lifter = &tx.Now, "k"
		for _, h := range []*ar.Hold{aHold(invoice, ""), lifted} {
			if err := tx.InsertHold(h); err != nil {
				return err
			}
		}
		if _, _, err := insertHandover(tx, invoice, 0); err != nil {
			return err
		}
		return tx.AppendJournal(anEntry(1))
	})
	notice := insertNotice(t, db, acme, invoice.ID, nil)
	update(t, db, acme, func(tx *store.Tx) error { return tx.InsertDrops(notice.Run, map[string]string{invoice.ID: "paid"}) })
	open = insertDelivery(t, db, acme, note.ID)
	ended = insertDelivery(t, db, acme, note.ID)
	open = moveDelivery(t, db, acme, open.ID, claim)
	update(t, db, acme, func(tx *store.Tx) error {
		file := ar.File{SHA256: "ab", MediaType: "message/rfc822"}
		if _, err := tx.KeepFile(&file); err != nil {
			return err
		}
		for _, d := range []*ar.Delivery{open, ended} {
			c := ar.Communication{InvoiceID: note.ID, Kind: ar.CommEmail, File: file}
			if err := tx.InsertCommunication(&c); err != nil {
				return err
			}
			d.Communication = c.ID
			if err := tx.UpdateDelivery(d, d.Generation); err != nil {
				return err
			}
		}
		callback := ar.Callback{Kind: ar.CallbackNotify, Job: open.Job, InvoiceID: note.ID, Body: json.RawMessage("{}"), State: ar.CallbackQueued, Next: &tick}
		if err := tx.InsertCallback(&callback); err != nil {
			return err
		}
		return tx.AppendCallbackAttempt(&ar.CallbackAttempt{Callback: callback.ID, Attempt: 1, At: tick})
	})
	ended = moveDelivery(t, db, acme, ended.ID, claim)
	return note, open, moveDelivery(t, db, acme, ended.ID, anOutcome(ar.DeliveryAccepted))
}

// Every column of every protected row is tried: a column that somebody adds later is protected, or fails this test.
func TestProtection(t *testing.T) {
	allowed := map[string][]string{
		"invoices":            {"state", "unpaid", "dunninglevel", "cancelationdate", "modified", "version", "meta", "dunning", "startdunningdate", "dunningcycle", "handedover"},
		"transactions":        {"unallocated", "matching", "identity_id"}, // see TestSetOff
		"deliveries":          {"attachments", "attempts", "generation", "lease", "handed", "next", "reply", "reason", "state", "finished"},
		"collection_messages": {"state", "attempts", "generation", "lease", "next", "reason", "finished"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		note, open, ended := everything(t, db)
		for _, c := range []struct{ table, where string }{
			{"invoices", "id = '" + note.ID + "'"},
			{"deliveries", "id = '" + open.ID + "'"},
			{"communications", "merchant = 'acme'"},
			{"files", "merchant = 'acme'"},
			{"bookings", "merchant = 'acme'"},
			{"transactions", "merchant = 'acme'"},
			{"procedures", "merchant = 'acme'"},
			{"dunning_cycles", "merchant = 'acme'"},
			{"dunning_holds", "merchant = 'acme'"},
			{"dunning_notices", "merchant = 'acme'"},
			{"dunning_runs", "merchant = 'acme'"}, // that has ended
			{"dunning_drops", "merchant = 'acme'"},
			{"handovers", "merchant = 'acme'"},
			{"collection_messages", "merchant = 'acme'"},
			{"events", "merchant = 'acme' AND seq = 1"},
			{"numbers", "merchant = 'acme'"},
			{"callback_attempts", "merchant = 'acme'"},
			{"journal", "merchant = 'acme'"},
			{"journal_hashes", "merchant = 'acme'"},
		} {
			for _, column := range columnsOf(t, db, c.table) {
				if slices.Contains(allowed[c.table], column.name) {
					continue
				}
				for _, value := range []string{column.other(), "NULL"} {
					wantRefused(t, db, "UPDATE "+c.table+" SET "+column.name+" = "+value+" WHERE "+c.where)
				}
			}
			wantRefused(t, db, "DELETE FROM "+c.table+" WHERE "+c.where)
			if db.Engine() == "postgres" {
				wantRefused(t, db, "TRUNCATE "+c.table+" CASCADE")
			} else {
				wantRefused(t, db, "INSERT OR REPLACE INTO "+c.table+" SELECT * FROM "+c.table+" WHERE "+c.where)
			}
		}
		for _, column := range columnsOf(t, db, "deliveries") {
			wantRefused(t, db, "UPDATE deliveries SET "+column.name+" = "+column.other()+" WHERE id = '"+ended.ID+"'")
		}

		// What may change does.
		invoice, delivery := " WHERE id = '"+note.ID+"'", " WHERE id = '"+open.ID+"'"
		for _, column := range allowed["invoices"] {
			for _, c := range columnsOf(t, db, "invoices") {
				if c.name == column {
					wantAllowed(t, db, "UPDATE invoices SET "+column+" = "+c.other()+invoice)
				}
			}
		}
		wantAllowed(t, db, "UPDATE invoices SET meta = NULL, dunning = NULL, document = document, committed = committed"+invoice)
		wantAllowed(t, db, "UPDATE invoices SET document = '{}', number = 'x', total = 0 WHERE reference = 'RE1'") // a draft
		wantAllowed(t, db, "UPDATE deliveries SET attachments = '[]', attempts = 2, generation = 2, handed = 1, reply = 'x', reason = 'y'"+delivery)
		wantAllowed(t, db, "UPDATE deliveries SET state = 'deferred', lease = NULL, next = 5"+delivery)
		wantAllowed(t, db, "UPDATE deliveries SET state = 'rejected', lease = NULL, finished = 5"+delivery)

		wantAllowed(t, db, "UPDATE dunning_holds SET lifted = 5, lifter = 'k' WHERE lifted IS NULL")

		// And what makes no sense does not.
		wantRefused(t, db, "UPDATE dunning_holds SET lifted = 5, lifter = 'k' WHERE lifted IS NOT NULL")
		for _, set := range []string{"generation = 0", "state = 'queued'", "lease = NULL", "handed = 2", "next = 5", "finished = 5", "state = 'lost', lease = NULL",
			"state = 'deferred', lease = NULL, handed = 1", "state = 'accepted', lease = NULL"} {
			wantRefused(t, db, "UPDATE deliveries SET "+set+delivery)
		}
		wantRefused(t, db, "UPDATE collection_messages SET state = 'passing'")
		wantRefused(t, db, "UPDATE collection_messages SET state = 'passed', next = NULL")
		wantAllowed(t, db, "UPDATE collection_messages SET state = 'passed', next = NULL, finished = 5")
		wantRefused(t, db, "UPDATE callbacks SET state = 'sending'")
		wantRefused(t, db, "UPDATE callbacks SET state = 'gone', next = NULL")
	})
}

// A committed voucher goes through the rest of its life.
func TestACommittedVoucherLives(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		note, _, _ := everything(t, db)
		for _, step := range []struct {
			name   string
			change func(*ar.Invoice)
		}{
			{"nothing", func(*ar.Invoice) {}},
			{"meta", func(i *ar.Invoice) { i.Meta = json.RawMessage(`{}`) }},
			{"no meta", func(i *ar.Invoice) { i.Meta = nil }},
			{"other wishes", func(i *ar.Invoice) {
				i.Detail.Dunning = &ar.Dunning{DelayedUntil: "2026-05-01", CustomPeriods: map[string]int{"REMINDER": 3}}
			}},
			{"no wishes", func(i *ar.Invoice) { i.Detail.Dunning = nil }},
			{"dunned", func(i *ar.Invoice) { i.Dunninglevel, i.DunningCycle, i.StartDunningDate = 2, 1, &storetest.Start }},
			{"paid", func(i *ar.Invoice) { i.Unpaid = dec("0") }},
			{"reopened", func(i *ar.Invoice) { i.Unpaid = dec("3.5") }},
			{"canceled", func(i *ar.Invoice) { i.Cancelationdate = &storetest.Start }},
			{"meta, canceled", func(i *ar.Invoice) { i.Meta = json.RawMessage(`{"a":1}`) }},
		} {
			var want *ar.Invoice
			err := db.Update(ctx, acme, func(tx *store.Tx) error {
				i, err := tx.InvoiceByID(note.ID)
				if err != nil {
					return err
				}
				step.change(i)
				want = i
				return tx.UpdateInvoice(i)
			})
			if err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
			view(t, db, acme, func(tx *store.Tx) error {
				got, err := tx.InvoiceByID(note.ID)
				same(t, got, want)
				return err
			})
		}
		for name, change := range map[string]func(*ar.Invoice){
			"label":        func(i *ar.Invoice) { i.Label += "!" },
			"items":        func(i *ar.Invoice) { i.Items[0].Unitprice = dec("1") },
			"totals":       func(i *ar.Invoice) { i.Totals.Tax = dec("1") },
			"due":          func(i *ar.Invoice) { i.Due = nil },
			"draft again":  func(i *ar.Invoice) { i.Committed = nil },
			"other date":   func(i *ar.Invoice) { later := i.Cancelationdate.Add(time.Hour); i.Cancelationdate = &later },
			"not canceled": func(i *ar.Invoice) { i.Cancelationdate = nil },
		} {
			err := db.Update(ctx, acme, func(tx *store.Tx) error {
				i, err := tx.InvoiceByID(note.ID)
				if err != nil {
					return err
				}
				change(i)
				return tx.UpdateInvoice(i)
			})
			if !db.Refused(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A database of schema 1 reads back as it was, and its documents are byte for byte what is written today: else every
// change of a committed voucher would seem to change its document.
func TestMigrationOfDunning(t *testing.T) {
	ctx := context.Background()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			db := open(t, storetest.URL(t, engine))
			if err := db.MigrateTo(ctx, 1); err != nil {
				t.Fatal(err)
			}
			tamper(t, db, `INSERT INTO merchants (merchant, name, idempotency_retention, currency, secret, created) VALUES ('acme', 'Acme', 86400000, 'EUR', 's', 0)`)
			who := insertIdentity(t, db, acme, "C1")
			var all []*ar.Invoice
			for n, dunning := range []*ar.Dunning{nil, {Disabled: true}, {DelayedUntil: "2026-05-01", DeliveryKind: "letter", CustomPeriods: map[string]int{"REMINDER": 3, "COLLECTION": 9}}} {
				for m, committed := range []*time.Time{nil, &storetest.Start} {
					i := anInvoice(fmt.Sprint("RE", n, m), who)
					i.ID, i.Number, i.Version, i.Created, i.Modified, i.Meta = fmt.Sprint("id", n, m), fmt.Sprint(n), 1, storetest.Start, storetest.Start, nil
					i.Committed, i.Detail.Dunning = committed, dunning
					i.Label = `<"dunning":{"disabled":true}> ü 	\u0000 {{}}`
					if m == 1 {
						i.Detail = ar.InvoiceDetail{Dunning: dunning} // the only one in it
					}
					all = append(all, i)
					insertOld(t, db, i)
				}
			}
			if err := db.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
			update(t, db, acme, func(tx *store.Tx) error {
				m, err := tx.Merchant()
				if err != nil {
					return err
				}
				if len(m.CallbackSecrets) != 1 || !strings.HasPrefix(m.CallbackSecrets[0], "whsec_") {
					t.Errorf("callback secrets are %q", m.CallbackSecrets)
				}
				for _, want := range all {
					got, err := tx.InvoiceByID(want.ID)
					if err != nil {
						return err
					}
					same(t, got, want)
					text, err := store.InvoiceDocument(want, false)
					if err != nil {
						return err
					}
					if n, err := execute(tx, `UPDATE invoices SET modified = modified WHERE id = $1 AND document = $2`, want.ID, text); n != 1 || err != nil {
						t.Errorf("%s: the document is not %s: %v", want.ID, text, err)
					}
					got.Meta = json.RawMessage("{}")
					if err := tx.UpdateInvoice(got); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}

// insertOld stores a voucher as schema 1 has it.
func insertOld(t *testing.T, db *store.DB, i *ar.Invoice) {
	t.Helper()
	text, err := store.InvoiceDocument(i, true)
	if err != nil {
		t.Fatal(err)
	}
	var committed any
	if i.Committed != nil {
		committed = i.Committed.UnixMilli()
	}
	tamper(t, db, `INSERT INTO invoices (merchant, id, reference, number, kind, identity_id, identity, debtor, state, currency, paymentkind, ordernumber,
			accountingdate, issued, due, orderdate, committed, dunninglevel, total, unpaid, created, modified, version, document)
		VALUES ('acme', $1, $2, $3, 'invoice', $4, $5, $6, 'none', 'EUR', 'CT', 'PO-1', $7, $8, $9, $10, $11, 0, $12, 123456, $13, $13, 1, $14)`,
		i.ID, i.Reference, i.Number, i.Identity.ID, i.Identity.Reference, i.Identity.Debtor,
		i.Accountingdate.UnixMilli(), i.Issued.UnixMilli(), i.Due.UnixMilli(), i.Orderdate.UnixMilli(), committed, i.Totals.Gross.Shift(4).IntPart(), i.Created.UnixMilli(), text)
}
