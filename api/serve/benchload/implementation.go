package benchload

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
)

// Implementation keeps invoices in a map, lists a page that is always the same, and reads uploads without keeping
// them. Operations the benchmarks do not call are nil.
type Implementation struct {
	server.StrictServerInterface

	mu      sync.Mutex
	updates map[string]*model.InvoiceUpdate
	page    model.InvoiceList
}

// New makes an Implementation.
func New() *Implementation {
	page := model.InvoiceList{Page: 1, PageSize: Lines, Query: map[string]string{"due[$lt]": "2024-01-01"}}
	for i := range Lines {
		page.Rows = append(page.Rows, invoice(fmt.Sprintf("RE%05d", i)))
	}
	return &Implementation{updates: make(map[string]*model.InvoiceUpdate), page: page}
}

// UpdateInvoice keeps what was decoded, and answers with an invoice without lines.
func (s *Implementation) UpdateInvoice(_ context.Context, r server.UpdateInvoiceRequestObject) (server.UpdateInvoiceResponseObject, error) {
	if r.Body.Items == nil || len(*r.Body.Items) != Lines {
		return nil, errors.New("the invoice did not arrive whole")
	}
	s.mu.Lock()
	s.updates[r.InvoiceReference] = r.Body
	s.mu.Unlock()
	return server.UpdateInvoice200JSONResponse{Body: invoice(r.InvoiceReference)}, nil
}

// ListInvoices gives 20 invoices without lines.
func (s *Implementation) ListInvoices(context.Context, server.ListInvoicesRequestObject) (server.ListInvoicesResponseObject, error) {
	return server.ListInvoices200JSONResponse(s.page), nil
}

// ImportExternalDocument reads the form to its end.
func (s *Implementation) ImportExternalDocument(_ context.Context, r server.ImportExternalDocumentRequestObject) (server.ImportExternalDocumentResponseObject, error) {
	for {
		part, err := r.Body.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			return nil, err
		}
	}
	return server.ImportExternalDocument200JSONResponse{Body: model.ImportedDocument{
		CommunicationReference: "_12345", FileReference: "_67890", VoucherReference: "_1234"}}, nil
}

func invoice(reference string) model.Invoice {
	day := scalar.NewTime(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC))
	return model.Invoice{
		ID: "01890a5d-ac96-774b-bcce-b302099a8058", Reference: reference, Kind: "invoice", State: "none", Currency: "EUR",
		Identity: model.InvoiceIdentity{Reference: "K10001"}, Addresses: []model.Address{}, Items: []model.InvoiceItem{},
		Taxes: []model.InvoiceTax{}, Netbased: true, Total: scalar.MustDecimal("119.00"), Unpaid: scalar.MustDecimal("119.00"),
		Issued: &day, Created: day, Modified: day,
	}
}

var user, password = sha256.Sum256([]byte(User)), sha256.Sum256([]byte(Password))

// Authentic compares credentials with the ones the requests come with, in constant time.
func Authentic(givenUser, givenPassword string) bool {
	u, p := sha256.Sum256([]byte(givenUser)), sha256.Sum256([]byte(givenPassword))
	return subtle.ConstantTimeCompare(u[:], user[:])&subtle.ConstantTimeCompare(p[:], password[:]) == 1
}
