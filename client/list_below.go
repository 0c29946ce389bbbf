package client

import (
	"context"
	"iter"
	"net/http"

	gen "github.com/dunwell/dunwell/gen/client"
)

// IdentityInvoices walks over the invoices of one customer, some of them in memory at a time. [Limit] and [Offset] say which
// part of the list is walked over; without them it is all.
//
// These lists have no cursors, so the walk counts: rows that come or go before its place shift the rest. In the order of
// created, which is the default, new rows come last and shift nothing. A server that gives more rows than were asked for, or
// the same ones again, ends the walk with a [ContractError] in every mode.
func (c *Client) IdentityInvoices(ctx context.Context, identityReference string, options ...IdentityInvoiceListOption) iter.Seq2[Invoice, error] {
	return step(identityInvoiceList(identityReference, options), func(l *listCall) ([]Invoice, error) {
		return readRows[Invoice](ctx, c, l)
	})
}

// ListIdentityInvoices reads invoices of one customer with one request: 100 of them, unless [Limit] says otherwise. To
// read all, see [Client.IdentityInvoices].
func (c *Client) ListIdentityInvoices(ctx context.Context, identityReference string, options ...IdentityInvoiceListOption) ([]Invoice, error) {
	return readRows[Invoice](ctx, c, identityInvoiceList(identityReference, options))
}

func identityInvoiceList(reference string, options []IdentityInvoiceListOption) *listCall {
	l := newListCall("listIdentityInvoices", "search", func(server string) (*http.Request, error) {
		return gen.NewListIdentityInvoicesRequest(server, reference, nil)
	})
	for _, o := range options {
		o.identityInvoiceList(l)
	}
	return l
}

// Documents walks over the invoice and its credit notes, each with the documents exchanged about it, as
// [Client.IdentityInvoices] does over invoices.
func (c *Client) Documents(ctx context.Context, invoiceReference string, options ...DocumentListOption) iter.Seq2[VoucherDocuments, error] {
	return step(documentList(invoiceReference, options), func(l *listCall) ([]VoucherDocuments, error) {
		return readRows[VoucherDocuments](ctx, c, l)
	})
}

// ListDocuments reads the invoice and its credit notes with their documents, by one request: 100 of them, unless
// [Limit] says otherwise. To read all, see [Client.Documents].
func (c *Client) ListDocuments(ctx context.Context, invoiceReference string, options ...DocumentListOption) ([]VoucherDocuments, error) {
	return readRows[VoucherDocuments](ctx, c, documentList(invoiceReference, options))
}

func documentList(reference string, options []DocumentListOption) *listCall {
	l := newListCall("listDocuments", "search", func(server string) (*http.Request, error) {
		return gen.NewListDocumentsRequest(server, reference, nil)
	})
	for _, o := range options {
		o.documentList(l)
	}
	return l
}

// Payments walks over what lowered the amount owed on an invoice: payments, returns, credit notes. It is a walk like
// [Client.IdentityInvoices].
func (c *Client) Payments(ctx context.Context, invoiceReference string, options ...PaymentListOption) iter.Seq2[Booking, error] {
	return step(paymentList(invoiceReference, options), func(l *listCall) ([]Booking, error) {
		account, err := readList[Payments](ctx, c, l)
		if err != nil {
			return nil, err
		}
		return bookings(account.Payments), nil
	})
}

// Charges walks over what raised the amount owed on an invoice, such as dunning fees and interest, and over adjustments. It
// is a walk like [Client.IdentityInvoices].
func (c *Client) Charges(ctx context.Context, invoiceReference string, options ...PaymentListOption) iter.Seq2[Booking, error] {
	return step(paymentList(invoiceReference, options), func(l *listCall) ([]Booking, error) {
		account, err := readList[Payments](ctx, c, l)
		if err != nil {
			return nil, err
		}
		return bookings(account.Charges), nil
	})
}

// ListPayments reads what was booked on an invoice with one request: 100 payments and 100 charges, unless [Limit] says otherwise.
// To read all, see [Client.Payments] and [Client.Charges].
func (c *Client) ListPayments(ctx context.Context, invoiceReference string, options ...PaymentListOption) (*Payments, error) {
	return readList[Payments](ctx, c, paymentList(invoiceReference, options))
}

func paymentList(reference string, options []PaymentListOption) *listCall {
	l := newListCall("listPayments", "search", func(server string) (*http.Request, error) {
		return gen.NewListPaymentsRequest(server, reference, nil)
	})
	for _, o := range options {
		o.paymentList(l)
	}
	return l
}

// bookings takes the entries of a list out of their envelopes.
func bookings(entries []PaymentEntry) []Booking {
	list := make([]Booking, len(entries))
	for i, entry := range entries {
		list[i] = entry.Booking
	}
	return list
}
