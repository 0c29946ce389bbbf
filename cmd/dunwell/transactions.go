package main

import (
	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

func transactionsCommand(env environment) *cobra.Command {
	return group("transactions", "movements of money",
		listing(env, &cobra.Command{Use: "list", Short: "list movements of money"},
			"listTransactions", newList[client.Transaction]("id,bookingdate,valuedate,method,peer,reference,label,amount,unallocated", client.TransactionFields, paged((*client.Client).ListTransactions))),
		asking[client.Transaction](env, &cobra.Command{Use: "get TRANSACTION", Short: "show a movement of money"},
			"getTransaction", reading((*client.Client).GetTransaction)),
		asking[client.Transaction](env, takesKey(takesBody(&cobra.Command{Use: "create", Short: "book a movement of money"}, "transaction")),
			"createTransaction", posting((*client.Client).CreateTransaction)),
		assignCommand(env),
	)
}
