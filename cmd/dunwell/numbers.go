package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

func numbersCommand(env environment) *cobra.Command {
	c := group("numbers", "printed numbers of invoices and credit notes", numberGapsCommand(env))
	c.Long = `A number is drawn before an invoice is committed, because it is printed. When the commit does not come to pass, the next commit
of the same invoice uses it; when there is none, it stays a gap. The law wants numbers to be unique, not to be without gaps, and
whoever audits wants to know what a gap is about.`
	return c
}

// gapRow is a number that was drawn and not used, as the list shows it.
type gapRow struct {
	Number  string      `json:"number"`
	Kind    string      `json:"kind"`
	Voucher string      `json:"voucher"` // id of what it was drawn for
	Drawn   scalar.Time `json:"drawn"`
}

func numberGapsCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "gaps", Short: "list the numbers that were drawn and that no committed voucher has"}
	c.Example = "  dunwell numbers gaps --merchant acme"
	asJSON := c.Flags().Bool("json", false, "print JSON")
	return ofMerchant(env, c, toRead, func(ctx context.Context, a *app.App, by app.Caller, _ []string) error {
		rows := []gapRow{}
		for _, kind := range []ar.VoucherKind{ar.KindInvoice, ar.KindCreditnote} {
			gaps, err := a.NumberGaps(ctx, by, kind)
			if err != nil {
				return err
			}
			for _, g := range gaps {
				rows = append(rows, gapRow{g.Number, string(g.Kind), g.InvoiceID, scalar.NewTime(g.Drawn)})
			}
		}
		return writeList(env.out, *asJSON, "number,kind,voucher,drawn", rows)
	})
}
