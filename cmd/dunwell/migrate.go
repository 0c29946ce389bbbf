package main

import (
	"context"
	"fmt"
)

func migrateCommand(ctx context.Context, env environment, args []string) error {
	s, rest, err := readSettings(env, "migrate", args, "data", "database-url")
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("%q is not understood; migrate takes flags only", rest[0])
	}
	_, closeAll, err := openApp(ctx, s, "")
	if err != nil {
		return err
	}
	closeAll()
	fmt.Fprintln(env.out, "the database is up to date")
	return nil
}
