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
	return group("dunning", "dunning runs", dunningRunCommand(env))
}

func dunningRunCommand(env environment) *cobra.Command {
	var run client.DunningRunCreate
	c := takesKey(&cobra.Command{
		Use: "run", Short: "plan or execute a dunning run",
		Long:    "With --dry-run the answer is a plan and its hash, and nothing changes. A run with that hash executes exactly that plan, or says what differs.",
		Example: "  dunwell dunning run --dry-run\n  dunwell dunning run --hash HASH",
	})
	dayFlag(c, &run.AsOf, "as-of", "`day` the run is for; today when left out")
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
