package store_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// anOpenInvoice is one that is committed and owed.
func anOpenInvoice(reference string, of *ar.Identity) *ar.Invoice {
	i := anInvoice(reference, of)
	i.Number, i.Committed = reference, &storetest.Start
	return i
}

// insertCases makes n open invoices of two customers; every second of them is dunned, has bookings, mails and holds.
func insertCases(t testing.TB, db *store.DB, n int) (all []*ar.Invoice) {
	t.Helper()
	withMerchants(t, db)
	who := []*ar.Identity{insertIdentity(t, db, acme, "C1"), insertIdentity(t, db, acme, "C2")}
	const batch = 500
	for len(all) < n {
		var some []*ar.Invoice
		update(t, db, acme, func(tx *store.Tx) error {
			some = nil
			for i := len(all); i < min(n, len(all)+batch); i++ {
				inv := anOpenInvoice(fmt.Sprint("RE", i), who[i/2%2])
				if err := tx.InsertInvoice(inv); err != nil {
					return err
				}
				some = append(some, inv)
				if i%2 == 0 {
					continue
				}
				if err := dunned(tx, inv); err != nil {
					return err
				}
			}
			return nil
		})
		all = append(all, some...)
	}
	return all
}

// dunned gives an invoice a cycle, bookings and a mail.
func dunned(tx *store.Tx, inv *ar.Invoice) error {
	event := &store.Event{InvoiceID: inv.ID, Actor: "k"}
	if err := tx.AppendEvent(event); err != nil {
		return err
	}
	inv.DunningCycle, inv.Dunninglevel = 1, 2
	if err := tx.UpdateInvoice(inv); err != nil {
		return err
	}
	if err := tx.InsertDunningCycle(aCycle(inv, event)); err != nil {
		return err
	}
	for _, amount := range []string{"2.5", "40"} {
		if err := tx.InsertBooking(&ar.Booking{InvoiceID: inv.ID, Kind: ar.BookFee, Part: ar.PartCosts, Amount: dec(amount)}); err != nil {
			return err
		}
	}
	job, err := aJob(tx, inv.ID)
	if err != nil {
		return err
	}
	return tx.InsertDelivery(&ar.Delivery{Job: job.Number, InvoiceID: inv.ID, MessageID: inv.ID, State: ar.DeliveryQueued, Next: &tick})
}

// Read by the page, a case is what it is when each of its parts is read alone.
func TestCases(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			const many = store.MaxCases + 5
			all := insertCases(t, db, many)
			clock.Advance(time.Hour)
			last := insertDelivery(t, db, acme, all[1].ID)
			moveDelivery(t, db, acme, last.ID, claim)
			notice := insertNotice(t, db, acme, all[3].ID, func(n *ar.Notice) { n.Cycle, n.Level = 1, 2 })
			for _, other := range []struct {
				cycle int64
				level int
			}{{0, 2}, {1, 1}, {2, 2}} {
				insertNotice(t, db, acme, all[3].ID, func(n *ar.Notice) { n.Cycle, n.Level = other.cycle, other.level })
			}
			update(t, db, acme, func(tx *store.Tx) error {
				for _, h := range []*ar.Hold{aHold(all[1], ""), aHold(nil, all[1].Identity.ID)} {
					if err := tx.InsertHold(h); err != nil {
						return err
					}
				}
				return nil
			})
			view(t, db, acme, func(tx *store.Tx) error {
				var cases []store.Case
				for after, pages := "", 0; ; pages++ {
					page, err := tx.OpenCases(after)
					if err != nil {
						return err
					}
					if len(page) == 0 {
						if pages != 2 {
							t.Errorf("%d pages", pages)
						}
						break
					}
					cases, after = append(cases, page...), page[len(page)-1].Invoice.ID
				}
				if len(cases) != many {
					t.Fatalf("%d cases", len(cases))
				}
				for n, c := range cases {
					if err := aloneLike(t, tx, c, all[n]); err != nil {
						return err
					}
				}
				if m := cases[1].LastMail; m == nil || m.State != ar.DeliverySending || !m.Ordered.Equal(clock.Now()) {
					t.Errorf("last mail %+v", m)
				}
				if got := cases[3].Notices; len(got) != 1 || got[0].ID != notice.ID {
					t.Errorf("notices %+v", got)
				}
				if a, b, c := len(cases[0].Holds), len(cases[1].Holds), len(cases[2].Holds); a != 1 || b != 2 || c != 0 {
					t.Errorf("%d, %d and %d holds", a, b, c)
				}
				return nil
			})
		})
	}
}

