package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func migrateCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "migrate", Short: "bring the database up to date and stop"}
	return withSettings(env, c, func(ctx context.Context, s *settings) error {
		_, closeAll, err := openAccounts(ctx, s, toCreate, ownTables)
		if err != nil {
			return err
		}
		closeAll()
		_, err = fmt.Fprintln(env.out, "the database is up to date")
		return err
	}, "data", "database-url")
}
