package letter

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// dunned is the invoice of the notices, of 1,000.00 and due on 15 June 2025.
func dunned(t tb, locale, salutation string) *ar.Invoice {
	return voucher(t, ar.KindInvoice, "RE-2025-0815", func(c *ar.InvoiceChange) {
		c.Issued, c.Due = ar.Set(day("2025-06-01")), ar.Set(day("2025-06-15"))
		c.Ordernumber, c.Detail.Locale = ar.Set("B-4711"), ar.Set(locale)
		c.Items = ar.Set([]ar.Item{item("Beratung", "", "8.4034", "h", "100", "19", "")})
		c.Addresses = ar.Set([]ar.Address{{
			Kind: ar.ForBilling, Company: "Kunde AG", Salutation: salutation, Firstname: "Erika", Lastname: "Mustermann",
			Street: "Große Bergstraße", Housenumber: "7", Zipcode: "22767", City: "Hamburg", Country: "DE",
		}})
	})
}

// dunning books on an invoice and makes its notices, as the days go by.
type dunning struct {
	t        tb
	letter   Notice
	settings ar.Settings
	debtor   ar.IdentityKind
	bookings []ar.Booking
}

func newDunning(t tb, locale string) *dunning {
	return &dunning{
		t: t, debtor: ar.Incorporate, settings: ar.Settings{Issuer: acme},
		letter: Notice{Invoice: dunned(t, locale, "ms"), Issuer: acme, Customer: "K-10042"},
	}
}

func (d *dunning) book(on time.Time, kind ar.BookingKind, part ar.Part, amount decimal.Decimal) {
	if !amount.IsZero() {
		d.bookings = append(d.bookings, ar.Booking{Kind: kind, Part: part, Amount: amount, Valuedate: on})
	}
}

// pay books a payment on the principal.
func (d *dunning) pay(on, amount string) {
	d.book(*day(on), ar.BookPayment, ar.PartPrincipal, dec(amount).Neg())
}

// issue makes the notice of the next level, with the default procedure.
func (d *dunning) issue(on string, change ...func(*ar.Notice)) Notice {
	level, procedure := 1, ar.DefaultProcedure
	if last := d.letter.Notice; last != nil {
		level, procedure = last.Level+1, last.Procedure
		d.letter.Previous = append([]ar.Notice{*last}, d.letter.Previous...)
	}
	step, issued := procedure.Levels[level-1], *day(on)
	n := &ar.Notice{Level: level, Issued: issued, PayBy: issued.AddDate(0, 0, step.PayBy), Procedure: procedure, Fee: step.Fee[d.debtor]}
	if step.Lumpsum {
		n.Lumpsum = d.settings.Lumpsum(d.letter.Invoice, d.debtor)
	}
	if step.Interest {
		n.Claim = d.claim(issued)
		n.Interest = n.Claim.Uncharged()
	}
	d.book(issued, ar.BookFee, "", n.Fee)
	d.book(issued, ar.BookLumpsum, "", n.Lumpsum)
	d.book(issued, ar.BookInterest, "", n.Interest)
	n.Demand = ar.BalanceOf(d.letter.Invoice.Totals.Gross, d.bookings)
	for _, c := range change {
		c(n)
	}
	d.letter.Notice = n
	return d.letter
}

func (d *dunning) claim(asOf time.Time) *ar.Claim {
	d.t.Helper()
	terms, err := d.settings.InterestTerms(d.debtor, d.letter.Invoice.Arose())
	if err != nil {
		d.t.Fatal(err)
	}
	claim, err := d.letter.Invoice.ClaimAsOf(asOf, d.bookings, terms)
	if err != nil {
		d.t.Fatal(err)
	}
	return claim
}

func final(n *ar.Notice) { n.Final = true }

// disputes takes a part of the principal out of what is asked for.
func disputes(amount string) func(*ar.Notice) {
	return func(n *ar.Notice) { n.Disputed = dec(amount) }
}

// notices are the letters of a case by level, from 1: nobody pays but a part, between the second and the third.
func notices(t tb, locale string) [6]Notice {
	d := newDunning(t, locale)
	var all [6]Notice
	all[1] = d.issue("2025-06-20")
	all[2] = d.issue("2025-07-01")
	d.pay("2025-07-05", "400")
	all[3] = d.issue("2025-07-15")
	all[4] = d.issue("2025-08-01", disputes("100"))
	all[5] = d.issue("2025-08-15", final)
	return all
}

// corrected is a notice after money was found that had come in long before.
func corrected(t tb) Notice {
	d := newDunning(t, "de")
	d.settings.Interest.DayCount = ar.ActAct
	d.issue("2025-12-20")
	d.issue("2026-01-10")
	d.pay("2025-06-20", "700")
	return d.issue("2026-07-20")
}

// agreed is a notice to a consumer, at a fixed rate, that no one is named on and no code can be printed for.
func agreed(t tb) Notice {
	d := newDunning(t, "en-GB")
	d.settings.Interest.Rate = map[ar.IdentityKind]decimal.Decimal{ar.Incorporate: dec("7.5")}
	d.settings.Interest.DayCount = ar.Thirty360
	d.letter.Issuer.IBAN = ""
	d.issue("2025-06-20")
	return d.issue("2025-07-15", func(n *ar.Notice) {
		n.Procedure.Levels = append([]ar.ProcedureLevel(nil), n.Procedure.Levels...)
		n.Procedure.Levels[1].Texts = map[string]ar.NoticeText{"en": {Title: "Friendly but firm", Intro: []string{"We have written to you before.", "Please see below."}, Closing: []string{"Yours, the accounts department"}}}
	})
}

// noticeSamples are the letters of notices by the name of their golden files.
func noticeSamples(t tb) map[string]Notice {
	all := map[string]Notice{"corrected": corrected(t), "agreed": agreed(t)}
	for _, locale := range []string{"de", "en"} {
		for level, n := range notices(t, locale) {
			if level > 0 {
				all[locale+"-"+string(ar.NoticeDocument(level))] = n
			}
		}
	}
	return all
}
