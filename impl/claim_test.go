package impl_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// settings changes how acme works.
func (w *world) settings(s ar.Settings) {
	w.Helper()
	w.no(w.App.SetSettings(w.Context(), acme, "", s))
}

// overdue is RE1 of 1,000.00, due on 31 January 2026, of a business.
func (w *world) overdue() {
	w.Helper()
	w.customer()
	w.do(put("/identities/K1", `{"kind": "incorporate"}`)).is(http.StatusOK)
	w.do(post("/identities/K1/invoices", `{"reference": "RE1", "issued": "2026-01-17", "due": "2026-01-31",
		"items": [{"label": "A", "quantity": "1", "unit": "pc", "unitprice": "1000", "taxrate": "19", "detail": {}}]}`)).is(http.StatusCreated)
	w.do(post("/invoices/RE1/commitInvoice", `{}`)).is(http.StatusOK)
}

// booked adds bookings to an invoice.
func (w *world) booked(reference string, bookings ...ar.Booking) {
	w.Helper()
	w.no(w.DB.Update(w.Context(), acme, func(tx *store.Tx) error {
		inv, err := tx.Invoice(ar.KindInvoice, reference)
		if err != nil {
			return err
		}
		for _, b := range bookings {
			b.InvoiceID = inv.ID
			if err := tx.InsertBooking(&b); err != nil {
				return err
			}
		}
		return nil
	}))
}

func booking(kind ar.BookingKind, part ar.Part, amount, valuedate string) ar.Booking {
	day, err := time.Parse(time.DateOnly, valuedate)
	if err != nil {
		panic(err)
	}
	b := ar.Booking{Kind: kind, Part: part, Amount: decimal.RequireFromString(amount), Valuedate: day}
	if kind == ar.BookPayment {
		b.Transaction = new("T1")
	}
	return b
}

// A claim with everything in it: a payment that was set off against costs, interest and principal, half a year with another
// rate, and days nobody knows the rate of yet.
func TestClaim(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		w.booked("RE1",
			booking(ar.BookFee, "", "5.00", "2026-02-20"), booking(ar.BookInterest, "", "8.44", "2026-03-02"),
			booking(ar.BookPayment, ar.PartCosts, "-5.00", "2026-03-02"), booking(ar.BookPayment, ar.PartInterest, "-8.44", "2026-03-02"),
			booking(ar.BookPayment, ar.PartPrincipal, "-486.56", "2026-03-02"), booking(ar.BookLumpsum, "", "40.00", "2026-07-01"),
		)
		before := w.everything()
		golden(t, "testdata/claim.golden", indented(w.do(get("/invoices/RE1/claim?asOf=2026-08-31")).is(http.StatusOK).body))
		w.unchanged(before)

		for asOf, want := range map[string]string{
			"2026-01-31": "1000.00 0.00 0.00 1000.00", "2026-02-28": "1000.00 5.00 7.88 1012.88", "2026-03-31": "513.44 0.00 4.19 517.63", "0001-01-01": "1000.00 0.00 0.00 1000.00",
		} {
			c := w.do(get("/invoices/RE1/claim?asOf=" + asOf)).is(http.StatusOK).object()
			if got := strings.Join([]string{c["principal"].(string), c["costs"].(string), c["interest"].(string), c["total"].(string)}, " "); got != want {
				w.Errorf("%s: %s, want %s", asOf, got, want)
			}
		}
		w.do(get("/invoices/RE1/claim").as(rival)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		if e := w.do(get("/invoices/RE1/claim?asOf=2126-02-01")).refused(http.StatusBadRequest, "ERR_INVALID_VALUE"); e.fields()[0] != "asOf" {
			w.Errorf("%v", e)
		}
	})
}

func indented(text []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(text), "", "  "); err != nil {
		panic(err)
	}
	return b.String() + "\n"
}

// What a merchant has agreed, and where it is, shows in the next claim.
func TestClaimFollowsSettings(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		w.Day.Set(time.Date(2026, 3, 31, 22, 30, 0, 0, time.UTC)) // it is April in Berlin
		claim := func() object { return w.do(get("/invoices/RE1/claim")).is(http.StatusOK).object() }
		if c := claim(); c["asOf"] != "2026-03-31" || c["interest"] != "16.60" || c["basis"] != "§ 288 (2) BGB" {
			w.Errorf("%v", c)
		}
		w.settings(ar.Settings{Timezone: "Europe/Berlin", Interest: ar.InterestSettings{DayCount: ar.Thirty360, Rate: map[ar.IdentityKind]decimal.Decimal{ar.Incorporate: decimal.NewFromInt(12)}}})
		if c := claim(); c["asOf"] != "2026-04-01" || c["interest"] != "20.33" || c["basis"] != "agreed rate" || c["dayCount"] != "30/360" {
			w.Errorf("%v", c)
		}
		w.do(put("/identities/K1", `{"kind": "individual"}`)).is(http.StatusOK)
		w.settings(ar.Settings{Issuer: ar.Issuer{Country: "AT"}}) // where it is April too
		if c := claim(); c["interest"] != "6.58" || c["basis"] != "§ 1000 (1) ABGB" || c["rateUnconfirmed"] != false {
			w.Errorf("%v", c)
		}
		w.settings(ar.Settings{Issuer: ar.Issuer{Country: "FR"}})
		w.do(get("/invoices/RE1/claim")).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		w.settings(ar.Settings{Interest: ar.InterestSettings{Unconfirmed: ar.UnconfirmedRefuse}})
		w.do(get("/invoices/RE1/claim?asOf=2026-06-30")).is(http.StatusOK)
		if e := w.do(get("/invoices/RE1/claim?asOf=2026-07-01")).refused(http.StatusConflict, "ERR_CONFLICT_STATE"); !strings.Contains(e.hints()[0], "2026-06-30") {
			w.Errorf("%v", e)
		}
		if err := w.App.SetSettings(w.Context(), acme, "", ar.Settings{Interest: ar.InterestSettings{DayCount: "act/360"}}); ar.KindOf(err) != ar.Invalid {
			w.Errorf("%v", err)
		}
	})
}

func TestClaimOfDraft(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		w.do(get("/invoices/RE1/claim")).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		w.do(put("/invoices/RE1", `{"state": "canceled"}`)).is(http.StatusOK)
		w.do(get("/invoices/RE1/claim")).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		w.do(get("/invoices/RE2/claim")).refused(http.StatusNotFound, "ERR_NOT_FOUND")
	})
}
