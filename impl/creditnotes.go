package impl

import (
	"context"

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
