package client_test

import (
	"context"
	"testing"

	"github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/client/clienttest"
)

// exampleFake answers what needs an account with payments, dunning and jobs.
func exampleFake() *clienttest.Fake {
	fake := clienttest.New(new(testing.T))
	fake.Example("getInvoice")
	fake.Answer("getSandboxClock", 200, `{"now":"2026-03-02T09:30:00.000Z"}`)
	fake.Func("setSandboxClock", func(call clienttest.Call) clienttest.Reply { return clienttest.JSON(200, call.Body) })
	fake.Answer("createCreditnote", 201, creditnote(fake))
	fakeMoney(fake)
	fakeDunning(fake)
	fakeJobs(fake)
	return fake
}

// creditnote is one over a part of the contract's invoice, to which it is equal otherwise.
func creditnote(fake *clienttest.Fake) *client.Invoice {
	note, err := fake.Client().GetInvoice(context.Background(), "RE12345")
	if err != nil {
		panic(err)
	}
	note.Kind, note.Reference, note.Total = client.InvoiceKindCreditnote, "GS12345", client.MustDecimal("119.00")
	return note
}

func fakeMoney(fake *clienttest.Fake) {
	created := client.Date(2026, 2, 13)
	payment := func(id, amount string) client.Transaction {
		return client.Transaction{ID: id, Amount: client.MustDecimal(amount), Currency: "EUR", Unallocated: new(client.MustDecimal("0.00")),
			Bookingdate: client.NewDay(2026, 2, 13), Valuedate: client.NewDay(2026, 2, 13), Created: created}
	}
	fake.Answer("createTransaction", 201, payment("2", "416.38"))
	fake.Answer("listTransactions", 200, client.Page[client.Transaction]{Page: 1, PageSize: 200, Query: map[string]string{},
		Rows: []client.Transaction{payment("2", "416.38"), payment("1", "19.99")}})
	fake.Answer("getClaim", 200, client.Claim{
		AsOf: client.NewDay(2026, 3, 31), Currency: "EUR", Principal: client.MustDecimal("1000.00"), Costs: client.MustDecimal("40.00"),
		Interest: client.MustDecimal("8.44"), Total: client.MustDecimal("1048.44"), Basis: "§ 288 (2) BGB", DayCount: client.ClaimDayCountAct365,
		Periods: []client.ClaimPeriod{{From: client.NewDay(2026, 3, 2), To: client.NewDay(2026, 3, 31), Days: 30, Principal: client.MustDecimal("1000.00"),
			BaseRate: client.MustDecimal("1.27"), Points: client.MustDecimal("9"), Rate: client.MustDecimal("10.27"), Amount: client.MustDecimal("8.44")}},
	})
}

func fakeDunning(fake *clienttest.Fake) {
	fake.Answer("modifyDunning", 200, client.JobResult{Job: "1", Result: "OK", Resultcode: "0"})
	plan := client.DunningRun{Run: "1", AsOf: client.NewDay(2026, 3, 2), DryRun: true, State: client.DunningRunStateDone, Notices: 1, Skipped: 1,
		Hash: new("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), Created: client.Date(2026, 3, 2)}
	entries := client.DunningRunEntries{Rows: []client.DunningRunEntry{
		{Invoice: "RE12345", Currency: "EUR", Level: new(1), Outcome: client.DunningRunEntryOutcomePlanned},
		{Invoice: "RE12346", Currency: "EUR", Outcome: client.DunningRunEntryOutcomeSkipped, Reason: new("Not due before 2026-03-04.")},
	}}
	fake.Func("createDunningRun", func(call clienttest.Call) clienttest.Reply {
		var wanted client.DunningRunCreate
		if err := call.Decode(&wanted); err != nil {
			return clienttest.Refuse(409, "ERR_CONFLICT_STATE")
		}
		answer := plan
		if wanted.Hash != nil {
			answer.Run, answer.DryRun, answer.State = "2", false, client.DunningRunStateQueued
		}
		return clienttest.JSON(200, answer)
	})
	fake.Answer("listDunningRunEntries", 200, entries)
	done := plan
	done.Run, done.DryRun, done.Issued = "2", false, 1
	fake.Answer("getDunningRun", 200, done)
}

func fakeJobs(fake *clienttest.Fake) {
	fake.Func("resendInvoice", func(call clienttest.Call) clienttest.Reply {
		if call.Path["invoiceReference"] == "RE-draft" {
			return clienttest.Refuse(409, "ERR_CONFLICT_STATE")
		}
		return clienttest.JSON(200, client.JobResult{Job: "1", Result: "OK", Resultcode: "0"})
	})
	mail := client.Delivery{ID: "1", Recipient: new(types.Email("ada@example.com")), MessageID: "1@example.com", Created: client.Date(2026, 3, 2)}
	job := client.Job{Job: "1", Kind: "resendInvoice", Invoice: new("RE12345"), Created: client.Date(2026, 3, 2)}
	seen := func() {
		job.Attempts, job.Deliveries = mail.Attempts, &[]client.Delivery{mail}
		fake.On("getJob", clienttest.JSON(200, job))
	}
	job.State, mail.State = client.JobStateQueued, client.DeliveryStateQueued
	seen()
	job.State, mail.State, mail.Attempts, mail.Reason = client.JobStateRunning, client.DeliveryStateDeferred, 1, new("The mail server is busy.")
	seen()
	job.State, job.Result, job.Resultcode = client.JobStateDone, "OK", "0"
	mail.State, mail.Attempts, mail.Reason = client.DeliveryStateAccepted, 2, nil
	seen()
}
