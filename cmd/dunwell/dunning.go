package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"
	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

func dunningCommand(env environment) *cobra.Command {
	return group("dunning", "dunning runs, and what holds them back",
		dunningPlanCommand(env),
		dunningRunCommand(env),
		dunningRunsCommand(env),
		asking[client.DunningRun](env, &cobra.Command{Use: "status RUN", Short: "show how a dunning run stands"}, "getDunningRun", reading((*client.Client).GetDunningRun)),
		listing(env, &cobra.Command{Use: "entries RUN", Short: "list what a dunning run does with each invoice", Example: "  dunwell dunning entries 7 --jsonl | jq -r 'select(.outcome == \"dropped\")'"},
			"listDunningRunEntries", newRows[client.DunningRunEntry](entryColumns, readEntries)),
		holdCommand(env),
		holdsCommand(env),
		asking[client.DunningHold](env, takesKey(&cobra.Command{Use: "lift HOLD", Short: "end a hold before its last day"}), "liftDunningHold", reading((*client.Client).LiftDunningHold)),
	)
}

func dunningRunCommand(env environment) *cobra.Command {
	var run client.DunningRunCreate
	c := takesKey(&cobra.Command{
		Use: "run", Short: "issue the notices of today",
		Long: `Issues the notices of today, in the background: dunning status tells how the run goes on. With the hash of a plan, it does exactly
what was planned, or fails and says what differs. With --dry-run it only plans, as dunning plan does.`,
		Example: "  dunwell dunning plan\n  dunwell dunning run --hash HASH\n  dunwell dunning status RUN",
	})
	runFlags(c, &run)
	c.Flags().BoolFunc("dry-run", "only plan", func(v string) (err error) {
		run.DryRun = new(bool)
		return parseBool(run.DryRun, v)
	})
	c.Flags().Func("hash", "`hash` of the plan to execute", func(v string) error { run.Hash = &v; return nil })
	return asking[client.DunningRun](env, c, "createDunningRun", func(ctx context.Context, api *client.Client, _ []string, options ...client.CallOption) error {
		_, err := api.CreateDunningRun(ctx, run, options...)
		return err
	})
}

func dunningRunsCommand(env environment) *cobra.Command {
	var filter client.DunningRunFilter
	c := &cobra.Command{Use: "runs", Short: "list dunning runs, those that the schedule began too, the newest first", Example: "  dunwell dunning runs --dry-run=false --limit 7"}
	c.Flags().BoolFunc("dry-run", "only plans; =false: only those that issue notices", func(v string) error {
		filter.DryRun = new(bool)
		return parseBool(filter.DryRun, v)
	})
	read := byOffset(func(ctx context.Context, api *client.Client, limit, offset int, into client.CallOption) error {
		page := filter
		page.Limit, page.Offset = limit, offset
		_, err := api.ListDunningRuns(ctx, page, into)
		return err
	})
	return listing(env, c, "listDunningRuns", newRows[client.DunningRun]("run,asOf,scheduled,dryRun,state,notices,skipped,issued,dropped,reason", read))
}

// runFlags are those of a run to plan and of one to execute.
func runFlags(c *cobra.Command, run *client.DunningRunCreate) {
	dayFlag(c, &run.AsOf, "as-of", "`day` to plan for; today when left out")
	c.Flags().Func("invoice", "only the `invoice` with this reference; may be repeated", func(v string) error {
		if run.Invoices == nil {
			run.Invoices = new([]string)
		}
		*run.Invoices = append(*run.Invoices, v)
		return nil
	})
}

func modifyDunningCommand(env environment) *cobra.Command {
	var to client.DunningModification
	c := takesKey(&cobra.Command{
		Use: "modify-dunning INVOICE", Short: "set where the dunning of an invoice stands",
		Long: "Takes the level as reached, so that the next step is one higher, and moves the date interest runs from; at least one of both.",
	})
	c.Flags().Func("level", "dunning `level` reached: 0 none, 1 reminder, 2 dunning 1 … 5 dunning 4", func(v string) error {
		level, err := strconv.Atoi(v)
		if err != nil {
			return errors.New("write a number from 0 to 5")
		}
		to.Dunninglevel = &level
		return nil
	})
	dayFlag(c, &to.StartDunningDate, "start", "base `day`, from which interest runs; the due date when left out")
	return asking[client.JobResult](env, c, "modifyDunning", func(ctx context.Context, api *client.Client, args []string, options ...client.CallOption) error {
		_, err := api.ModifyDunning(ctx, args[0], to, options...)
		return err
	})
}

func claimCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "claim INVOICE", Short: "compute what is claimed on a day"}
	asOf := &openapi_types.Date{} // the zero time stands for today
	dayFlag(c, &asOf, "as-of", "last `day` that counts, past or future; today when left out")
	return asking[client.Claim](env, c, "getClaim", func(ctx context.Context, api *client.Client, args []string, options ...client.CallOption) error {
		_, err := api.GetClaim(ctx, args[0], asOf.Time, options...)
		return err
	})
}

func dayFlag(c *cobra.Command, to **openapi_types.Date, name, help string) {
	c.Flags().Func(name, help, func(v string) error {
		day, err := time.Parse(time.DateOnly, v)
		if err != nil {
			return errors.New("write a day such as 2026-01-31")
		}
		*to = &openapi_types.Date{Time: day}
		return nil
	})
}
