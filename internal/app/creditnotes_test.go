package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// taxed are items of one each, by price and rate.
func taxed(pairs ...string) ar.Change[[]ar.Item] {
	var all []ar.Item
	for n := 0; n < len(pairs); n += 2 {
		all = append(all, ar.Item{Label: "A", Quantity: decimal.NewFromInt(1), Unit: "pc", Unitprice: decimal.RequireFromString(pairs[n]), Taxrate: decimal.RequireFromString(pairs[n+1])})
	}
	return ar.Set(all)
}

// note issues a credit note for RE1, once under a key if there is one.
func (b *bench) note(c ar.InvoiceChange, excess bool, key string) (*ar.Invoice, error) {
	once := &Once[*ar.Invoice]{Key: key, Fingerprint: "f", Render: func(note *ar.Invoice, err error) (store.Answer, error) {
		if err != nil {
			return store.Answer{Status: 409, Body: []byte(err.Error())}, nil
		}
		return store.Answer{Status: 201, Headers: json.RawMessage("{}"), Body: []byte(note.Number)}, nil
	}}
	note, err := b.CreateCreditnote(b.Context(), by, Credit{Customer: "K1", Invoice: "RE1", Excess: excess}, c, once)
	if note == nil && once.Answer != nil { // kept by an earlier request, or a refusal that is kept now
		return &ar.Invoice{Number: string(once.Answer.Body)}, err
	}
	return note, err
}

// conflict fails unless an error says what is wrong with a field, and what would be right.
func (b *bench) conflict(err error, kind ar.Kind, field, text string) {
	b.Helper()
	var e *ar.Error
	if !errors.As(err, &e) || e.Kind != kind || len(e.Details) != 1 || e.Details[0].Fields[0] != field || e.Details[0].Hint == "" || !strings.Contains(e.Details[0].Error, text) {
		b.Errorf("got %v, want %q about %s", err, text, field)
	}
}

// A paid invoice is credited only if somebody wants the customer to have the credit. All notes together are no more than
// the invoice.
func TestCreditOfPaidInvoice(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.no(b.pay("70"))
		_, err := b.note(ar.InvoiceChange{Items: items("50")}, false, "")
		b.conflict(err, ar.Conflict, "items", "comes to 50.00, and 30.00 are open")
		note, err := b.note(ar.InvoiceChange{Items: items("50")}, true, "")
		b.no(err)
		if note.Unpaid.String() != "20" || note.State() != ar.StateNone {
			b.Errorf("%s of the note are left, it is %s", note.Unpaid, note.State())
		}
		b.owes("0", ar.StatePaid)
		note, err = b.note(ar.InvoiceChange{Items: items("49")}, true, "")
		b.no(err)
		if note.Unpaid.String() != "49" {
			b.Errorf("%s of the note are left", note.Unpaid)
		}
		_, err = b.note(ar.InvoiceChange{Items: items("1.01")}, true, "")
		b.conflict(err, ar.Conflict, "items", "come to 100.01, and the invoice to 100.00")
		b.verified()
	})
}

// Tax is given back at the rates at which it was charged.
func TestCreditByRate(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		_, err := b.UpdateInvoice(b.Context(), by, "RE1", ar.InvoiceChange{Items: taxed("100", "19", "100", "7")}, Seen{})
		b.no(err)
		_, err = b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
		b.no(err)
		for items, text := range map[string]string{"100.01 19": "rate of 19 %", "1 5": "rate of 5 %", "60 7 60 7": "come to 128.40, and the invoice to 107.00"} {
			_, err := b.note(ar.InvoiceChange{Items: taxed(strings.Fields(items)...)}, true, "")
			b.conflict(err, ar.Conflict, "items", text)
		}
		_, err = b.note(ar.InvoiceChange{Items: taxed("100", "7", "40", "19")}, false, "")
		b.no(err)
		_, err = b.note(ar.InvoiceChange{Items: taxed("0.01", "7")}, false, "")
		b.conflict(err, ar.Conflict, "items", "rate of 7 %")
		b.owes("71.4", ar.StateNone)
	})
}

