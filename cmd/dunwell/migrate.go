package main

import (
	"context"
	"fmt"
)

func migrateCommand(ctx context.Context, env environment, args []string) error {
	f, err := newFlags(env, "migrate", "data", "database-url")
	if err != nil {
		return err
	}
	if err := f.parse(args); err != nil {
		return err
	}
	db, _, err := openDatabase(ctx, f.settings)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.out, "the database is up to date")
	return err
}
