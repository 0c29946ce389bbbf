package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/store"
)

// access is what a command may do to the database it works on.
type access uint8

const (
	toRead   access = iota // nothing: a database that is not up to date is refused
	toWrite                // brings it up to date first
	toCreate               // makes it too; where a command may not, a mistake in the data directory would look like a server without merchants
)

// withAccounts gives a command the flags for where the database is, and more if they are named, and runs it with the
// database opened for work on what belongs to merchants.
func withAccounts(env environment, c *cobra.Command, may access, run func(context.Context, *app.App) error, more ...string) *cobra.Command {
	return withSettings(env, c, func(ctx context.Context, s *settings) error {
		a, closeAll, err := openAccounts(ctx, s, may, ownTables)
		if err != nil {
			return err
		}
		defer closeAll()
		return run(ctx, a)
	}, append(more, "data", "database-url")...)
}

// openAccounts is open for a command: what it orders is worked by a server. Work on merchants needs no files.
func openAccounts(ctx context.Context, s *settings, may access, complete func(*app.Config) error) (*app.App, func(), error) {
	if s.DatabaseURL == "" && may != toCreate {
		if _, err := os.Stat(s.database()); errors.Is(err, os.ErrNotExist) {
			return nil, nil, fmt.Errorf("there is no database in %s; name the data directory of the server with --data", s.Data)
		}
	}
	return open(ctx, s, may, 0, slog.New(slog.DiscardHandler), complete)
}

// ownTables adds nothing to what an App needs for work on rows.
func ownTables(*app.Config) error { return nil }

func merchantFlag(c *cobra.Command) *string {
	return c.Flags().String("merchant", "", "`id` of the merchant: lower-case letters, digits, hyphens")
}

// ofMerchant is withAccounts for a command on what belongs to one merchant, which is who it acts for.
func ofMerchant(env environment, c *cobra.Command, may access, run func(ctx context.Context, a *app.App, by app.Caller, args []string) error, more ...string) *cobra.Command {
	merchant := merchantFlag(c)
	c.Args = argumentsOf(c)
	var args []string
	check := c.PreRunE
	c.PreRunE = func(c *cobra.Command, given []string) error {
		if args = given; *merchant == "" {
			return usagef("--merchant is needed; dunwell merchants list shows those there are")
		}
		if check != nil {
			return check(c, given)
		}
		return nil
	}
	return withAccounts(env, c, may, func(ctx context.Context, a *app.App) error {
		if _, err := a.Merchant(ctx, *merchant); err != nil {
			return err
		}
		return run(ctx, a, app.System(*merchant, store.ActorSystem), args)
	}, more...)
}

// merchantsOf are the merchants of that id, all for none.
func merchantsOf(ctx context.Context, a *app.App, id string) ([]store.Merchant, error) {
	if id == "" {
		return a.Merchants(ctx)
	}
	m, err := a.Merchant(ctx, id)
	if err != nil {
		return nil, err
	}
	return []store.Merchant{*m}, nil
}

// newestOf are the newest rows of the merchant of that id, or of all for none: at most limit of them, the newest first. read
// gives those of one merchant in that order.
func newestOf[R interface{ created() time.Time }](ctx context.Context, a *app.App, id string, limit int, read func(app.Caller) ([]R, error)) ([]R, error) {
	merchants, err := merchantsOf(ctx, a, id)
	if err != nil {
		return nil, err
	}
	var all []R
	for _, m := range merchants {
		rows, err := read(app.System(m.ID, store.ActorSystem))
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		slices.SortStableFunc(all, func(a, b R) int { return b.created().Compare(a.created()) })
		all = all[:min(limit, len(all))] // never more than two merchants' are held
	}
	return all, nil
}