// A note takes back what was supplied as it was supplied; costs stay owed.
func TestCreditAsInvoiced(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		_, err := b.UpdateInvoice(b.Context(), by, "RE1", ar.InvoiceChange{Currency: ar.Set("CHF"), Detail: ar.InvoiceDetailChange{
			ReverseCharge: ar.Set(true), VatID: ar.Set("ATU1"), PlaceOfSupplyCountry: ar.Set("AT"), Locale: ar.Set("de-AT")}}, Seen{})
		b.no(err)
		_, err = b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
		b.no(err)
		b.charge("RE1", ar.Booking{Kind: ar.BookFee, Amount: decimal.RequireFromString("5.00"), Valuedate: b.clock.Now()})
		_, err = b.note(ar.InvoiceChange{Currency: ar.Set("EUR"), Items: items("1")}, false, "")
		b.conflict(err, ar.Invalid, "currency", "in CHF")
		note, err := b.note(ar.InvoiceChange{Items: items("100")}, false, "")
		b.no(err)
		if d := note.Detail; note.Currency != "CHF" || !note.Netbased || !d.ReverseCharge || d.VatID != "ATU1" || d.PlaceOfSupplyCountry != "AT" || d.Locale != "de-AT" || note.Corrects == "" {
			b.Errorf("%+v", note)
		}
		b.owes("5", ar.StateNone)
		_, err = b.CreateIdentity(b.Context(), by, "K2", ar.IdentityChange{}, nil)
		b.no(err)
		_, err = b.CreateCreditnote(b.Context(), by, Credit{Customer: "K2", Invoice: "RE1"}, ar.InvoiceChange{Items: items("1")}, nil)
		b.conflict(err, ar.NotFound, "invoice", "no invoice of this customer 'RE1'")
	})
}

// A note without an invoice is the customer's credit.
func TestCreditOfNoInvoice(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		note, err := b.CreateCreditnote(b.Context(), by, Credit{Customer: "K1"}, ar.InvoiceChange{Items: items("10")}, nil)
		b.no(err)
		if note.Unpaid.String() != "10" || note.Committed == nil || note.Corrects != "" || note.Number != "GS-2026-0001" {
			b.Errorf("%+v", note)
		}
		b.owes("100", ar.StateNone)
		b.verified()
	})
}

// Those who ask under one key at once are given one note, and its number is the only one that was drawn. A day later the
// key is fresh.
func TestCreditOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		numbers := make([]string, 8)
		var all sync.WaitGroup
		for n := range numbers {
			all.Go(func() {
				note, err := b.note(ar.InvoiceChange{Items: items("10")}, false, "key")
				if err != nil {
					b.Error(err)
					return
				}
				numbers[n] = note.Number
			})
		}
		all.Wait()
		if got := strings.Join(numbers, " "); got != strings.TrimSpace(strings.Repeat("GS-2026-0001 ", len(numbers))) {
			b.Errorf("numbers are %s", got)
		}
		b.owes("90", ar.StateNone)
		b.clock.Advance(25 * time.Hour)
		note, err := b.note(ar.InvoiceChange{Items: items("10")}, false, "key")
		b.no(err)
		if note.Number == "GS-2026-0001" {
			b.Error("the key is remembered for ever")
		}
		b.owes("80", ar.StateNone)
		for range 2 {
			refused, err := b.note(ar.InvoiceChange{Items: items("80.01")}, false, "more")
			if err != nil || !strings.Contains(refused.Number, "the invoice to 100.00") {
				b.Errorf("too much is answered with %+v, %v", refused, err)
			}
			b.no(b.pay("80"))
		}
		b.verified()
	})
}

