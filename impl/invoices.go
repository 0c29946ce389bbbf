package impl

import (
	"context"
	"net/http"
	"strconv"

	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// invoices are the operations of the tag Invoices.
type invoices struct{ app *app.App }

// ListInvoices answers GET /invoices.
func (h invoices) ListInvoices(ctx context.Context, r server.ListInvoicesRequestObject) (server.ListInvoicesResponseObject, error) {
	p := r.Params
	asked := listing{Page: p.Page, PageSize: p.PageSize, Sort: p.Sort, Query: filters(ctx, "query"), After: p.After, WithTotal: p.WithTotal}
	list, err := asked.vouchers(ctx, h.app, ar.KindInvoice)
	return server.ListInvoices200JSONResponse(list), err
}

// GetInvoice answers GET /invoices/{invoiceReference}.
func (h invoices) GetInvoice(ctx context.Context, r server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error) {
	inv, err := h.app.Invoice(ctx, caller(ctx), ar.KindInvoice, r.InvoiceReference)
	if err != nil {
		return nil, err
	}
	return server.GetInvoice200JSONResponse{Body: toInvoice(*inv), Headers: server.GetInvoice200ResponseHeaders{ETag: etag(inv.Version)}}, nil
}

// UpdateInvoice answers PUT /invoices/{invoiceReference}.
func (h invoices) UpdateInvoice(ctx context.Context, r server.UpdateInvoiceRequestObject) (server.UpdateInvoiceResponseObject, error) {
	inv, err := h.app.UpdateInvoice(ctx, caller(ctx), r.InvoiceReference, fromInvoiceUpdate(*r.Body), seen(r.Params.IfMatch))
	if err != nil {
		return nil, err
	}
	return server.UpdateInvoice200JSONResponse{Body: toInvoice(*inv), Headers: server.UpdateInvoice200ResponseHeaders{ETag: etag(inv.Version)}}, nil
}

// CommitInvoice answers POST /invoices/{invoiceReference}/commitInvoice.
func (h invoices) CommitInvoice(ctx context.Context, r server.CommitInvoiceRequestObject) (server.CommitInvoiceResponseObject, error) {
	return once("commitInvoice", r.Params.IdempotencyKey, asked{r.InvoiceReference, r.Body}, respondJob, func(o *app.Once[app.Job]) (app.Job, error) {
		return h.app.CommitInvoice(ctx, caller(ctx), r.InvoiceReference, fromCommit(*r.Body), o)
	})
}

func respondJob(w http.ResponseWriter, job app.Job) error {
	var response server.CommitInvoice200JSONResponse
	response.Body.Job = strconv.FormatInt(int64(job), 10)
	response.Body.Result, response.Body.Resultcode = "OK", "0"
	return response.VisitCommitInvoiceResponse(w)
}

// ResendInvoice answers POST /invoices/{invoiceReference}/resendInvoice.
func (h invoices) ResendInvoice(ctx context.Context, r server.ResendInvoiceRequestObject) (server.ResendInvoiceResponseObject, error) {
	return once("resendInvoice", r.Params.IdempotencyKey, asked{r.InvoiceReference, r.Body}, respondJob, func(o *app.Once[app.Job]) (app.Job, error) {
		return h.app.ResendInvoice(ctx, caller(ctx), r.InvoiceReference, o)
	})
}

// ModifyDunning answers POST /invoices/{invoiceReference}/modifyDunning.
func (h invoices) ModifyDunning(ctx context.Context, r server.ModifyDunningRequestObject) (server.ModifyDunningResponseObject, error) {
	return once("modifyDunning", r.Params.IdempotencyKey, asked{r.InvoiceReference, r.Body}, respondJob, func(o *app.Once[app.Job]) (app.Job, error) {
		return h.app.ModifyDunning(ctx, caller(ctx), r.InvoiceReference, fromDunningModification(*r.Body), o)
	})
}

// ImportExternalDocument answers POST /invoices/{invoiceReference}/importExternalDocument.
func (h invoices) ImportExternalDocument(ctx context.Context, r server.ImportExternalDocumentRequestObject) (server.ImportExternalDocumentResponseObject, error) {
	form, err := readImport(r.Body)
	if err != nil {
		return nil, err
	}
	return once("importExternalDocument", r.Params.IdempotencyKey, asked{r.InvoiceReference}, respondImported, func(o *app.Once[app.Imported]) (app.Imported, error) {
		return h.app.ImportDocument(ctx, caller(ctx), r.InvoiceReference, app.Import{File: form.file, Details: form.details}, o)
	})
}

func respondImported(w http.ResponseWriter, made app.Imported) error {
	var response server.ImportExternalDocument200JSONResponse
	response.Body.CommunicationReference = made.Communication
	response.Body.FileReference = made.File
	response.Body.VoucherReference = made.Voucher
	return response.VisitImportExternalDocumentResponse(w)
}

// ListDocuments answers GET /invoices/{invoiceReference}/documents.
func (h invoices) ListDocuments(ctx context.Context, r server.ListDocumentsRequestObject) (server.ListDocumentsResponseObject, error) {
	documents, err := h.app.Documents(ctx, caller(ctx), r.InvoiceReference, fromDocumentsParams(r.Params))
	if err != nil {
		return nil, err
	}
	return server.ListDocuments200JSONResponse(convertAll(documents, toDocuments)), nil
}

// ListPayments answers GET /invoices/{invoiceReference}/payments.
func (h invoices) ListPayments(ctx context.Context, r server.ListPaymentsRequestObject) (server.ListPaymentsResponseObject, error) {
	account, err := h.app.Account(ctx, caller(ctx), r.InvoiceReference)
	if err != nil {
		return nil, err
	}
	return server.ListPayments200JSONResponse(toPayments(account, r.Params)), nil
}
