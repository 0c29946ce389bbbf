package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func migrateCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "migrate", Short: "bring the database up to date and stop"}
	return withSettings(env, c, func(ctx context.Context, s *settings) error {
		db, _, err := openDatabase(ctx, s)
		if err != nil {
			return err
		}
		if err := db.Close(); err != nil {
			return err
		}
		_, err = fmt.Fprintln(env.out, "the database is up to date")
		return err
	}, "data", "database-url")
}
