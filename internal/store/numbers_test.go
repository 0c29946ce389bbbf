package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

func reserve(t *testing.T, db *store.DB, kind ar.VoucherKind, invoiceID, number string) (free bool) {
	t.Helper()
	update(t, db, acme, func(tx *store.Tx) (err error) {
		free, err = tx.ReserveNumber(kind, invoiceID, number)
		return err
	})
	return free
}

func reserved(t *testing.T, db *store.DB, invoiceID string) (number string) {
	t.Helper()
	view(t, db, acme, func(tx *store.Tx) error {
		n, ok, err := tx.ReservedNumber(invoiceID)
		if ok != (n != "") {
			t.Errorf("number is %q, %v", n, ok)
		}
		number = n
		return err
	})
	return number
}

// number gives a voucher a number, and commits it with that.
func number(t *testing.T, db *store.DB, id, number string, commit bool) {
	t.Helper()
	update(t, db, acme, func(tx *store.Tx) error {
		i, err := tx.InvoiceByID(id)
		if err != nil {
			return err
		}
		i.Number = number
		if commit {
			i.Committed = &tx.Now
		}
		return tx.UpdateInvoice(i)
	})
}

func TestNumbers(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			withMerchants(t, db)
			who := insertIdentity(t, db, acme, "C1")
			var ids [5]string
			for n := range ids {
				ids[n] = insertInvoice(t, db, acme, who, fmt.Sprint("RE", n)).ID
			}
			number(t, db, ids[4], "4", false) // a wish
			for _, c := range []struct {
				name   string
				id     string
				number string
				free   bool
			}{
				{"fresh", ids[0], "1", true},
				{"the next", ids[1], "2", true},
				{"reserved for another", ids[2], "1", false},
				{"wished for by another", ids[2], "4", false},
				{"one's own wish", ids[4], "4", true},
				{"fresh too", ids[2], "3", true},
			} {
				clock.Advance(time.Second)
				if free := reserve(t, db, ar.KindInvoice, c.id, c.number); free != c.free {
					t.Errorf("%s: %v", c.name, free)
				}
			}
			for n, want := range []string{"1", "2", "3", "", "4"} {
				if got := reserved(t, db, ids[n]); got != want {
					t.Errorf("number of %d is %q, want %q", n, got, want)
				}
			}
			if !reserve(t, db, ar.KindCreditnote, ids[3], "1") {
				t.Error("credit notes have no numbers of their own")
			}

			// The second one is committed. Somebody commits the third one's number by hand: it is not kept any more, another is.
			number(t, db, ids[1], "2", true)
			number(t, db, ids[3], "3", true)
			if got := reserved(t, db, ids[2]); got != "" {
				t.Errorf("%q is kept, though another voucher has it", got)
			}
			clock.Advance(time.Second)
			if !reserve(t, db, ar.KindInvoice, ids[2], "5") || reserved(t, db, ids[2]) != "5" {
				t.Error("no other number is kept")
			}
			if reserve(t, db, ar.KindInvoice, ids[0], "2") {
				t.Error("a number that was used is free")
			}
			view(t, db, acme, func(tx *store.Tx) error {
				gaps, err := tx.NumberGaps(ar.KindInvoice)
				start := storetest.Start
				same(t, gaps, []store.Number{
					{Kind: ar.KindInvoice, Number: "1", InvoiceID: ids[0], Drawn: start.Add(time.Second)},
					{Kind: ar.KindInvoice, Number: "4", InvoiceID: ids[4], Drawn: start.Add(5 * time.Second)},
					{Kind: ar.KindInvoice, Number: "5", InvoiceID: ids[2], Drawn: start.Add(7 * time.Second)},
				})
				return err
			})
		})
	}
}

// Many reserve the same number at once: one gets it.
func TestOneGetsTheNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		var free [8]bool
		var wg sync.WaitGroup
		for n := range free {
			id := insertInvoice(t, db, acme, who, fmt.Sprint("RE", n)).ID
			wg.Go(func() {
				err := db.Update(context.Background(), acme, func(tx *store.Tx) (err error) {
					free[n], err = tx.ReserveNumber(ar.KindInvoice, id, "1")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got := 0
		for _, f := range free {
			if f {
				got++
			}
		}
		if got != 1 {
			t.Errorf("%d got it", got)
		}
	})
}