// Notes at once are together no more than the invoice.
func TestCreditConcurrently(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		var all sync.WaitGroup
		refused := make(chan error, 10)
		for range 10 {
			all.Go(func() {
				if _, err := b.note(ar.InvoiceChange{Items: items("30")}, false, ""); err != nil {
					refused <- err
				}
			})
		}
		all.Wait()
		close(refused)
		kinds := map[string]int{}
		for err := range refused {
			kinds[fmt.Sprint(ar.KindOf(err) == ar.Conflict || ar.KindOf(err) == ar.Unavailable)]++
		}
		if kinds["true"] != 7 || kinds["false"] != 0 {
			b.Errorf("refused %v", kinds)
		}
		b.owes("10", ar.StateNone)
		b.verified()
	})
}

// What was written off is nothing that a note gives to the customer: it is taken back first, and only what was paid becomes
// credit.
func TestCreditOfWrittenOff(t *testing.T) {
	for _, c := range []struct {
		name, paid, writeoff, note string
		booked, left, unpaid       string
		back                       string // what is owed once the payment went back, or the last write-off was reversed
	}{
		{"nothing was paid", "", "100", "100", "writeoff principal -100, reversal principal 100, credit principal -100", "0", "0", ""},
		{"a part of a part", "", "40", "70", "writeoff principal -40, reversal principal 40, writeoff principal -30, credit principal -70", "0", "0", "30"},
		{"half is open", "", "40", "100", "writeoff principal -40, reversal principal 40, credit principal -100", "0", "0", ""},
		{"only what is open", "", "40", "60", "writeoff principal -40, credit principal -60", "0", "0", "40"},
		{"slightly underpaid", "99.60", "", "100", "payment principal -99.6 by 1, writeoff principal -0.4, reversal principal 0.4, credit principal -0.4", "99.6", "0", "99.6"},
		{"slightly underpaid, less of it", "99.60", "", "0.10", "payment principal -99.6 by 1, writeoff principal -0.4, reversal principal 0.4, writeoff principal -0.3, credit principal -0.1", "0", "0", "99.9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(b *bench) {
				b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Tolerance: ar.Tolerance{Absolute: decimal.NewFromInt(1)}}))
				b.open()
				if c.paid != "" {
					b.no(b.pay(c.paid))
				} else {
					amount := decimal.RequireFromString(c.writeoff)
					_, err := b.Adjust(b.Context(), by, "RE1", ar.Adjustment{Kind: ar.BookWriteoff, Amount: &amount, Reason: "insolvent"}, nil)
					b.no(err)
				}
				note, err := b.note(ar.InvoiceChange{Items: items(c.note)}, true, "")
				b.no(err)
				if got := b.booked("RE1"); got != c.booked || note.Unpaid.String() != c.left {
					b.Errorf("booked %s, want %s; %s are left of the note, want %s", got, c.booked, note.Unpaid, c.left)
				}
				b.owes(c.unpaid, ar.StatePaid)
				switch {
				case c.back == "":
				case c.paid != "":
					_, err := b.moves("-"+c.paid, part("RE1", "-"+c.paid))
					b.no(err)
					b.owes(c.back, ar.StateNone)
				default:
					b.takesBack("insolvent")
					b.owes(c.back, ar.StateNone)
				}
				b.verified()
			})
		})
	}
}

// takesBack reverses the last write-off of RE1, which was for a reason.
func (b *bench) takesBack(reason string) {
	b.Helper()
	account, err := b.Account(b.Context(), by, "RE1")
	b.no(err)
	slices.Reverse(account.Bookings)
	last := account.Bookings[slices.IndexFunc(account.Bookings, func(given ar.Booking) bool { return given.Kind == ar.BookWriteoff })]
	if last.Comment != reason {
		b.Errorf("%+v", last)
	}
	_, err = b.Adjust(b.Context(), by, "RE1", ar.Adjustment{Kind: ar.BookReversal, Reverses: last.ID, Reason: "x"}, nil)
	b.no(err)
}
