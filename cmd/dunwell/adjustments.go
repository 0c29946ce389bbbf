package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

func waiveCommand(env environment) *cobra.Command {
	a := client.AdjustmentCreate{Kind: client.AdjustmentCreateKindWaiver}
	c := &cobra.Command{
		Use: "waive INVOICE", Short: "give up costs or interest of an invoice",
		Long:    "Costs or interest that are waived are not owed any more, and no bad debt. What is waived is reversed by invoices reverse.",
		Example: "  dunwell invoices waive RE12345 --part costs --reason 'first late payment'\n  dunwell invoices waive RE12345 --amount 2.50 --reason goodwill",
	}
	c.Flags().Func("part", "`part` to give up, costs or interest; both when left out", func(v string) error {
		part := client.AdjustmentCreatePart(v)
		if part != client.AdjustmentCreatePartCosts && part != client.AdjustmentCreatePartInterest {
			return errors.New("write costs or interest")
		}
		a.Part = &part
		return nil
	})
	amountFlag(c, &a.Amount, "`amount`; all that is open when left out")
	return adjusting(env, c, &a)
}

func writeoffCommand(env environment) *cobra.Command {
	a := client.AdjustmentCreate{Kind: client.AdjustmentCreateKindWriteoff}
	c := &cobra.Command{Use: "writeoff INVOICE", Short: "write principal of an invoice off, as a bad debt",
		Long: "An invoice of which nothing is open any more is paid, and its dunning ends. What is written off is reversed by invoices reverse."}
	amountFlag(c, &a.Amount, "`amount`; all that is open when left out")
	return adjusting(env, c, &a)
}

func reverseCommand(env environment) *cobra.Command {
	a := client.AdjustmentCreate{Kind: client.AdjustmentCreateKindReversal}
	c := &cobra.Command{Use: "reverse INVOICE BOOKING", Short: "take a waiver, a write-off or a charge of an invoice back",
		Long: "Takes a booking back, by its id in invoices payments. Money that goes back is a transaction: transactions create."}
	return adjusting(env, c, &a)
}

// adjusting makes a command that books an adjustment, which its flags have filled in but for the booking to reverse.
func adjusting(env environment, c *cobra.Command, a *client.AdjustmentCreate) *cobra.Command {
	c.Flags().StringVar(&a.Reason, "reason", "", "`reason`, for the books")
	return asking[client.Booking](env, takesKey(c), "createAdjustment", func(ctx context.Context, api *client.Client, args []string, options ...client.CallOption) error {
		if a.Reason == "" {
			return usagef("--reason is needed: say why")
		}
		if len(args) > 1 {
			a.Reverses = &args[1]
		}
		_, err := api.CreateAdjustment(ctx, args[0], *a, options...)
		return err
	})
}

func assignCommand(env environment) *cobra.Command {
	var assign client.TransactionAssign
	c := takesKey(&cobra.Command{
		Use: "assign TRANSACTION", Short: "book what is left of a movement of money",
		Long:    "Sets what is unallocated, the customer's credit, off against the invoices that are named; without one, against those that are found now. Of a return it is taken back from them, and the amounts are negative.",
		Example: "  dunwell transactions assign 4711 --to RE12345=19.99 --to RE12346=5\n  dunwell transactions assign 4712 --to RE12345=-19.99\n  dunwell transactions assign 4711",
	})
	c.Flags().Func("to", "`INVOICE=AMOUNT` to book on it; may be repeated", func(v string) error {
		at := strings.LastIndexByte(v, '=')
		if at < 1 {
			return errors.New("write an invoice and an amount, such as RE12345=19.99")
		}
		amount, err := parseAmount(v[at+1:])
		if err != nil {
			return err
		}
		if assign.Assignments == nil {
			assign.Assignments = &[]client.Assignment{}
		}
		*assign.Assignments = append(*assign.Assignments, client.Assignment{Invoice: v[:at], Amount: amount})
		return nil
	})
	return asking[client.Transaction](env, c, "assignTransaction", func(ctx context.Context, api *client.Client, args []string, options ...client.CallOption) error {
		_, err := api.AssignTransaction(ctx, args[0], assign, options...)
		return err
	})
}

func amountFlag(c *cobra.Command, to **client.Decimal, help string) {
	c.Flags().Func("amount", help, func(v string) error {
		amount, err := parseAmount(v)
		*to = &amount
		return err
	})
}

func parseAmount(text string) (amount client.Decimal, err error) {
	if err := amount.UnmarshalJSON([]byte(`"` + text + `"`)); err != nil {
		return amount, errors.New("write an amount such as 19.99")
	}
	return amount, nil
}
