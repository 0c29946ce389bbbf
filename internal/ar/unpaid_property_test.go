package ar

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever is charged, corrected, paid, credited, given up, taken back and returned, in whatever order: what is unpaid is never below
// zero, and of the parts only interest is; and of interest never more than was paid.
func TestUnpaidIsNeverNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv, today := owing("2024-01-31"), day("2024-07-01")
		a := Arrears{Debtor: Incorporate, Settings: freezing(rapid.SampledFrom(freezes).Draw(t, "freeze")), Cycle: dunnedTo(2)}
		tolerance := Tolerance{Absolute: cents(t, "tolerance", 0, 200)}
		bookings := []Booking{{ID: "b0", Kind: BookInterest, Amount: dec("53.41"), Valuedate: today}} // what may turn out to be too much
		settled := rapid.SampledFrom([]BookingKind{BookPayment, BookWaiver}).Draw(t, "settled by")
		bookings = append(bookings, Booking{ID: "b1", Kind: settled, Transaction: ref("0"), Part: PartInterest, Amount: dec("-53.41"), Valuedate: today})
		for n := range rapid.IntRange(6, 15).Draw(t, "steps") {
			today = today.AddDate(0, 0, rapid.SampledFrom([]int{0, 1, 30, 100, 300}).Draw(t, "days"))
			a.Today = today
			balance := BalanceOf(inv.Totals.Gross, bookings)
			m := &Transaction{ID: fmt.Sprint(n), Valuedate: today.AddDate(0, 0, -rapid.SampledFrom([]int{0, 3, 90, 400}).Draw(t, "late"))}
			some := dec(rapid.SampledFrom([]string{"0.50", "40", "300", "900", "1100"}).Draw(t, "amount"))
			if rapid.Bool().Draw(t, "all") {
				some = balance.Unpaid.Add(dec("10"))
			}
			var made []Booking
			switch rapid.SampledFrom([]string{"notice", "notice", "pay", "pay", "return", "credit", "waive", "write off", "undo"}).Draw(t, "step") {
			case "notice":
				made = noticed(t, inv, bookings, today)
			case "pay":
				made = inv.Receive(m, some, bookings, a)
			case "return":
				made = Return(bookings, m, "", some)
			case "credit":
				made, _ = inv.Credit(&Invoice{Reference: "GS", Issued: &today, Totals: Totals{Gross: some}}, bookings)
			case "waive":
				made, _ = inv.Adjust(Adjustment{Kind: BookWaiver, Reason: "x"}, bookings, today)
			case "write off":
				made, _ = inv.Adjust(Adjustment{Kind: BookWriteoff, Amount: &some, Reason: "x"}, bookings, today)
			case "undo":
				id := fmt.Sprint("b", rapid.IntRange(0, 20).Draw(t, "undoes"))
				made, _ = inv.Adjust(Adjustment{Kind: BookReversal, Reverses: id, Reason: "x"}, bookings, today)
			}
			for _, b := range made {
				b.ID = fmt.Sprint("b", len(bookings))
				bookings = append(bookings, b)
			}
			if len(made) > 0 && made[len(made)-1].Kind == BookPayment {
				for _, b := range tolerance.RoundOff(inv.Totals.Gross, bookings, bookings[len(bookings)-1]) {
					b.ID = fmt.Sprint("b", len(bookings))
					bookings = append(bookings, b)
				}
			}
			got, kept := BalanceOf(inv.Totals.Gross, bookings), chargedInterest(bookings).Sub(waivedInterest(bookings))
			if got.Unpaid.IsNegative() || got.Principal.IsNegative() || got.Costs.IsNegative() || kept.IsNegative() {
				t.Fatalf("%s leaves %+v, and interest of %s that was not given up", shown(made), got, kept)
			}
		}
	})
}

// noticed are the charges of a notice: a fee and the interest of the day, unless nothing would be asked for.
func noticed(t *rapid.T, inv *Invoice, bookings []Booking, today time.Time) []Booking {
	balance := BalanceOf(inv.Totals.Gross, bookings)
	step := &DunningStep{Date: today, Fee: dec("2.50"), Interest: claimed(t, inv, bookings, today).Uncharged()}
	if !balance.Unpaid.Add(step.Interest).IsPositive() {
		return nil
	}
	return step.charges(bookings)
}
