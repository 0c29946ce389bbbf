package impl

import (
	"context"
	"net/http"

	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// creditnotes are the operations of the tag Credit notes.
type creditnotes struct{ app *app.App }

// ListCreditnotes answers GET /creditnotes.
func (h creditnotes) ListCreditnotes(ctx context.Context, r server.ListCreditnotesRequestObject) (server.ListCreditnotesResponseObject, error) {
	p := r.Params
	asked := listing{Page: p.Page, PageSize: p.PageSize, Sort: p.Sort, Query: filters(ctx, "query"), After: p.After, WithTotal: p.WithTotal}
	list, err := asked.vouchers(ctx, h.app, ar.KindCreditnote)
	return server.ListCreditnotes200JSONResponse(list), err
}

// GetCreditnote answers GET /creditnotes/{creditnoteReference}.
func (h creditnotes) GetCreditnote(ctx context.Context, r server.GetCreditnoteRequestObject) (server.GetCreditnoteResponseObject, error) {
	note, err := h.app.Invoice(ctx, caller(ctx), ar.KindCreditnote, r.CreditnoteReference)
	if err != nil {
		return nil, err
	}
	return server.GetCreditnote200JSONResponse{Body: toInvoice(*note), Headers: server.GetCreditnote200ResponseHeaders{ETag: etag(note.Version)}}, nil
}

// CreateCreditnote answers POST /identities/{identityReference}/creditnotes.
func (h creditnotes) CreateCreditnote(ctx context.Context, r server.CreateCreditnoteRequestObject) (server.CreateCreditnoteResponseObject, error) {
	return once("createCreditnote", r.Params.IdempotencyKey, asked{r.IdentityReference, r.Body}, respondCreditnote, func(o *app.Once[*ar.Invoice]) (*ar.Invoice, error) {
		credit := app.Credit{Customer: r.IdentityReference, Reference: or(r.Body.Reference, ""), Invoice: or(r.Body.Invoice, ""), Excess: or(r.Body.AllowExcess, false)}
		return h.app.CreateCreditnote(ctx, caller(ctx), credit, fromCreditnote(*r.Body), o)
	})
}

func respondCreditnote(w http.ResponseWriter, note *ar.Invoice) error {
	return server.CreateCreditnote201JSONResponse{
		Body:    toInvoice(*note),
		Headers: server.CreateCreditnote201ResponseHeaders{ETag: etag(note.Version)},
	}.VisitCreateCreditnoteResponse(w)
}

// fromCreditnote takes a credit note as the invoice it looks like.
func fromCreditnote(m model.CreditnoteCreate) ar.InvoiceChange {
	return fromInvoiceCreate(model.InvoiceCreate{
		Number: m.Number, Label: m.Label, Addresses: m.Addresses, Accountingdate: m.Accountingdate, Issued: m.Issued, Due: m.Due, Orderdate: m.Orderdate,
		Ordernumber: m.Ordernumber, Currency: m.Currency, Netbased: m.Netbased, Paymentkind: m.Paymentkind, Items: m.Items, Detail: m.Detail, Meta: m.Meta,
	})
}
