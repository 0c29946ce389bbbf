package store_test

import (
	"context"
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

func TestKeys(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		var key store.Key
		update(t, db, acme, func(tx *store.Tx) error {
			key = store.Key{Username: "demo", Label: "Shop", Hash: "$argon2id$…", Permissions: []string{"invoices:read"},
				Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}}
			return tx.InsertKey(&key)
		})
		got, err := db.KeyByUsername(ctx, "demo")
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, key)
		if got.Merchant != acme || got.Networks[1].Bits() != 32 {
			t.Errorf("key is %+v", got)
		}
		err = db.Update(ctx, rival, func(tx *store.Tx) error { return tx.InsertKey(&store.Key{Username: "demo"}) })
		wantError(t, err, ar.Conflict, ar.CodeUniqueViolation)

		for range 2 { // the second one changes nothing
			update(t, db, acme, func(tx *store.Tx) error { return tx.RevokeKey(key.ID) })
		}
		view(t, db, acme, func(tx *store.Tx) error {
			k, err := tx.Key(key.ID)
			if err == nil && (k.Revoked == nil || !k.Revoked.Equal(storetest.Start)) {
				t.Errorf("revoked is %v", k.Revoked)
			}
			return err
		})
		_, err = db.KeyByUsername(ctx, "nobody")
		wantError(t, err, ar.NotFound, ar.CodeNotFound)
		update(t, db, acme, func(tx *store.Tx) error { return tx.InsertKey(&store.Key{Username: "second"}) })
		view(t, db, acme, func(tx *store.Tx) error {
			keys, err := tx.Keys()
			if len(keys) != 2 || keys[1].Networks != nil {
				t.Errorf("keys are %+v", keys)
			}
			return err
		})
	})
}

func TestIdentities(t *testing.T) {
	ctx := context.Background()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			withMerchants(t, db)
			want := insertIdentity(t, db, acme, "C1")
			if want.Version != 1 || !want.Created.Equal(storetest.Start) || len(want.ID) != 26 {
				t.Errorf("identity is %+v", want)
			}
			read := func(tx *store.Tx) error {
				got, err := tx.Identity("C1")
				if err != nil {
					return err
				}
				same(t, got, want)
				if string(got.Meta) != string(want.Meta) {
					t.Errorf("meta is %s, want %s", got.Meta, want.Meta)
				}
				byID, err := tx.IdentityByID(want.ID)
				same(t, byID, got)
				return err
			}
			view(t, db, acme, read)
			update(t, db, acme, read) // with its lock

			err := db.Update(ctx, acme, func(tx *store.Tx) error {
				e := wantError(t, tx.InsertIdentity(anIdentity("C1")), ar.Conflict, ar.CodeUniqueViolation)
				if len(e.Details) != 1 || e.Details[0].Fields[0] != "reference" || e.Details[0].Hint == "" {
					t.Errorf("details are %+v", e.Details)
				}
				return tx.InsertIdentity(&ar.Identity{Reference: "C2"}) // the transaction goes on; everything may be empty
			})
			if err != nil {
				t.Fatal(err)
			}

			clock.Advance(time.Hour)
			stale := *want
			update(t, db, acme, func(tx *store.Tx) error {
				i, err := tx.Identity("C1")
				if err != nil {
					return err
				}
				i.Number, i.Debtor, i.Kind, i.Currency, i.Meta, i.Emails = "2", "", ar.Individual, "CHF", nil, nil
				want = i
				return tx.UpdateIdentity(i)
			})
			if want.Version != 2 || !want.Modified.Equal(storetest.Start.Add(time.Hour)) {
				t.Errorf("identity is %+v", want)
			}
			view(t, db, acme, read)
			err = db.Update(ctx, acme, func(tx *store.Tx) error { return tx.UpdateIdentity(&stale) })
			wantError(t, err, ar.Mismatch, ar.CodePreconditionFailed)
			err = db.View(ctx, acme, func(tx *store.Tx) error { _, err := tx.Identity("C9"); return err })
			wantError(t, err, ar.NotFound, ar.CodeNotFound)
		})
	}
}

