//go:build generated

package variant

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/internal/bench/ogenapi"
)

func newOgen() (http.Handler, error) {
	return ogenapi.NewServer(newOgenImplementation(), ogenSecurity{}, ogenapi.WithPathPrefix(api.BasePath))
}

// ogenSecurity checks the credentials.
type ogenSecurity struct{}

func (ogenSecurity) HandleBasicAuth(ctx context.Context, _ ogenapi.OperationName, t ogenapi.BasicAuth) (context.Context, error) {
	if !benchload.Authentic(t.Username, t.Password) {
		return ctx, errUnknown
	}
	return ctx, nil
}

func (ogenSecurity) HandleSignedLink(ctx context.Context, _ ogenapi.OperationName, _ ogenapi.SignedLink) (context.Context, error) {
	return ctx, errUnknown
}

// ogenImplementation does what implementation does, with ogen's types.
type ogenImplementation struct {
	ogenapi.Handler // operations nobody calls are nil

	mu      sync.Mutex
	updates map[string]*ogenapi.InvoiceUpdate
	sent    map[string]int
	page    ogenapi.InvoiceList
}

func newOgenImplementation() *ogenImplementation {
	page := ogenapi.InvoiceList{Page: 1, PageSize: benchload.Lines, Query: ogenapi.InvoiceListQuery{"due[$lt]": "2024-01-01"}}
	for i := range benchload.Lines {
		page.Rows = append(page.Rows, ogenInvoice(fmt.Sprintf("RE%05d", i)))
	}
	return &ogenImplementation{updates: make(map[string]*ogenapi.InvoiceUpdate), sent: make(map[string]int), page: page}
}

func (s *ogenImplementation) UpdateInvoice(_ context.Context, r *ogenapi.InvoiceUpdate, p ogenapi.UpdateInvoiceParams) (ogenapi.UpdateInvoiceRes, error) {
	if len(r.Items) != benchload.Lines {
		return nil, errors.New("the invoice did not arrive whole")
	}
	reference := string(p.InvoiceReference)
	s.mu.Lock()
	s.updates[reference] = r
	s.mu.Unlock()
	return &ogenapi.InvoiceHeaders{Response: ogenInvoice(reference)}, nil
}

func (s *ogenImplementation) ListInvoices(context.Context, ogenapi.ListInvoicesParams) (ogenapi.ListInvoicesRes, error) {
	return &s.page, nil
}

func (s *ogenImplementation) ResendInvoice(_ context.Context, _ *ogenapi.InvoiceResend, p ogenapi.ResendInvoiceParams) (ogenapi.ResendInvoiceRes, error) {
	key := string(p.InvoiceReference)
	if k, ok := p.IdempotencyKey.Get(); ok {
		key += " " + string(k)
	}
	s.mu.Lock()
	s.sent[key]++
	s.mu.Unlock()
	return &ogenapi.JobResultHeaders{Response: ogenapi.JobResult{Job: "1", Result: "OK", Resultcode: "0"}}, nil
}

func (s *ogenImplementation) ImportExternalDocument(_ context.Context, r *ogenapi.DocumentImportMultipart, _ ogenapi.ImportExternalDocumentParams) (ogenapi.ImportExternalDocumentRes, error) {
	if _, err := io.Copy(io.Discard, r.File.File); err != nil {
		return nil, err
	}
	return &ogenapi.ImportedDocumentHeaders{Response: ogenapi.ImportedDocument{
		CommunicationReference: "_12345", FileReference: "_67890", VoucherReference: "_1234"}}, nil
}

func ogenInvoice(reference string) ogenapi.Invoice {
	day := ogenapi.Timestamp(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC))
	return ogenapi.Invoice{
		ID: "01890a5d-ac96-774b-bcce-b302099a8058", Reference: ogenapi.Reference(reference), Kind: "invoice", State: "none", Currency: "EUR",
		Identity: ogenapi.InvoiceIdentity{Reference: "K10001"}, Addresses: []ogenapi.Address{}, Items: []ogenapi.InvoiceItem{},
		Taxes: []ogenapi.InvoiceTax{}, Netbased: true, Total: "119.00", Unpaid: "119.00",
		Issued: ogenapi.NewOptTimestamp(day), Created: day, Modified: day,
	}
}
