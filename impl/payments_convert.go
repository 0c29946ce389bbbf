package impl

import (
	"slices"

	"github.com/oapi-codegen/nullable"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// pays tells whether a booking counts as a payment: it is by money or by another voucher. The others are charges and
// adjustments.
func pays(b ar.Booking) bool { return b.Transaction != nil || b.Voucher != nil }

// toPayments sorts bookings into payments and charges, and takes the part that was asked for of each.
func toPayments(account app.Account, p model.ListPaymentsParams) model.Payments {
	bookings := account.Bookings
	if or(p.Sort, model.ListPaymentsParamsSortCreated) == model.ListPaymentsParamsSortMinusCreated {
		slices.Reverse(bookings)
	}
	kind, _ := or(p.Search, nil)["kind"].(string)
	payments := model.Payments{Payments: []model.PaymentEntry{}, Charges: []model.PaymentEntry{}}
	for _, b := range bookings {
		switch {
		case kind != "" && string(b.Kind) != kind:
		case pays(b):
			payments.Payments = append(payments.Payments, toPayment(b, account.Currency))
		default:
			payments.Charges = append(payments.Charges, toPayment(b, account.Currency))
		}
	}
	payments.Payments = part(payments.Payments, p.Limit, p.Offset)
	payments.Charges = part(payments.Charges, p.Limit, p.Offset)
	return payments
}

// toPayment is a booking as listPayments has it.
func toPayment(b ar.Booking, currency string) model.PaymentEntry {
	return model.PaymentEntry{Booking: toBooking(b, currency)}
}

// toBooking shows an amount as people say it: a payment of 100, a fee of 5. The domain's sign is what becomes of the
// amount owed.
func toBooking(b ar.Booking, currency string) model.Booking {
	amount := b.Amount
	if pays(b) {
		amount = amount.Neg()
	}
	booking := model.Booking{
		ID:          b.ID,
		Transaction: nullable.NewNullNullable[string](),
		Voucher:     nullable.NewNullNullable[string](),
		Amount:      toAmount(amount, currency),
		Kind:        model.BookingKind(b.Kind),
		Created:     scalar.NewTime(b.Created),
	}
	if b.Transaction != nil {
		booking.Transaction = nullable.NewNullableWithValue(*b.Transaction)
	}
	if b.Voucher != nil {
		booking.Voucher = nullable.NewNullableWithValue(*b.Voucher)
	}
	return booking
}

// part is what limit and offset leave of a list.
func part[T any](list []T, limit, offset *int) []T {
	list = list[min(or(offset, 0), len(list)):]
	return list[:min(ceiling(limit), len(list))]
}
