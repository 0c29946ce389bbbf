package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// entryColumns are shown of what a run does.
const entryColumns = "invoice,outcome,level,asked,fee,lumpsum,interest,deliveryKind,reason"

// dunningPlanCommand is a dry run and its entries, of which there are two operations. So it stands for none.
func dunningPlanCommand(env environment) *cobra.Command {
	var plan dunningPlan
	c := &cobra.Command{
		Use: "plan", Short: "show who would be dunned, and who not and why",
		Long:    "Plans a dunning run and shows what it would do with each open invoice. Nothing is issued. What it comes to, and how to run exactly this, is said at the end.",
		Example: "  dunwell dunning plan\n  dunwell dunning plan --as-of 2026-03-31 --invoice RE12345",
	}
	runFlags(c, &plan.asked)
	plan.asked.DryRun = new(true)
	c = listing(env, c, "", newRows[client.DunningRunEntry](entryColumns, plan.read))
	delete(c.Annotations, operationAnnotation)
	show := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := show(c, args); err != nil {
			return err
		}
		return plan.tell(env.err)
	}
	return c
}

// dunningPlan is a plan that is made when its first entries are read.
type dunningPlan struct {
	asked client.DunningRunCreate
	made  *client.DunningRun
}

func (p *dunningPlan) read(ctx context.Context, api *client.Client, _ []string, from place, size int, given []listOption) ([]json.RawMessage, *place, error) {
	if p.made == nil {
		made, err := api.CreateDunningRun(ctx, p.asked)
		if err != nil {
			return nil, nil, err
		}
		p.made = made
	}
	return readEntries(ctx, api, []string{p.made.Run}, from, size, given)
}

// tell says what the plan comes to, where it is in nobody's way who wants the rows.
func (p *dunningPlan) tell(w io.Writer) error {
	hint := ""
	if p.made.Notices > 0 && p.made.Hash != nil {
		hint = "; to do exactly this"
		if p.asked.AsOf != nil { // a run is for its day only
			hint += " on that day"
		}
		hint += ": dunwell dunning run --hash " + *p.made.Hash
		if p.asked.Invoices != nil {
			hint += " --invoice " + strings.Join(*p.asked.Invoices, " --invoice ")
		}
	}
	_, err := fmt.Fprintf(w, "plan %s of %s: %d to dun, %d skipped%s\n", p.made.Run, p.made.AsOf, p.made.Notices, p.made.Skipped, hint)
	return err
}

// readEntries reads what the run that is the first argument does.
func readEntries(ctx context.Context, api *client.Client, args []string, from place, size int, _ []listOption) ([]json.RawMessage, *place, error) {
	var response client.Response
	page := client.DunningRunEntryPage{After: from.after, Limit: size}
	entries, err := api.ListDunningRunEntries(ctx, args[0], page, client.Into(&response))
	if err != nil {
		return nil, nil, err
	}
	var sent struct {
		Rows []json.RawMessage `json:"rows"`
	}
	if err := decodeJSON(response.Body, &sent); err != nil || entries.Next == nil {
		return sent.Rows, nil, err
	}
	return sent.Rows, &place{after: *entries.Next}, nil
}
