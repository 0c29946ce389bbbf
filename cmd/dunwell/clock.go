package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/client"
)

func clockCommand(env environment) *cobra.Command {
	return group("clock", "the clock of a sandbox",
		asking[client.SandboxClock](env, &cobra.Command{Use: "get", Short: "show what time the server believes it is"}, "getSandboxClock",
			func(ctx context.Context, api *client.Client, _ []string, options ...client.CallOption) error {
				_, err := api.GetSandboxClock(ctx, options...)
				return err
			}),
		asking[client.SandboxClock](env, &cobra.Command{Use: "set TIME", Short: "advance the clock; it never goes back", Example: "  dunwell clock set 2026-12-31"}, "setSandboxClock", setClock))
}

func setClock(ctx context.Context, api *client.Client, args []string, options ...client.CallOption) error {
	to, err := time.Parse(time.DateOnly, args[0])
	if err != nil {
		to, err = time.Parse(time.RFC3339, args[0])
	}
	if err != nil {
		return usagef("%s is no time; write 2026-01-31 or 2026-01-31T12:00:00Z", shown(args[0]))
	}
	_, err = api.SetSandboxClock(ctx, client.SandboxClockSet{Now: scalar.NewTime(to)}, options...)
	return err
}
