package client_test

import (
	"errors"
	"testing"

	"github.com/dunwell/dunwell/client"
)

func TestWholeServer(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	ctx := t.Context()
	var r client.Response
	identity, err := c.UpsertIdentity(ctx, "K1", client.IdentityUpdate{Kind: new(client.IdentityKindIncorporate),
		Addresses: &[]client.Address{{Company: new("Müller GmbH"), Street: new("Hauptstraße"), City: new("Berlin"), Country: new("DE")}}}, client.Into(&r))
	if err != nil || identity.Reference != "K1" || r.Status != 201 || r.ETag == "" {
		t.Fatalf("%+v %v", r, err)
	}
	draft, err := c.CreateInvoice(ctx, "K1", client.InvoiceCreate{Reference: new("RE1"), Netbased: client.Set(true), Items: &[]client.InvoiceItemInput{{
		Label: "Support", Quantity: client.MustDecimal("2"), Unit: "h", Unitprice: client.MustDecimal("100.10"), Taxrate: new(client.MustDecimal("19")),
	}}}, client.Into(&r))
	if err != nil || draft.Total.String() != "238.24" || r.IdempotencyKey == "" {
		t.Fatalf("%+v %+v %v", draft, r, err)
	}
	updated, err := c.UpdateInvoice(ctx, "RE1", client.InvoiceUpdate{Due: client.Set(client.Date(2030, 1, 31))}, client.IfMatch(r.ETag))
	if err != nil || updated.Due.String() != "2030-01-31T00:00:00.000Z" {
		t.Fatalf("%+v %v", updated, err)
	}
	if updated, err = c.UpdateInvoice(ctx, "RE1", client.InvoiceUpdate{Due: client.Clear[client.Time]()}); err != nil || updated.Due != nil {
		t.Fatalf("%+v %v", updated, err)
	}
	_, err = c.UpdateInvoice(ctx, "RE1", client.InvoiceUpdate{Label: new("late")}, client.IfMatch(r.ETag))
	if !errors.Is(err, client.ErrPreconditionFailed) {
		t.Fatal(err)
	}
	if job, err := c.CommitInvoice(ctx, "RE1", client.InvoiceCommit{}); err != nil || job.Result == "" {
		t.Fatalf("%+v %v", job, err)
	}
	if _, err := c.GetInvoice(ctx, "RE2"); !errors.Is(err, client.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := c.ResendInvoice(ctx, "RE1"); err != nil && !errors.Is(err, client.ErrNotImplemented) && !errors.Is(err, client.ErrConflictState) {
		t.Fatal(err)
	}
}
