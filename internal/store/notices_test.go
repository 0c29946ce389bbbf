package store_test

import (
	"context"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// aNotice has a value in every field but ID and Created, and what it refers to is stored.
func aNotice(tx *store.Tx, invoiceID string) (*ar.Notice, error) {
	run := &ar.Run{Day: at("2026-06-15"), State: ar.RunDone, Finished: &tx.Now}
	if err := tx.InsertRun(run); err != nil {
		return nil, err
	}
	job, err := aJob(tx, invoiceID)
	if err != nil {
		return nil, err
	}
	file := ar.File{SHA256: "cd", MediaType: "application/pdf"}
	if _, err := tx.KeepFile(&file); err != nil {
		return nil, err
	}
	c := ar.Communication{InvoiceID: invoiceID, Kind: ar.CommDunning1, File: file}
	if err := tx.InsertCommunication(&c); err != nil {
		return nil, err
	}
	balance := ar.Balance{Principal: dec("1000"), Costs: dec("42.5"), Interest: dec("-0.19"), Unpaid: dec("1042.31")}
	day := at("2026-06-15")
	return &ar.Notice{
		InvoiceID: invoiceID, Cycle: 3, Level: 2, Run: run.Number, Issued: day, PayBy: at("2026-06-22"), DeliveryKind: ar.DeliverLetter,
		Procedure: ar.DefaultProcedure, Fee: dec("2.5"), Lumpsum: dec("40"), Interest: dec("-4.41"), Demand: balance, Disputed: dec("100.01"),
		Claim: &ar.Claim{AsOf: day, Currency: "EUR", Principal: balance.Principal, Terms: ar.InterestTerms{Basis: "§ 288 BGB", DayCount: ar.Act365}, Unconfirmed: true,
			Periods: []ar.InterestPeriod{{From: at("2026-06-01"), To: day, Days: 15, Principal: balance.Principal, BaseRate: dec("1.27"), Points: dec("9"), Rate: dec("10.27"), Amount: dec("4.22")}}},
		Final: true, Charges: []string{"b2", "b3"}, Bookings: []string{"b1"}, Job: job.Number, Communication: c.ID,
	}, nil
}

// insertNotice stores a notice and gives it back.
func insertNotice(t testing.TB, db *store.DB, merchant, invoiceID string, change func(*ar.Notice)) (n *ar.Notice) {
	t.Helper()
	update(t, db, merchant, func(tx *store.Tx) (err error) {
		if n, err = aNotice(tx, invoiceID); err != nil {
			return err
		}
		if change != nil {
			change(n)
		}
		return tx.InsertNotice(n)
	})
	return n
}

// Notices come back as they were stored, whoever asks for them, and there is one of a level of a cycle.
func TestNotices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		invoice, other := insertInvoice(t, db, acme, who, "RE1"), insertInvoice(t, db, acme, who, "RE2")
		last := insertNotice(t, db, acme, invoice.ID, nil)
		first := insertNotice(t, db, acme, invoice.ID, func(n *ar.Notice) {
			*n = ar.Notice{InvoiceID: n.InvoiceID, Level: 1, Run: n.Run, Issued: n.Issued, PayBy: n.PayBy, DeliveryKind: ar.DeliverEmail,
				Procedure: ar.Procedure{Currency: "EUR"}, Job: n.Job, Communication: n.Communication}
		})
		middle := insertNotice(t, db, acme, invoice.ID, func(n *ar.Notice) { n.Level, n.Run = 1, last.Run })
		insertNotice(t, db, acme, other.ID, func(n *ar.Notice) { n.Run = last.Run })
		ids := []string{invoice.ID, other.ID, "none"}
		for name, c := range map[string]struct {
			ask  func(*store.Tx) ([]ar.Notice, error)
			want []*ar.Notice
		}{
			"of an invoice": {func(tx *store.Tx) ([]ar.Notice, error) { return tx.Notices(invoice.ID) }, []*ar.Notice{last, middle, first}},
			"of a run":      {func(tx *store.Tx) ([]ar.Notice, error) { return tx.NoticesOfRun(first.Run, ids) }, []*ar.Notice{first}},
			"of no run":     {func(tx *store.Tx) ([]ar.Notice, error) { return tx.NoticesOfRun(first.Run, nil) }, nil},
			"by id":         {one(func(tx *store.Tx) (*ar.Notice, error) { return tx.Notice(last.ID) }), []*ar.Notice{last}},
			"by job":        {one(func(tx *store.Tx) (*ar.Notice, error) { return tx.NoticeByJob(middle.Job) }), []*ar.Notice{middle}},
		} {
			view(t, db, acme, func(tx *store.Tx) error {
				got, err := c.ask(tx)
				t.Log(name)
				same(t, got, c.want)
				return err
			})
		}
		if !last.Demand.Unpaid.Equal(decimal.RequireFromString("1042.31")) {
			t.Errorf("unpaid %s", last.Demand.Unpaid)
		}
		update(t, db, acme, func(tx *store.Tx) error {
			again, err := aNotice(tx, invoice.ID)
			if err != nil {
				return err
			}
			wantError(t, tx.InsertNotice(again), ar.Conflict, ar.CodeConflictState)
			again.Cycle++ // and the transaction goes on
			return tx.InsertNotice(again)
		})
		view(t, db, acme, func(tx *store.Tx) error {
			_, err := tx.Notice("none")
			wantError(t, err, ar.NotFound, ar.CodeNotFound)
			n, err := tx.NoticeByJob(99)
			if n != nil {
				t.Errorf("%+v", n)
			}
			return err
		})
		err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
			n, err := aNotice(tx, other.ID)
			if err != nil {
				return err
			}
			n.Level, n.Run = 3, 99
			return tx.InsertNotice(n)
		})
		if err == nil {
			t.Error("a notice of no run is stored")
		}
	})
}

// one makes a list of what there is one of.
func one(ask func(*store.Tx) (*ar.Notice, error)) func(*store.Tx) ([]ar.Notice, error) {
	return func(tx *store.Tx) ([]ar.Notice, error) {
		n, err := ask(tx)
		if err != nil {
			return nil, err
		}
		return []ar.Notice{*n}, nil
	}
}
