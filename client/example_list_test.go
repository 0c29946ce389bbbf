package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dunwell/dunwell/client"
)

// exampleClient is a client of the server that all examples share.
func exampleClient() *client.Client {
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	return c
}

// exampleInvoices makes drafts of 100, 200 and 300 euros for a customer.
func exampleInvoices(ctx context.Context, c *client.Client, customer string) {
	if _, err := c.UpsertIdentity(ctx, customer, client.IdentityUpdate{}); err != nil {
		log.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		draft := client.InvoiceCreate{Reference: new(fmt.Sprintf("%s-%d", customer, n)), Due: new(client.Date(2026, 3, n)),
			Items: &[]client.InvoiceItemInput{{Label: "Support", Quantity: client.MustDecimal(fmt.Sprint(n)), Unit: "day", Unitprice: client.MustDecimal("100.00")}}}
		if _, err := c.CreateInvoice(ctx, customer, draft); err != nil {
			log.Fatal(err)
		}
	}
}

// A walk over all invoices that match, however many there are.
func ExampleClient_Invoices() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "WALK")

	f := client.InvoiceFields
	for invoice, err := range c.Invoices(ctx,
		f.Identity.Is("WALK"),
		f.State.Is(client.InvoiceStateNone),
		f.Unpaid.MoreThan(client.MustDecimal("100")),
		f.Due.Before(client.Date(2026, 3, 31).Time),
		f.Due.Descending(),
	) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(invoice.Reference, invoice.Unpaid)
	}
	// Output:
	// WALK-3 300.00
	// WALK-2 200.00
}

// Pages, for those who show them: how many rows there are, and where to go on.
func ExampleClient_ListInvoices() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "PAGE")

	mine := client.InvoiceFields.Identity.Is("PAGE")
	page, err := c.ListInvoices(ctx, mine, client.PageSize(2), client.WithTotal())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Rows), "of", *page.Total, page.HasMore)

	page, err = c.ListInvoices(ctx, mine, client.PageSize(2), client.After(page.Next))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Rows[0].Reference, page.HasMore)
	// Output:
	// 2 of 3 true
	// PAGE-3 false
}

// Conditions and orders that are only known at run time, such as what somebody typed.
func ExampleWhere() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "WHERE")

	field, value, order := "total", "200", "-due,reference"
	for invoice, err := range c.Invoices(ctx, client.Where("identity").Is("WHERE"), client.Where(field).AtLeast(value), client.SortBy(order)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(invoice.Reference)
	}

	_, err := c.ListInvoices(ctx, client.Where("colour").Is("red"))
	fmt.Println(err)
	// Output:
	// WHERE-3
	// WHERE-2
	// listInvoices: the request breaks the contract: Parameter 'query.colour' is not known. Remove it, or check its spelling.
}

// By the due date, the latest first; what is due on the same day by reference.
func ExampleSort() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "SORT")

	order := client.Sort(client.InvoiceFields.Due.Descending(), client.InvoiceFields.Reference.Ascending())
	for invoice, err := range c.IdentityInvoices(ctx, "SORT", order, client.Limit(1)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(invoice.Reference)
	}
	// Output: SORT-3
}

func ExampleClient_Identities() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	if _, err := c.UpsertIdentity(ctx, "K-debtor", client.IdentityUpdate{Debtor: new(client.Digits("70001"))}); err != nil {
		log.Fatal(err)
	}

	for customer, err := range c.Identities(ctx, client.IdentityFields.Debtor.In("70001", "70002")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(customer.Reference)
	}
	// Output: K-debtor
}

func ExampleClient_Payments() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "PAID")

	paid := client.MustDecimal("0.00").Decimal
	for payment, err := range c.Payments(ctx, "PAID-1", client.PaymentFields.Created.Descending()) {
		if err != nil {
			log.Fatal(err)
		}
		paid = paid.Add(payment.Amount.Decimal)
	}
	fmt.Println(paid.StringFixed(2))
	// Output: 0.00
}

// How many rows there are, without reading them.
func ExampleWithTotal() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "TOTAL")

	page, err := c.ListInvoices(ctx, client.InvoiceFields.Identity.Is("TOTAL"), client.PageSize(1), client.WithTotal())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*page.Total)
	// Output: 3
}

// A page by its number, for those who leaf through a list. To go through all of it, see [client.Client.Invoices].
func ExamplePageNumber() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "LEAF")

	page, err := c.ListInvoices(ctx, client.InvoiceFields.Identity.Is("LEAF"), client.PageSize(2), client.PageNumber(2))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Page, page.Rows[0].Reference, page.HasMore)
	// Output: 2 LEAF-3 false
}

// The lists below an object have no pages; a part of them is given by where it begins and how long it is.
func ExampleOffset() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	exampleInvoices(ctx, c, "OFFSET")

	invoices, err := c.ListIdentityInvoices(ctx, "OFFSET", client.InvoiceFields.Total.Ascending(), client.Offset(1), client.Limit(1))
	if err != nil {
		log.Fatal(err)
	}
	for _, invoice := range invoices {
		fmt.Println(invoice.Reference, invoice.Total)
	}
	// Output: OFFSET-2 200.00
}
