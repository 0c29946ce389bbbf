package impl

import (
	"context"
	"net/http"

	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// identities are the operations of the tag Identities.
type identities struct{ app *app.App }

// ListIdentities answers GET /identities.
func (h identities) ListIdentities(ctx context.Context, r server.ListIdentitiesRequestObject) (server.ListIdentitiesResponseObject, error) {
	p := r.Params
	asked := listing{Page: p.Page, PageSize: p.PageSize, Sort: p.Sort, Query: filters(ctx, "query"), After: p.After, WithTotal: p.WithTotal}
	page, err := asked.page(ar.IdentityFields)
	if err != nil {
		return nil, err
	}
	list, err := h.app.Identities(ctx, caller(ctx), page)
	if err != nil {
		return nil, err
	}
	return server.ListIdentities200JSONResponse{
		Page: page.Number, PageSize: page.Size, Query: echo(asked.Query), HasMore: list.HasMore, Next: next(list), Total: total(list, p.WithTotal),
		Rows: convertAll(list.Rows, toIdentity),
	}, nil
}

// CreateIdentity answers POST /identities.
func (h identities) CreateIdentity(ctx context.Context, r server.CreateIdentityRequestObject) (server.CreateIdentityResponseObject, error) {
	return once("createIdentity", r.Params.IdempotencyKey, asked{r.Body}, respondIdentity, func(o *app.Once[*ar.Identity]) (*ar.Identity, error) {
		return h.app.CreateIdentity(ctx, caller(ctx), or(r.Body.Reference, ""), fromIdentity(model.IdentityUpdate(*r.Body)), o)
	})
}

func respondIdentity(w http.ResponseWriter, id *ar.Identity) error {
	return server.CreateIdentity201JSONResponse{
		Body:    toIdentity(*id),
		Headers: server.CreateIdentity201ResponseHeaders{ETag: etag(id.Version)},
	}.VisitCreateIdentityResponse(w)
}

// GetIdentity answers GET /identities/{identityReference}.
func (h identities) GetIdentity(ctx context.Context, r server.GetIdentityRequestObject) (server.GetIdentityResponseObject, error) {
	id, err := h.app.Identity(ctx, caller(ctx), r.IdentityReference)
	if err != nil {
		return nil, err
	}
	return server.GetIdentity200JSONResponse{Body: toIdentity(*id), Headers: server.GetIdentity200ResponseHeaders{ETag: etag(id.Version)}}, nil
}

// UpsertIdentity answers PUT /identities/{identityReference}.
func (h identities) UpsertIdentity(ctx context.Context, r server.UpsertIdentityRequestObject) (server.UpsertIdentityResponseObject, error) {
	if or(r.Body.Reference, r.IdentityReference) != r.IdentityReference {
		return nil, ar.InvalidField("reference", "Value for field 'reference' is not the reference in the path.", "Leave it out, or send the same.")
	}
	id, created, err := h.app.UpsertIdentity(ctx, caller(ctx), r.IdentityReference, fromIdentity(*r.Body), seen(r.Params.IfMatch))
	switch {
	case err != nil:
		return nil, err
	case created:
		return server.UpsertIdentity201JSONResponse{Body: toIdentity(*id), Headers: server.UpsertIdentity201ResponseHeaders{ETag: etag(id.Version)}}, nil
	default:
		return server.UpsertIdentity200JSONResponse{Body: toIdentity(*id), Headers: server.UpsertIdentity200ResponseHeaders{ETag: etag(id.Version)}}, nil
	}
}

// ListIdentityInvoices answers GET /identities/{identityReference}/invoices.
func (h identities) ListIdentityInvoices(ctx context.Context, r server.ListIdentityInvoicesRequestObject) (server.ListIdentityInvoicesResponseObject, error) {
	part, err := span(ar.InvoiceFields, r.Params.Limit, r.Params.Offset, r.Params.Sort, filters(ctx, "search"))
	if err != nil {
		return nil, err
	}
	rows, err := h.app.InvoicesOf(ctx, caller(ctx), r.IdentityReference, part)
	if err != nil {
		return nil, err
	}
	return server.ListIdentityInvoices200JSONResponse(convertAll(rows, toInvoice)), nil
}

// CreateInvoice answers POST /identities/{identityReference}/invoices.
func (h identities) CreateInvoice(ctx context.Context, r server.CreateInvoiceRequestObject) (server.CreateInvoiceResponseObject, error) {
	return once("createInvoice", r.Params.IdempotencyKey, asked{r.IdentityReference, r.Body}, respondInvoice, func(o *app.Once[*ar.Invoice]) (*ar.Invoice, error) {
		return h.app.CreateInvoice(ctx, caller(ctx), r.IdentityReference, or(r.Body.Reference, ""), fromInvoiceCreate(*r.Body), o)
	})
}

func respondInvoice(w http.ResponseWriter, inv *ar.Invoice) error {
	return server.CreateInvoice201JSONResponse{
		Body:    toInvoice(*inv),
		Headers: server.CreateInvoice201ResponseHeaders{ETag: etag(inv.Version)},
	}.VisitCreateInvoiceResponse(w)
}
