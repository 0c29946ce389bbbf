package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Whatever a list is sorted by, in whichever direction, its ids come from one index in the right order: the only thing
// that is sorted is the page itself.
func TestEverySortHasAnIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		for n := range 3 {
			insertInvoice(t, db, acme, who, fmt.Sprint("RE", n))
		}
		for _, field := range allFields {
			if field == ar.FieldKind {
				continue // a list is of one kind
			}
			for _, desc := range []bool{false, true} {
				page := ar.Page{Size: 1, Sort: []ar.Order{{Field: field, Desc: desc}}}
				first := plan(t, db, page)
				page.After = listInvoices(t, db, acme, page).Next
				next := plan(t, db, page)
				if db.Engine() == "sqlite" && !strings.Contains(strings.Join(next, "\n"), "kind=? AND ") {
					t.Errorf("next page by %s, desc %v does not begin at the cursor:\n%s", field, desc, strings.Join(next, "\n"))
				}
				for what, lines := range map[string][]string{"first page": first, "next page": next} {
					text := strings.Join(lines, "\n")
					if !strings.Contains(text, "invoices_"+string(field)) || strings.Count(text, "TEMP B-TREE")+strings.Count(text, "Sort Key") > 1 {
						t.Errorf("%s by %s, desc %v:\n%s", what, field, desc, text)
					}
				}
			}
		}
	})
}

