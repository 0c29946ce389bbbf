package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

func holdCommand(env environment) *cobra.Command {
	var hold client.DunningHoldCreate
	c := takesKey(&cobra.Command{
		Use: "hold", Short: "hold dunning back: a block, a promise to pay, or a dispute",
		Long: `Holds back the dunning of an invoice, or of all invoices of a customer, until a day or until the hold is lifted. With --amount, only
that part of an invoice is disputed, and the rest is dunned.`,
		Example: `  dunwell dunning hold --invoice RE12345 --kind promise --until 2026-03-31 --reason 'on the phone'
  dunwell dunning hold --identity K10001 --kind block --reason 'the lawyers are talking'
  dunwell dunning hold --invoice RE12345 --kind dispute --amount 119.00 --reason 'one of two came broken'`,
	})
	f := c.Flags()
	f.Func("invoice", "`reference` of the invoice; either this or --identity", func(v string) error { hold.Invoice = &v; return nil })
	f.Func("identity", "`reference` of the customer", func(v string) error { hold.Identity = &v; return nil })
	f.StringVar((*string)(&hold.Kind), "kind", "", "`kind` of the hold: block, promise, dispute")
	f.StringVar(&hold.Reason, "reason", "", "`text` that says why, for the merchant's own eyes")
	amountFlag(c, &hold.Amount, "disputed `amount` of the invoice; all of it when left out")
	dayFlag(c, &hold.From, "from", "first `day`; today when left out")
	dayFlag(c, &hold.Until, "until", "last `day`; until it is lifted when left out")
	completeValues(c, "kind", string(client.DunningHoldKindBlock), string(client.DunningHoldKindPromise), string(client.DunningHoldKindDispute))
	return asking[client.DunningHold](env, c, "createDunningHold", func(ctx context.Context, api *client.Client, _ []string, options ...client.CallOption) error {
		switch {
		case (hold.Invoice == nil) == (hold.Identity == nil):
			return usagef("either --invoice or --identity is needed")
		case hold.Kind == "":
			return usagef("--kind is needed: block, promise or dispute")
		case hold.Reason == "":
			return usagef("--reason is needed: say why")
		}
		_, err := api.CreateDunningHold(ctx, hold, options...)
		return err
	})
}

func holdsCommand(env environment) *cobra.Command {
	var filter client.DunningHoldFilter
	c := &cobra.Command{Use: "holds", Short: "list what holds dunning back", Example: "  dunwell dunning holds --active\n  dunwell dunning holds --invoice RE12345"}
	f := c.Flags()
	f.StringVar(&filter.Invoice, "invoice", "", "only those of the invoice with this `reference`")
	f.StringVar(&filter.Identity, "identity", "", "only those of the customer with this `reference`")
	f.BoolFunc("active", "only those that count today or later; =false: only those that do not", func(v string) error {
		filter.Active = new(bool)
		return parseBool(filter.Active, v)
	})
	read := byOffset(func(ctx context.Context, api *client.Client, limit, offset int, into client.CallOption) error {
		page := filter
		page.Limit, page.Offset = limit, offset
		_, err := api.ListDunningHolds(ctx, page, into)
		return err
	})
	return listing(env, c, "listDunningHolds", newRows[client.DunningHold]("id,kind,invoice,identity,amount,from,until,lifted,reason", read))
}
