package main

import (
	"context"
	"reflect"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// invoiceColumns are shown of lists of vouchers.
const invoiceColumns = "reference,number,identity.reference,issued,due,state,total,unpaid"

func invoicesCommand(env environment) *cobra.Command {
	return group("invoices", "invoices from draft to settlement",
		listing(env, &cobra.Command{Use: "list", Short: "list invoices", Example: invoiceExamples},
			"listInvoices", newList[client.Invoice](invoiceColumns, client.InvoiceFields, paged((*client.Client).ListInvoices))),
		asking[client.Invoice](env, &cobra.Command{Use: "get INVOICE", Short: "show an invoice"},
			"getInvoice", reading((*client.Client).GetInvoice)),
		asking[client.Invoice](env, takesKey(takesBody(&cobra.Command{Use: "create IDENTITY", Short: "create a draft invoice of a customer"}, "invoice")),
			"createInvoice", writing((*client.Client).CreateInvoice)),
		asking[client.Invoice](env, takesIfMatch(takesBody(&cobra.Command{Use: "update INVOICE", Short: "change an invoice, or cancel it"}, "fields to change")),
			"updateInvoice", writing((*client.Client).UpdateInvoice)),
		commitInvoiceCommand(env),
		asking[client.JobResult](env, takesKey(&cobra.Command{Use: "resend INVOICE", Short: "send the invoice to the customer again"}),
			"resendInvoice", reading((*client.Client).ResendInvoice)),
		importCommand(env),
		invoiceDocumentsCommand(env),
		asking[client.Payments](env, &cobra.Command{Use: "payments INVOICE", Short: "show what was booked on an invoice"},
			"listPayments", readPayments),
		asking[client.DunningCase](env, &cobra.Command{Use: "dunning INVOICE", Short: "show where the dunning of an invoice stands"},
			"getDunning", reading((*client.Client).GetDunning)),
		modifyDunningCommand(env),
		claimCommand(env),
		waiveCommand(env),
		writeoffCommand(env),
		reverseCommand(env),
	)
}

const invoiceExamples = `  dunwell invoices list --where 'state=none' --where 'due<2026-01-01' --sort due
  dunwell invoices list --columns reference,total,unpaid --limit 10
  dunwell invoices list --jsonl | jq -r .reference`

// readPayments reads all there are: the contract's own limit would leave some out without a word.
func readPayments(ctx context.Context, api *client.Client, args []string, given ...client.CallOption) error {
	options := []client.PaymentListOption{client.Limit(0)}
	for _, o := range given {
		options = append(options, o)
	}
	_, err := api.ListPayments(ctx, args[0], options...)
	return err
}

func commitInvoiceCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "commit INVOICE", Short: "lock an invoice, number it and send it", Long: `Locks the data of an invoice for good: the number is drawn, the totals are fixed, the document is made and sent. What became of the mail, jobs get tells.
With --file, the body can name attachments and a URL to be notified.`}
	return asking[client.JobResult](env, takesKey(mayTakeBody(c, "attachments and notifyUrl")), "commitInvoice", writing((*client.Client).CommitInvoice))
}

// invoiceDocumentsCommand shows a document a line; as JSON they are what the server sends: vouchers with their documents.
func invoiceDocumentsCommand(env environment) *cobra.Command {
	l := newList[client.VoucherDocuments]("voucher.reference,kind,label,state,recipient,created,id", client.DocumentFields, below((*client.Client).ListDocuments))
	l.lines = documentLines
	l.fields = append([]field{{path: "voucher.reference"}, {path: "voucher.kind"}}, fieldsOf(reflect.TypeFor[client.Communication]())...)
	return listing(env, &cobra.Command{Use: "documents INVOICE", Short: "list the documents of an invoice and its credit notes"}, "listDocuments", l)
}

// documentLines are the documents of a voucher, each with what it belongs to.
func documentLines(voucher object) []object {
	documents := objects(voucher["communications"])
	for _, d := range documents {
		d["voucher"] = voucher
	}
	return documents
}