// Whatever is asked of what grows without end has an index that answers it in order, and reads what was asked for only.
func TestEveryQuestionHasAnIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		note, delivery, _ := everything(t, db)
		dunned := &ar.Invoice{ID: note.ID, Identity: note.Identity, Currency: "EUR", DunningCycle: 1, Dunninglevel: 2}
		for _, c := range []struct {
			name, index string
			ask         func(*store.Tx) error
		}{
			{"DeliveriesOf", "deliveries_job", func(tx *store.Tx) error { _, err := tx.DeliveriesOf(1); return err }},
			{"Deliveries", "deliveries_invoice_id", func(tx *store.Tx) error { _, err := tx.Deliveries(note.ID); return err }},
			{"NewestDeliveries", "deliveries", func(tx *store.Tx) error { _, err := tx.NewestDeliveries("", 10); return err }},
			{"NewestDeliveries in a state", "deliveries_state", func(tx *store.Tx) error {
				_, err := tx.NewestDeliveries(ar.DeliveryQueued, 10)
				return err
			}},
			{"DeliveryOf", "deliveries_communication_id", func(tx *store.Tx) error { _, err := tx.DeliveryOf(delivery.Communication); return err }},
			{"Communications", "deliveries_communication_id", func(tx *store.Tx) error { _, err := tx.Communications(note.ID); return err }},
			{"CallbacksOf", "callbacks_job", func(tx *store.Tx) error { _, err := tx.CallbacksOf(1); return err }},
			{"Callbacks", "callbacks_created", func(tx *store.Tx) error { _, err := tx.Callbacks(store.CallbackFilter{}, 10); return err }},
			{"Callbacks of a voucher", "callbacks_invoice_id", func(tx *store.Tx) error {
				_, err := tx.Callbacks(store.CallbackFilter{InvoiceID: note.ID}, 10)
				return err
			}},
			{"Callbacks in a state", "callbacks_state", func(tx *store.Tx) error {
				_, err := tx.Callbacks(store.CallbackFilter{State: ar.CallbackFailed}, 10)
				return err
			}},
			{"CallbackAttempts", "callback_attempts", func(tx *store.Tx) error { _, err := tx.CallbackAttempts("x", "y", "z"); return err }},
			{"BookingsBy", "bookings_transaction_id", func(tx *store.Tx) error { _, err := tx.BookingsBy("1"); return err }},
			{"Booked", "bookings_invoice_id", func(tx *store.Tx) error { _, _, err := tx.Booked(note.ID); return err }},
			{"DunningCycles", "dunning_cycles", func(tx *store.Tx) error { _, err := tx.DunningCycles(note.ID); return err }},
			{"HoldsOf an invoice", "dunning_holds_invoice_id", func(tx *store.Tx) error { _, err := tx.HoldsOf([]string{note.ID}, nil); return err }},
			{"HoldsOf a customer", "dunning_holds_identity_id", func(tx *store.Tx) error { _, err := tx.HoldsOf(nil, []string{"x"}); return err }},
			{"Holds", "dunning_holds_created", func(tx *store.Tx) error { _, err := tx.Holds(store.HoldFilter{}); return err }},
			{"Holds of an invoice", "dunning_holds_invoice_id", func(tx *store.Tx) error {
				_, err := tx.Holds(store.HoldFilter{Invoice: "RE1", Active: new(bool)})
				return err
			}},
			{"Holds of a customer", "dunning_holds_identity_id", func(tx *store.Tx) error {
				_, err := tx.Holds(store.HoldFilter{Identity: "C1", Active: new(bool)})
				return err
			}},
			{"Handovers", "handovers", func(tx *store.Tx) error { _, err := tx.Handovers(note.ID); return err }},
			{"CollectionMessageOf", "collection_messages", // PostgreSQL takes any index of so small a table
				func(tx *store.Tx) error { _, err := tx.CollectionMessageOf(1); return err }},
			{"CollectionMessages", "collection_messages_invoice_id", func(tx *store.Tx) error { _, err := tx.CollectionMessages(note.ID); return err }},
			{"Notices", "dunning_notices", func(tx *store.Tx) error { _, err := tx.Notices(note.ID); return err }},
			{"NoticesOfRun", "dunning_notices_run", func(tx *store.Tx) error { _, err := tx.NoticesOfRun(1, []string{note.ID, "x"}); return err }},
			{"NoticeByJob", "dunning_notices", func(tx *store.Tx) error { _, err := tx.NoticeByJob(1); return err }},
			{"OpenCases", "invoices_state", func(tx *store.Tx) error { _, err := tx.OpenCases("x"); return err }},
			{"CasesByID", "invoices", func(tx *store.Tx) error { _, err := tx.CasesByID([]string{"a", "b"}); return err }},
			{"Cases", "transactions_unallocated", func(tx *store.Tx) error { _, err := tx.Cases([]*ar.Invoice{dunned}); return err }},
			{"Cases with credit notes", "invoices_credit", func(tx *store.Tx) error { _, err := tx.Cases([]*ar.Invoice{dunned}); return err }},
			{"Unmatched", "transactions_unmatched", func(tx *store.Tx) error { _, err := tx.Unmatched(10); return err }},
			{"Importing", "statement_imports_under_way", func(tx *store.Tx) error { _, err := tx.Importing(); return err }},
			{"Scheduled", "dunning_runs_scheduled", func(tx *store.Tx) error { _, err := tx.Scheduled(tick); return err }},
			{"Runs", "dunning_runs", func(tx *store.Tx) error { _, err := tx.Runs(store.RunFilter{}); return err }},
			{"Runs that are no plans", "dunning_runs", func(tx *store.Tx) error { _, err := tx.Runs(store.RunFilter{DryRun: new(bool)}); return err }},
			{"CheckPlan", "dunning_runs_plan", func(tx *store.Tx) error { _ = tx.CheckPlan("a"); return nil }}, // there is none
			{"Drops", "dunning_drops", func(tx *store.Tx) error { _, err := tx.Drops(1, []string{"a", "b"}); return err }},
			{"ReservedNumber", "numbers_invoice_id", func(tx *store.Tx) error { _, _, err := tx.ReservedNumber(note.ID); return err }},
			{"Journaled", "journal_subject", func(tx *store.Tx) error { _, err := tx.Journaled("voucher", "x"); return err }},
			{"Journal", "journal", func(tx *store.Tx) error { _, err := tx.Journal(10, 10); return err }},
		} {
			text := explained(t, db, func(tx *store.Tx) ([]string, error) { return store.Explain(tx, func() error { return c.ask(tx) }) })
			sorted := strings.Contains(text, "TEMP B-TREE") || strings.Contains(text, "Sort Key")
			few := c.name == "ReservedNumber" // of one voucher
			if !strings.Contains(text, c.index) || strings.Contains(text, "SCAN ") || strings.Contains(text, "Seq Scan") || sorted && !few {
				t.Errorf("%s:\n%s", c.name, text)
			}
		}
		for _, table := range []string{"deliveries", "callbacks", "collection_messages", "statement_imports"} {
			text := explained(t, db, func(tx *store.Tx) ([]string, error) { return store.ExplainDue(tx, table) })
			if !strings.Contains(text, table+"_due") || strings.Contains(text, "TEMP B-TREE") || strings.Contains(text, "Sort") {
				t.Errorf("due:\n%s", text)
			}
		}
	})
}

// explained asks for a plan as if the tables were large.
func explained(t *testing.T, db *store.DB, ask func(*store.Tx) ([]string, error)) string {
	t.Helper()
	var lines []string
	update(t, db, acme, func(tx *store.Tx) (err error) {
		if tx.PGX() != nil {
			if _, err := tx.PGX().Exec(tx.Context(), "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"); err != nil {
				return err
			}
		}
		lines, err = ask(tx)
		return err
	})
	return strings.Join(lines, "\n")
}

// plan is that of a list of invoices.
func plan(t *testing.T, db *store.DB, page ar.Page) []string {
	t.Helper()
	text := explained(t, db, func(tx *store.Tx) ([]string, error) { return store.ExplainInvoices(tx, ar.KindInvoice, page) })
	return strings.Split(text, "\n")
}