func TestInvoices(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		want := insertInvoice(t, db, acme, who, "RE1")
		read := func(tx *store.Tx) error {
			got, err := tx.Invoice(ar.KindInvoice, "RE1")
			if err != nil {
				return err
			}
			same(t, got, want)
			byID, err := tx.InvoiceByID(want.ID)
			same(t, byID, got)
			return err
		}
		view(t, db, acme, read)
		update(t, db, acme, read)

		err := db.Update(ctx, acme, func(tx *store.Tx) error { return tx.InsertInvoice(anInvoice("RE1", who)) })
		wantError(t, err, ar.Conflict, ar.CodeUniqueViolation)
		err = db.View(ctx, acme, func(tx *store.Tx) error { _, err := tx.Invoice(ar.KindCreditnote, "RE1"); return err })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)

		stale := *want
		update(t, db, acme, func(tx *store.Tx) error {
			i, err := tx.Invoice(ar.KindInvoice, "RE1")
			if err != nil {
				return err
			}
			now := tx.Now
			i.Number, i.Committed, i.Cancelationdate, i.Dunninglevel = "2026-1", &now, &now, 3
			i.Due, i.Meta, i.Unpaid, i.Items = nil, nil, dec("-0.0001"), []ar.Item{}
			want = i
			return tx.UpdateInvoice(i)
		})
		if want.Version != 2 {
			t.Errorf("version is %d", want.Version)
		}
		view(t, db, acme, read)
		err = db.Update(ctx, acme, func(tx *store.Tx) error { return tx.UpdateInvoice(&stale) })
		wantError(t, err, ar.Mismatch, ar.CodePreconditionFailed)

		// A number is given once, but a draft may wish for it.
		second := insertInvoice(t, db, acme, who, "RE2")
		err = db.Update(ctx, acme, func(tx *store.Tx) error {
			i, err := tx.InvoiceByID(second.ID)
			if err != nil {
				return err
			}
			i.Number = "2026-1"
			if err := tx.UpdateInvoice(i); err != nil {
				return err
			}
			now := tx.Now
			i.Committed = &now
			return tx.UpdateInvoice(i)
		})
		if e := wantError(t, err, ar.Conflict, ar.CodeUniqueViolation); e.Details[0].Fields[0] != "number" {
			t.Errorf("details are %+v", e.Details)
		}
		err = db.Update(ctx, acme, func(tx *store.Tx) error {
			i := anInvoice("RE3", who)
			i.Unpaid = dec("0.00001")
			return tx.InsertInvoice(i)
		})
		if err == nil {
			t.Error("an amount finer than a column was stored")
		}
	})
}

func TestVouchersOfAnIdentity(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who, other := insertIdentity(t, db, acme, "C1"), insertIdentity(t, db, acme, "C2")
		first := insertInvoice(t, db, acme, who, "RE1")
		insertInvoice(t, db, acme, who, "RE2")
		insertInvoice(t, db, acme, other, "RE3")
		update(t, db, acme, func(tx *store.Tx) error {
			note := anInvoice("GS1", who)
			note.Kind, note.Corrects = ar.KindCreditnote, first.ID
			return tx.InsertInvoice(note)
		})
		byReference := []ar.Order{{Field: ar.FieldReference}}
		cases := []struct {
			name string
			list func(*store.Tx) ([]ar.Invoice, error)
			want string
		}{
			{"all", func(tx *store.Tx) ([]ar.Invoice, error) {
				return tx.InvoicesOf(who.ID, ar.KindInvoice, store.Span{Sort: byReference})
			}, "RE1 RE2 "},
			{"limit", func(tx *store.Tx) ([]ar.Invoice, error) {
				return tx.InvoicesOf(who.ID, ar.KindInvoice, store.Span{Sort: byReference, Limit: 1})
			}, "RE1 "},
			{"offset", func(tx *store.Tx) ([]ar.Invoice, error) {
				return tx.InvoicesOf(who.ID, ar.KindInvoice, store.Span{Sort: byReference, Offset: 1})
			}, "RE2 "},
			{"where", func(tx *store.Tx) ([]ar.Invoice, error) {
				return tx.InvoicesOf(who.ID, ar.KindInvoice, store.Span{Where: []ar.Condition{{Field: ar.FieldReference, Op: ar.Gt, Values: []any{"RE1"}}}})
			}, "RE2 "},
			{"credit notes of the identity", func(tx *store.Tx) ([]ar.Invoice, error) {
				return tx.InvoicesOf(who.ID, ar.KindCreditnote, store.Span{})
			}, "GS1 "},
			{"credit notes of the invoice", func(tx *store.Tx) ([]ar.Invoice, error) { return tx.Creditnotes(first.ID) }, "GS1 "},
		}
		for _, c := range cases {
			view(t, db, acme, func(tx *store.Tx) error {
				rows, err := c.list(tx)
				got := ""
				for _, r := range rows {
					got += r.Reference + " "
				}
				if got != c.want {
					t.Errorf("%s: %s, want %s", c.name, got, c.want)
				}
				return err
			})
		}
	})
}

