package app

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

func items(price string) ar.Change[[]ar.Item] {
	return ar.Set([]ar.Item{{Label: "A", Quantity: decimal.NewFromInt(1), Unit: "pc", Unitprice: decimal.RequireFromString(price)}})
}

// open makes a committed invoice RE1 of 100.00.
func (b *bench) open() {
	b.Helper()
	b.draft()
	_, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
	b.no(err)
}

// draft makes a draft of it. Nothing is printed for a draft.
func (b *bench) draft() {
	b.Helper()
	address := []ar.Address{{Company: "Kunde", City: "Berlin"}}
	_, err := b.CreateIdentity(b.Context(), by, "K1", ar.IdentityChange{Addresses: ar.Set(address)}, nil)
	b.no(err)
	_, err = b.CreateInvoice(b.Context(), by, "K1", "RE1", ar.InvoiceChange{Netbased: ar.Set(true), Items: items("100")}, nil)
	b.no(err)
}

func (b *bench) pay(amount string) error {
	_, err := b.moves(amount, ar.Assignment{Invoice: "RE1", Amount: decimal.RequireFromString(amount)})
	return err
}

// moves books a movement of money in euro.
func (b *bench) moves(amount string, assigned ...ar.Assignment) (*ar.Transaction, error) {
	day := b.clock.Now().Truncate(24 * time.Hour)
	t := ar.Transaction{Amount: decimal.RequireFromString(amount), Currency: "EUR", Valuedate: day, Bookingdate: day}
	return b.CreateTransaction(b.Context(), by, t, assigned, nil)
}

// owes fails unless so much is unpaid, and unless that is what the bookings come to.
func (b *bench) owes(want string, state ar.State) {
	b.Helper()
	inv, err := b.Invoice(b.Context(), by, ar.KindInvoice, "RE1")
	b.no(err)
	account, err := b.Account(b.Context(), by, "RE1")
	b.no(err)
	if sum := ar.BalanceOf(inv.Totals.Gross, account.Bookings).Unpaid; !inv.Unpaid.Equal(decimal.RequireFromString(want)) || !sum.Equal(inv.Unpaid) || inv.State() != state {
		b.Errorf("unpaid %s, by the bookings %s, %s; want %s %s", inv.Unpaid, sum, inv.State(), want, state)
	}
}

func TestPayments(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.no(b.pay("40.01"))
		b.owes("59.99", ar.StateNone)
		b.no(b.pay("59.99"))
		b.owes("0", ar.StatePaid)
	})
}

// Payments at the same time are all counted.
func TestPaymentsConcurrently(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if err := b.pay("7"); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		b.owes("30", ar.StateNone)
	})
}

// CreditInvoice issues a credit note for an invoice of K1.
func (b *bench) CreditInvoice(ctx context.Context, by Caller, ref, given string, c ar.InvoiceChange) (*ar.Invoice, error) {
	return b.CreateCreditnote(ctx, by, Credit{Customer: "K1", Invoice: ref, Reference: given}, c, nil)
}

func TestCreditInvoice(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		before := b.written()
		_, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Items: items("100.01")})
		if ar.KindOf(err) != ar.Conflict {
			b.Errorf("more than is open: %v", err)
		}
		if _, err := b.CreditInvoice(b.Context(), by, "RE9", "GS1", ar.InvoiceChange{Items: items("1")}); ar.KindOf(err) != ar.NotFound {
			b.Errorf("%v", err)
		}
		if _, err := b.CreditInvoice(b.Context(), by, "RE1", "RE1", ar.InvoiceChange{Items: items("1")}); ar.KindOf(err) != ar.Conflict {
			b.Errorf("%v", err)
		}
		if _, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{}); ar.KindOf(err) != ar.Conflict {
			b.Errorf("a note without items: %v", err)
		}
		if after := b.written(); after != before {
			b.Errorf("%s became %s", before, after)
		}
		b.owes("100", ar.StateNone)
		note, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Items: items("60")})
		b.no(err)
		if note.Number != "GS-2026-0001" || note.Currency != "EUR" || !note.Netbased || note.CorrectsReference != "RE1" {
			b.Errorf("note %+v", note)
		}
		b.owes("40", ar.StateNone)
	})
}

// written is what refusals must not change: notes, bookings, and the log.
func (b *bench) written() (text string) {
	b.Helper()
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		inv, err := tx.Invoice(ar.KindInvoice, "RE1")
		if err != nil {
			return err
		}
		notes, err := tx.Creditnotes(inv.ID)
		if err != nil {
			return err
		}
		bookings, err := tx.Bookings(inv.ID)
		if err != nil {
			return err
		}
		events, err := tx.Events(inv.ID)
		text = fmt.Sprint(len(notes), len(bookings), events, inv.Version)
		return err
	}))
	return text
}

// What stands on an invoice keeps it from being canceled, unless it falls with the claim: nobody would have the money, and tax
// would be corrected twice.
func TestCancelWhatIsPaidOrCredited(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		cancel := func(ref string) error {
			now := b.clock.Now()
			_, err := b.UpdateInvoice(b.Context(), by, ref, ar.InvoiceChange{Cancelationdate: ar.Set(&now)}, Seen{})
			return err
		}
		b.no(b.pay("60"))
		before := b.written()
		b.conflict(cancel("RE1"), ar.Conflict, "cancelationdate", "Payments stand")
		if after := b.written(); after != before {
			b.Errorf("%s became %s", before, after)
		}
		b.owes("40", ar.StateNone)
		_, err := b.note(ar.InvoiceChange{Items: items("100")}, true, "") // as the hint has it
		b.no(err)
		_, err = b.moves("-60", part("RE1", "-60"))
		b.no(err)
		b.conflict(cancel("RE1"), ar.Conflict, "cancelationdate", "corrected by a credit note")

		b.bill("K1", "RE2", "100")
		b.charge("RE2", ar.Booking{Kind: ar.BookFee, Amount: decimal.NewFromInt(5), Valuedate: b.clock.Now()})
		half := decimal.NewFromInt(50)
		_, err = b.Adjust(b.Context(), by, "RE2", ar.Adjustment{Kind: ar.BookWriteoff, Amount: &half, Reason: "x"}, nil)
		b.no(err)
		_, err = b.Adjust(b.Context(), by, "RE2", ar.Adjustment{Kind: ar.BookWaiver, Reason: "x"}, nil)
		b.no(err)
		_, err = b.moves("30", part("RE2", "30"))
		b.no(err)
		_, err = b.moves("-30", part("RE2", "-30"))
		b.no(err)
		b.no(cancel("RE2"))
		b.verified()
	})
}
