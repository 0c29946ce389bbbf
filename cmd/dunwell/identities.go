package main

import (
	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

func identitiesCommand(env environment) *cobra.Command {
	return group("identities", "customers",
		listing(env, &cobra.Command{Use: "list", Short: "list customers"},
			"listIdentities", newList[client.Identity]("reference,number,debtor,kind,name.company,name.lastname,currency,created", client.IdentityFields, paged((*client.Client).ListIdentities))),
		asking[client.Identity](env, &cobra.Command{Use: "get IDENTITY", Short: "show a customer"},
			"getIdentity", reading((*client.Client).GetIdentity)),
		asking[client.Identity](env, takesIfMatch(takesBody(&cobra.Command{Use: "put IDENTITY", Short: "create a customer of that reference, or change it"}, "fields to set")),
			"upsertIdentity", writing((*client.Client).UpsertIdentity)),
		asking[client.Identity](env, takesKey(takesBody(&cobra.Command{Use: "create", Short: "create a customer"}, "customer")),
			"createIdentity", posting((*client.Client).CreateIdentity)),
		listing(env, &cobra.Command{Use: "invoices IDENTITY", Short: "list the invoices of a customer"},
			"listIdentityInvoices", newList[client.Invoice](invoiceColumns, client.InvoiceFields, below((*client.Client).ListIdentityInvoices))),
	)
}
