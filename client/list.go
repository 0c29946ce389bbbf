package client

import (
	"context"
	"iter"
	"net/http"

	gen "github.com/dunwell/dunwell/gen/client"
)

// Invoices walks over the invoices of the merchant, however many there are, with one page of them in memory.
//
//	for invoice, err := range c.Invoices(ctx, client.InvoiceFields.State.Is(client.InvoiceStateNone)) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// It goes from page to page by cursor, so rows that are inserted meanwhile neither repeat nor hide others. A page that
// fails is tried again like any GET; an error that remains is given once, with a zero row, and ends the walk. The walk
// may be left at any time, and begun anew by ranging again.
func (c *Client) Invoices(ctx context.Context, options ...InvoiceListOption) iter.Seq2[Invoice, error] {
	return walk[Invoice](ctx, c, invoiceList(options))
}

// ListInvoices reads one page of the merchant's invoices. To read all, see [Client.Invoices].
func (c *Client) ListInvoices(ctx context.Context, options ...InvoiceListOption) (*Page[Invoice], error) {
	return readPage[Invoice](ctx, c, invoiceList(options))
}

func invoiceList(options []InvoiceListOption) *listCall {
	l := newListCall("listInvoices", "query", func(server string) (*http.Request, error) {
		return gen.NewListInvoicesRequest(server, nil)
	})
	for _, o := range options {
		o.invoiceList(l)
	}
	return l
}

// Creditnotes walks over the credit notes of the merchant, as [Client.Invoices] does over invoices.
func (c *Client) Creditnotes(ctx context.Context, options ...InvoiceListOption) iter.Seq2[Invoice, error] {
	return walk[Invoice](ctx, c, creditnoteList(options))
}

// ListCreditnotes reads one page of the merchant's credit notes. To read all, see [Client.Creditnotes].
func (c *Client) ListCreditnotes(ctx context.Context, options ...InvoiceListOption) (*Page[Invoice], error) {
	return readPage[Invoice](ctx, c, creditnoteList(options))
}

func creditnoteList(options []InvoiceListOption) *listCall {
	l := newListCall("listCreditnotes", "query", func(server string) (*http.Request, error) {
		return gen.NewListCreditnotesRequest(server, nil)
	})
	for _, o := range options {
		o.invoiceList(l)
	}
	return l
}

// Identities walks over the customers of the merchant, as [Client.Invoices] does over invoices.
func (c *Client) Identities(ctx context.Context, options ...IdentityListOption) iter.Seq2[Identity, error] {
	return walk[Identity](ctx, c, identityList(options))
}

// ListIdentities reads one page of the merchant's customers. To read all, see [Client.Identities].
func (c *Client) ListIdentities(ctx context.Context, options ...IdentityListOption) (*Page[Identity], error) {
	return readPage[Identity](ctx, c, identityList(options))
}

func identityList(options []IdentityListOption) *listCall {
	l := newListCall("listIdentities", "query", func(server string) (*http.Request, error) {
		return gen.NewListIdentitiesRequest(server, nil)
	})
	for _, o := range options {
		o.identityList(l)
	}
	return l
}

// Transactions walks over the merchant's movements of money, as [Client.Invoices] does over invoices.
func (c *Client) Transactions(ctx context.Context, options ...TransactionListOption) iter.Seq2[Transaction, error] {
	return walk[Transaction](ctx, c, transactionList(options))
}

// ListTransactions reads one page of the merchant's movements of money. To read all, see [Client.Transactions].
func (c *Client) ListTransactions(ctx context.Context, options ...TransactionListOption) (*Page[Transaction], error) {
	return readPage[Transaction](ctx, c, transactionList(options))
}

func transactionList(options []TransactionListOption) *listCall {
	l := newListCall("listTransactions", "query", func(server string) (*http.Request, error) {
		return gen.NewListTransactionsRequest(server, nil)
	})
	for _, o := range options {
		o.transactionList(l)
	}
	return l
}
