package way

import (
	"context"
	"net/http"

	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/gen/model"
)

type ours struct {
	name string
	*client.Client
}

func newClient(name, url string, transport http.RoundTripper) (Way, error) {
	options := []client.Option{client.BasicAuth(benchload.User, benchload.Password)}
	if name == Unvalidated {
		options = append(options, client.WithValidation(client.Off, client.Off))
	}
	if transport != nil {
		options = append(options, client.WithHTTPClient(&http.Client{Transport: transport}))
	}
	c, err := client.New(url, options...)
	return ours{name, c}, err
}

func (w ours) Name() string { return w.name }

func (w ours) Get(ctx context.Context, invoice string) error {
	_, err := w.GetInvoice(ctx, invoice)
	return err
}

func (w ours) Put(ctx context.Context, invoice string, update model.InvoiceUpdate) error {
	_, err := w.UpdateInvoice(ctx, invoice, update)
	return err
}

func (w ours) Walk(ctx context.Context, rows int) error {
	found := 0
	for _, err := range w.Invoices(ctx) {
		if err != nil {
			return err
		}
		found++
	}
	return counted(found, rows)
}

func (w ours) Upload(ctx context.Context, invoice, file string) error {
	_, err := w.ImportExternalDocument(ctx, invoice, client.DocumentImport{File: client.File(file), Kind: client.CommunicationKindInvoice})
	return err
}