// aloneLike compares a case with its parts.
func aloneLike(t *testing.T, tx *store.Tx, c store.Case, inv *ar.Invoice) error {
	t.Helper()
	invoice, err := tx.InvoiceByID(inv.ID)
	if err != nil {
		return err
	}
	same(t, c.Invoice, invoice)
	debtor, err := tx.IdentityByID(inv.Identity.ID)
	if err != nil {
		return err
	}
	same(t, c.Debtor, debtor)
	cycles, err := tx.DunningCycles(inv.ID)
	if err != nil {
		return err
	}
	if c.Cycle != nil {
		same(t, c.Cycle, cycles[0])
	} else if len(cycles) > 0 {
		t.Errorf("%s has lost its cycle", inv.Reference)
	}
	bookings, err := tx.Bookings(inv.ID)
	if err != nil {
		return err
	}
	same(t, c.Bookings, bookings)
	alone, err := tx.Cases([]*ar.Invoice{invoice})
	if err == nil {
		same(t, alone[0], c)
	}
	return err
}

// What is paid, canceled, a draft or a credit note is no open case; whoever asks for an invoice by its name gets it.
func TestOpenCasesOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		update(t, db, acme, func(tx *store.Tx) error {
			for name, change := range map[string]func(*ar.Invoice){
				"open":     func(*ar.Invoice) {},
				"paid":     func(i *ar.Invoice) { i.Unpaid = dec("0") },
				"canceled": func(i *ar.Invoice) { i.Cancelationdate = &storetest.Start },
				"draft":    func(i *ar.Invoice) { i.Committed = nil },
				"note":     func(i *ar.Invoice) { i.Kind = ar.KindCreditnote },
			} {
				i := anOpenInvoice(name, who)
				change(i)
				if err := tx.InsertInvoice(i); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, db, acme, func(tx *store.Tx) error {
			open, err := tx.OpenCases("")
			if err != nil {
				return err
			}
			if len(open) != 1 || open[0].Invoice.Reference != "open" {
				t.Errorf("%+v", open)
			}
			cases, err := named(tx, "paid", "note", "draft", "x")
			if len(cases) != 2 || cases[0].Invoice.ID > cases[1].Invoice.ID {
				t.Errorf("named are %+v", cases)
			}
			return err
		})
	})
}

// named are the cases of invoices with some references.
func named(tx *store.Tx, references ...string) ([]store.Case, error) {
	ids, err := tx.InvoiceIDs(references)
	if err != nil {
		return nil, err
	}
	return tx.CasesByID(slices.Collect(maps.Values(ids)))
}

// BenchmarkPlan reads 10,000 open invoices with everything that decides about them, page by page.
func BenchmarkPlan(b *testing.B) {
	const invoices = 10_000
	for _, engine := range storetest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := storetest.Open(b, engine)
			insertCases(b, db, invoices)
			update(b, db, acme, func(tx *store.Tx) error { // as the server does by itself within a minute
				_, err := execute(tx, "ANALYZE")
				return err
			})
			b.ReportAllocs()
			for b.Loop() {
				after, n := "", 0
				for more := true; more; {
					view(b, db, acme, func(tx *store.Tx) error {
						page, err := tx.OpenCases(after)
						if more = len(page) > 0; more {
							after = page[len(page)-1].Invoice.ID
						}
						n += len(page)
						return err
					})
				}
				if n != invoices {
					b.Fatalf("%d cases", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/invoices, "µs/invoice")
		})
	}
}