func TestFilesAndCommunications(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		keep := func(name string) (f ar.File, fresh bool) {
			update(t, db, acme, func(tx *store.Tx) (err error) {
				f = ar.File{SHA256: "ab12", Size: 5 << 30, MediaType: "application/pdf", Name: name}
				fresh, err = tx.KeepFile(&f)
				return err
			})
			return f, fresh
		}
		first, fresh := keep("a.pdf")
		if !fresh || first.ID == "" || first.Reference != "_"+first.ID {
			t.Errorf("file is %+v, new %v", first, fresh)
		}
		second, fresh := keep("b.pdf")
		if fresh || second.ID != first.ID || second.Name != "b.pdf" || second.Size != 5<<30 {
			t.Errorf("file is %+v, new %v", second, fresh)
		}
		err := db.Update(ctx, acme, func(tx *store.Tx) error {
			_, err := tx.KeepFile(&ar.File{SHA256: "cd", Reference: first.Reference})
			return err
		})
		wantError(t, err, ar.Conflict, ar.CodeUniqueViolation)

		var made []ar.Communication
		update(t, db, acme, func(tx *store.Tx) error {
			made = []ar.Communication{
				{InvoiceID: invoice.ID, Kind: ar.CommInvoice, Label: "L", Comment: "C", Data: json.RawMessage(`{"a": 1}`), File: first},
				{InvoiceID: invoice.ID, Kind: ar.CommReminder, File: second, Reference: "R"},
			}
			for i := range made {
				if err := tx.InsertCommunication(&made[i]); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, db, acme, func(tx *store.Tx) error {
			all, err := tx.Communications(invoice.ID)
			same(t, all, made)
			one, err2 := tx.Communication(made[1].ID)
			same(t, one, made[1])
			if err == nil {
				err = err2
			}
			return err
		})
		err = db.Update(ctx, acme, func(tx *store.Tx) error {
			c := ar.Communication{InvoiceID: invoice.ID, Kind: ar.CommInvoice, File: first, Reference: "R"}
			return tx.InsertCommunication(&c)
		})
		wantError(t, err, ar.Conflict, ar.CodeUniqueViolation)
	})
}

func TestBookings(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		var made []ar.Booking
		update(t, db, acme, func(tx *store.Tx) error {
			movement := "T1"
			payment := ar.Booking{InvoiceID: invoice.ID, Kind: ar.BookPayment, Transaction: &movement, Part: ar.PartPrincipal, Amount: dec("-100.01"), Comment: "thanks", Valuedate: at("2026-03-01")}
			if err := tx.InsertBooking(&payment); err != nil {
				return err
			}
			back := ar.Booking{InvoiceID: invoice.ID, Kind: ar.BookReversal, Reverses: &payment.ID, Part: ar.PartPrincipal, Amount: dec("100.01"), Valuedate: at("2026-03-02")}
			if err := tx.InsertBooking(&back); err != nil {
				return err
			}
			made = []ar.Booking{payment, back}
			return nil
		})
		view(t, db, acme, func(tx *store.Tx) error {
			got, err := tx.Bookings(invoice.ID)
			same(t, got, made) // in the order they were made, though in one millisecond
			return err
		})
		err := db.Update(ctx, acme, func(tx *store.Tx) error {
			again := made[1]
			again.ID = ""
			return tx.InsertBooking(&again)
		})
		wantError(t, err, ar.Conflict, ar.CodeConflictState)
	})
}

func TestCountersAndEvents(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		next := func(merchant, counter string) (n int64) {
			update(t, db, merchant, func(tx *store.Tx) (err error) { n, err = tx.Next(counter); return err })
			return n
		}
		if next(acme, "invoice") != 1 || next(acme, "invoice") != 2 || next(acme, "other") != 1 || next(rival, "invoice") != 1 {
			t.Error("a counter skips or is shared")
		}
		gone := context.Canceled
		err := db.Update(ctx, acme, func(tx *store.Tx) error {
			if _, err := tx.Next("invoice"); err != nil {
				return err
			}
			return gone
		})
		if err != gone {
			t.Errorf("error is %v, want the closure's own", err)
		}
		if n := next(acme, "invoice"); n != 3 {
			t.Errorf("after a rollback the next number is %d", n)
		}

		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		want := []store.Event{{InvoiceID: invoice.ID, Actor: "k1", Kind: "created"}, {InvoiceID: invoice.ID, Actor: store.ActorSystem, Kind: "updated", Fields: []string{"due", "items[0].label"}}}
		for i := range want {
			update(t, db, acme, func(tx *store.Tx) error { return tx.AppendEvent(&want[i]) })
		}
		if want[1].Seq != 2 || !want[1].Happened.Equal(storetest.Start) {
			t.Errorf("event is %+v", want[1])
		}
		view(t, db, acme, func(tx *store.Tx) error {
			got, err := tx.Events(invoice.ID)
			same(t, got, want)
			one, err2 := tx.Event(2)
			same(t, one, want[1])
			if err == nil {
				err = err2
			}
			return err
		})
	})
}
