package main

import (
	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

func creditnotesCommand(env environment) *cobra.Command {
	return group("creditnotes", "vouchers that correct an invoice",
		listing(env, &cobra.Command{Use: "list", Short: "list credit notes"},
			"listCreditnotes", newList[client.Invoice](invoiceColumns, client.InvoiceFields, paged((*client.Client).ListCreditnotes))),
		asking[client.Invoice](env, &cobra.Command{Use: "get CREDITNOTE", Short: "show a credit note"},
			"getCreditnote", reading((*client.Client).GetCreditnote)),
		asking[client.Invoice](env, takesKey(takesBody(&cobra.Command{Use: "create IDENTITY", Short: "create a credit note of a customer"}, "credit note")),
			"createCreditnote", writing((*client.Client).CreateCreditnote)),
	)
}
