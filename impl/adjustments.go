package impl

import (
	"context"
	"net/http"

	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// CreateAdjustment answers POST /invoices/{invoiceReference}/adjustments.
func (h extensions) CreateAdjustment(ctx context.Context, r server.CreateAdjustmentRequestObject) (server.CreateAdjustmentResponseObject, error) {
	return once("createAdjustment", r.Params.IdempotencyKey, asked{r.InvoiceReference, r.Body}, respondAdjustment, func(o *app.Once[app.Account]) (app.Account, error) {
		return h.app.Adjust(ctx, caller(ctx), r.InvoiceReference, fromAdjustment(*r.Body), o)
	})
}

func respondAdjustment(w http.ResponseWriter, made app.Account) error {
	bookings := convertAll(made.Bookings, func(b ar.Booking) model.Booking { return toBooking(b, made.Currency) })
	return server.CreateAdjustment201JSONResponse{Body: bookings}.VisitCreateAdjustmentResponse(w)
}

func fromAdjustment(m model.AdjustmentCreate) ar.Adjustment {
	a := ar.Adjustment{Kind: ar.BookingKind(m.Kind), Part: ar.Part(or(m.Part, "")), Reverses: or(m.Reverses, ""), Reason: m.Reason}
	if m.Amount != nil {
		a.Amount = &m.Amount.Decimal
	}
	return a
}
