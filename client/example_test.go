package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/dunwell/dunwell/client"
)

// A customer, an invoice for her, and the number it gets.
func Example() {
	ctx := context.Background()
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	customer, err := c.UpsertIdentity(ctx, "K10001", client.IdentityUpdate{
		Kind:      new(client.IdentityKindIndividual),
		Addresses: &[]client.Address{{Firstname: new("Ada"), Lastname: new("Lovelace"), Street: new("Ringstraße"), City: new("Berlin"), Country: new("DE")}},
	})
	if err != nil {
		log.Fatal(err)
	}
	draft, err := c.CreateInvoice(ctx, customer.Reference, client.InvoiceCreate{
		Netbased: client.Set(true),
		Items: &[]client.InvoiceItemInput{{
			Label: "Support", Quantity: client.MustDecimal("1.5"), Unit: "h",
			Unitprice: client.MustDecimal("100.10"), Taxrate: new(client.MustDecimal("19")),
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := c.CommitInvoice(ctx, draft.Reference, client.InvoiceCommit{}); err != nil {
		log.Fatal(err)
	}
	invoice, err := c.GetInvoice(ctx, draft.Reference)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(invoice.Total, invoice.Currency, invoice.Committed, invoice.Number != nil)
	// Output: 178.68 EUR true true
}

// What the server refuses is asked with errors.Is, and looked at with errors.As.
func ExampleError() {
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	_, err = c.GetInvoice(context.Background(), "RE-unknown")
	var refused *client.Error
	switch {
	case errors.Is(err, client.ErrNotFound) && errors.As(err, &refused):
		fmt.Println(refused.Status, refused.Type, refused.RequestID != "")
	case err != nil:
		log.Fatal(err)
	}
	// Output: 404 ERR_NOT_FOUND true
}

// What breaks the contract is not even sent.
func ExampleContractError() {
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.CreateInvoice(context.Background(), "K10001", client.InvoiceCreate{Currency: new("euro")})
	var broken *client.ContractError
	if errors.As(err, &broken) {
		v := broken.Violations[0]
		fmt.Printf("%s %s, %s: %s\n", broken.Direction, v.Path, v.Rule, v.Hint)
	}
	// Output: request currency, maxLength: Value may have at most 3 characters.
}

// Whether a call that got no answer has done its work is not known. With its key it is made again, and happens once.
func ExampleTransportError() {
	ctx := context.Background()
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	hasty, cancel := context.WithTimeout(ctx, time.Nanosecond)
	defer cancel()
	customer := client.IdentityCreate{Number: new("4712")}
	_, err = c.CreateIdentity(hasty, customer)

	var lost *client.TransportError
	if errors.As(err, &lost) {
		fmt.Println(errors.Is(err, context.DeadlineExceeded), lost.Attempts, lost.Sent)
		_, err = c.CreateIdentity(ctx, customer, client.IdempotencyKey(lost.IdempotencyKey))
	}
	fmt.Println(err)
	// Output:
	// true 0 false
	// <nil>
}
