package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/dunwell/dunwell/client"
)

// What is left out of an update stays as it is.
func ExampleClient_UpsertIdentity() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()

	var r client.Response
	_, err := c.UpsertIdentity(ctx, "K-upsert", client.IdentityUpdate{Number: new("4713")}, client.Into(&r))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Status)

	customer, err := c.UpsertIdentity(ctx, "K-upsert", client.IdentityUpdate{Emails: &[]client.Email{{Email: "ada@example.com"}}}, client.Into(&r))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Status, *customer.Number, customer.Emails[0].Email)
	// Output:
	// 201
	// 200 4713 ada@example.com
}

// A draft becomes an invoice, once and for ever.
func ExampleClient_CommitInvoice() {
	ctx, c := context.Background(), exampleClient()
	defer c.CloseIdleConnections()
	to := client.IdentityUpdate{Addresses: &[]client.Address{{Company: new("ACME GmbH"), City: new("Berlin"), Country: new("DE")}}}
	if _, err := c.UpsertIdentity(ctx, "COMMIT", to); err != nil {
		log.Fatal(err)
	}
	if _, err := c.CreateInvoice(ctx, "COMMIT", client.InvoiceCreate{Reference: new("COMMIT-1"), Items: &[]client.InvoiceItemInput{{
		Label: "Support", Quantity: client.MustDecimal("2"), Unit: "h", Unitprice: client.MustDecimal("119.00"), Taxrate: new(client.MustDecimal("19")),
	}}}); err != nil {
		log.Fatal(err)
	}

	if _, err := c.CommitInvoice(ctx, "COMMIT-1", client.InvoiceCommit{}); err != nil {
		log.Fatal(err)
	}
	invoice, err := c.GetInvoice(ctx, "COMMIT-1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(invoice.Committed, invoice.Number != nil)

	_, err = c.CommitInvoice(ctx, "COMMIT-1", client.InvoiceCommit{})
	fmt.Println(errors.Is(err, client.ErrConflictState))
	// Output:
	// true true
	// true
}

// A part of an invoice is credited: one of the two hours that it charges for.
func ExampleClient_CreateCreditnote() {
	c := exampleFake().Client() // see package clienttest

	creditnote, err := c.CreateCreditnote(context.Background(), "K10001", client.CreditnoteCreate{
		Reference: new("GS12345"), Invoice: new("RE12345"), Netbased: client.Set(true),
		Items: &[]client.InvoiceItemInput{{
			Label: "Support", Quantity: client.MustDecimal("1"), Unit: "hour",
			Unitprice: client.MustDecimal("100.00"), Taxrate: new(client.MustDecimal("19")),
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(creditnote.Reference, creditnote.Kind, creditnote.Total)
	// Output: GS12345 creditnote 119.00
}

// One payment for two invoices.
func ExampleClient_CreateTransaction() {
	c := exampleFake().Client() // see package clienttest

	payment, err := c.CreateTransaction(context.Background(), client.TransactionCreate{
		Amount: client.MustDecimal("416.38"), Currency: "EUR", Valuedate: client.NewDay(2026, 2, 13),
		Method: new(client.PaymentkindCT), Peer: new("ACME GmbH"),
		Assignments: &[]client.Assignment{
			{Invoice: "RE12345", Amount: client.MustDecimal("238.00")},
			{Invoice: "RE12346", Amount: client.MustDecimal("178.38")},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(payment.Amount, payment.Valuedate, *payment.Unallocated)
	// Output: 416.38 2026-02-13 0.00
}

// What came in on a day, the largest amount first.
func ExampleClient_Transactions() {
	ctx, c := context.Background(), exampleFake().Client() // see package clienttest

	f := client.TransactionFields
	day := client.Date(2026, 2, 13).Time
	for payment, err := range c.Transactions(ctx, f.Valuedate.Is(day), f.Amount.MoreThan(client.MustDecimal("0")), f.Amount.Descending()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(payment.ID, payment.Amount, payment.Currency)
	}
	// Output:
	// 2 416.38 EUR
	// 1 19.99 EUR
}

// What a debtor owes on a day, and why.
func ExampleClient_GetClaim() {
	c := exampleFake().Client() // see package clienttest

	claim, err := c.GetClaim(context.Background(), "RE12345", client.Date(2026, 3, 31).Time)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claim.Total, "=", claim.Principal, "+", claim.Costs, "+", claim.Interest)
	for _, p := range claim.Periods {
		fmt.Printf("%s to %s: %d days of %s %% on %s by %s\n", p.From, p.To, p.Days, p.Rate, p.Principal, claim.Basis)
	}
	// Output:
	// 1048.44 = 1000.00 + 40.00 + 8.44
	// 2026-03-02 to 2026-03-31: 30 days of 10.27 % on 1000.00 by § 288 (2) BGB
}

// A reminder was sent elsewhere: the next step is the first dunning notice.
func ExampleClient_ModifyDunning() {
	fake := exampleFake() // see package clienttest
	c := fake.Client()

	_, err := c.ModifyDunning(context.Background(), "RE12345", client.DunningModification{
		Dunninglevel:     new(1),
		StartDunningDate: new(client.NewDay(2026, 2, 17)),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", fake.Calls("modifyDunning")[0].Body)
	// Output: {"dunninglevel":1,"startDunningDate":"2026-02-17"}
}

// A dunning run is planned, looked at, and executed as it was planned: its hash stands for the plan.
func ExampleClient_CreateDunningRun() {
	ctx, c := context.Background(), exampleFake().Client() // see package clienttest

	plan, err := c.CreateDunningRun(ctx, client.DunningRunCreate{DryRun: new(true)})
	if err != nil {
		log.Fatal(err)
	}
	for entry, err := range c.DunningRunEntries(ctx, plan.Run) {
		switch {
		case err != nil:
			log.Fatal(err)
		case entry.Level != nil:
			fmt.Println(entry.Invoice, "gets level", *entry.Level)
		default:
			fmt.Println(entry.Invoice, "is skipped:", *entry.Reason)
		}
	}
	run, err := c.CreateDunningRun(ctx, client.DunningRunCreate{Hash: plan.Hash})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("run", run.Run, "is", run.State)
	if run, err = c.GetDunningRun(ctx, run.Run); err != nil { // and again, until it is done
		log.Fatal(err)
	}
	fmt.Println("run", run.Run, "is", run.State, "with", run.Issued, "notice")
	// Output:
	// RE12345 gets level 1
	// RE12346 is skipped: Not due before 2026-03-04.
	// run 2 is queued
	// run 2 is done with 1 notice
}

// Only an invoice that was committed can be sent again.
func ExampleClient_ResendInvoice() {
	ctx, c := context.Background(), exampleFake().Client() // see package clienttest

	_, err := c.ResendInvoice(ctx, "RE-draft")
	fmt.Println(errors.Is(err, client.ErrConflictState))

	started, err := c.ResendInvoice(ctx, "RE12345")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("job", started.Job)
	// Output:
	// true
	// job 1
}

// The work that a call starts goes on after the answer. The job tells when it is done, how it went, and how far its mails
// have come.
func ExampleClient_GetJob() {
	ctx, c := context.Background(), exampleFake().Client() // see package clienttest

	started, err := c.ResendInvoice(ctx, "RE12345")
	if err != nil {
		log.Fatal(err)
	}
	pause := time.Tick(time.Millisecond) // in earnest, of seconds
	for {
		job, err := c.GetJob(ctx, started.Job)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("The job is", job.State)
		for _, mail := range *job.Deliveries {
			fmt.Printf("  the mail to %s is %s after %d attempts\n", *mail.Recipient, mail.State, mail.Attempts)
			if mail.Reason != nil {
				fmt.Println(" ", *mail.Reason)
			}
		}
		if job.State == client.JobStateDone || job.State == client.JobStateFailed {
			fmt.Println(job.Resultcode, job.Result)
			break
		}
		<-pause
	}
	// Output:
	// The job is queued
	//   the mail to ada@example.com is queued after 0 attempts
	// The job is running
	//   the mail to ada@example.com is deferred after 1 attempts
	//   The mail server is busy.
	// The job is done
	//   the mail to ada@example.com is accepted after 2 attempts
	// 0 OK
}

// In a sandbox, two weeks pass at once, and what falls due meanwhile happens.
func ExampleClient_SetSandboxClock() {
	ctx, c := context.Background(), exampleFake().Client() // see package clienttest

	clock, err := c.GetSandboxClock(ctx)
	if err != nil {
		log.Fatal(err)
	}
	later := client.NewTime(clock.Now.AddDate(0, 0, 14))
	if clock, err = c.SetSandboxClock(ctx, client.SandboxClockSet{Now: later}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(clock.Now)
	// Output: 2026-03-16T09:30:00.000Z
}
