package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

const keysUsage = `Usage:
  dunwell keys create --merchant ID --user NAME [--permissions LIST] [--networks LIST] [--label TEXT]
                      [--merchant-name TEXT] [--currency EUR]
  dunwell keys list   [--merchant ID]
  dunwell keys revoke --merchant ID --id KEY

create also creates the merchant if it is new. The password is shown once.
Permissions: `

func keysCommand(ctx context.Context, env environment, args []string) error {
	actions := map[string]func(context.Context, environment, []string) error{"create": createKey, "list": listKeys, "revoke": revokeKey}
	switch {
	case len(args) == 0:
		return usagef("say create, list or revoke")
	case slices.Contains([]string{"help", "-h", "--help"}, args[0]):
		_, err := fmt.Fprintln(env.out, keysUsage+strings.Join(app.Permissions, ", ")+"; * for all")
		return err
	case actions[args[0]] == nil:
		return usagef("%s is not understood; say create, list or revoke", shown(args[0]))
	}
	err := actions[args[0]](ctx, env, args[1:])
	if ar.KindOf(err) == ar.Invalid {
		return usageError(sentence(err))
	}
	return err
}

// newKeyFlags are the flags of all three: where the database is, and which merchant is meant.
func newKeyFlags(env environment, name string) (f *flags, merchant *string, err error) {
	f, err = newFlags(env, "keys "+name, "data", "database-url")
	if err != nil {
		return nil, nil, err
	}
	return f, f.String("merchant", "", "`id` of the merchant: lower-case letters, digits, hyphens"), nil
}

// openAccounts opens the database for work on merchants and keys, which needs no files. create says whether a SQLite
// database may be new; else a mistake in the data directory would look like a server without keys.
func openAccounts(ctx context.Context, s *settings, create bool) (*app.App, func(), error) {
	if s.DatabaseURL == "" && !create {
		if _, err := os.Stat(s.database()); errors.Is(err, os.ErrNotExist) {
			return nil, nil, fmt.Errorf("there is no database in %s; name the data directory of the server with --data", s.Data)
		}
	}
	db, clock, err := openDatabase(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	return app.New(app.Config{DB: db, Clock: clock, Elapsed: time.Now}), func() { _ = db.Close() }, nil
}

// wantedKey is what keys create is asked for.
type wantedKey struct {
	merchant, name, currency string
	key                      app.NewKey
}

func readWantedKey(env environment, args []string) (*settings, *wantedKey, error) {
	f, merchant, err := newKeyFlags(env, "create")
	if err != nil {
		return nil, nil, err
	}
	var w wantedKey
	f.StringVar(&w.key.Username, "user", "", "user `name` of the key")
	f.StringVar(&w.key.Label, "label", "", "`text` on what the key is for")
	permissions := f.String("permissions", app.AllPermissions, "comma-separated `list`; dunwell keys --help names them")
	networks := f.String("networks", "", "comma-separated `list` of networks the key may be used from; empty for anywhere")
	f.StringVar(&w.name, "merchant-name", "", "`name` of a new merchant")
	f.StringVar(&w.currency, "currency", "EUR", "`code` of the currency of a new merchant")
	if err := f.parse(args); err != nil {
		return nil, nil, err
	}
	if w.merchant = *merchant; w.merchant == "" || w.key.Username == "" {
		return nil, nil, usagef("--merchant and --user are needed")
	}
	if err := checkUser(w.key.Username); err != nil {
		return nil, nil, usagef("--user: %v", err)
	}
	if err := checkCurrency(w.currency); err != nil {
		return nil, nil, usagef("--currency: %v", err)
	}
	if w.key.Networks, err = parseNetworks(*networks); err != nil {
		return nil, nil, usagef("--networks: %v", err)
	}
	if w.key.Permissions, err = parsePermissions(*permissions); err != nil {
		return nil, nil, usagef("--permissions: %v", err)
	}
	return f.settings, &w, nil
}

// parsePermissions reads a list. What is not known is refused here, before a merchant is created for it.
func parsePermissions(v string) (permissions []string, err error) {
	for text := range strings.SplitSeq(v, ",") {
		text = strings.TrimSpace(text)
		if text != app.AllPermissions && !slices.Contains(app.Permissions, text) {
			return nil, fmt.Errorf("%q is none; dunwell keys --help names them, * stands for all", text)
		}
		permissions = append(permissions, text)
	}
	return permissions, nil
}

func createKey(ctx context.Context, env environment, args []string) error {
	s, w, err := readWantedKey(env, args)
	if err != nil {
		return err
	}
	a, closeAll, err := openAccounts(ctx, s, true)
	if err != nil {
		return err
	}
	defer closeAll()
	created, err := ensureMerchant(ctx, a, w)
	if err != nil {
		return err
	}
	if created {
		fmt.Fprintf(env.out, "merchant  %s (new)\n", w.merchant)
	}
	key, password, err := a.CreateKey(ctx, w.merchant, w.key)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.out, "key       %s\nuser      %s\npassword  %s\n\nThe password is not stored and cannot be shown again.\n", key.ID, key.Username, password)
	return err
}

// ensureMerchant creates a merchant that is not there yet.
func ensureMerchant(ctx context.Context, a *app.App, w *wantedKey) (created bool, err error) {
	merchants, err := a.Merchants(ctx)
	if err != nil || slices.ContainsFunc(merchants, func(m store.Merchant) bool { return m.ID == w.merchant }) {
		return false, err
	}
	name := w.name
	if name == "" {
		name = w.merchant
	}
	err = a.CreateMerchant(ctx, w.merchant, name, w.currency)
	return err == nil, err
}

func listKeys(ctx context.Context, env environment, args []string) error {
	f, merchant, err := newKeyFlags(env, "list")
	if err != nil {
		return err
	}
	if err := f.parse(args); err != nil {
		return err
	}
	a, closeAll, err := openAccounts(ctx, f.settings, false)
	if err != nil {
		return err
	}
	defer closeAll()
	merchants, err := a.Merchants(ctx)
	if err != nil {
		return err
	}
	if *merchant != "" {
		merchants = slices.DeleteFunc(merchants, func(m store.Merchant) bool { return m.ID != *merchant })
		if len(merchants) == 0 {
			return fmt.Errorf("there is no merchant %q", *merchant)
		}
	}
	w := tabwriter.NewWriter(env.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "MERCHANT\tKEY\tUSER\tPERMISSIONS\tNETWORKS\tCREATED\tREVOKED\tLABEL")
	for _, m := range merchants {
		keys, err := a.Keys(ctx, m.ID)
		if err != nil {
			return err
		}
		for _, k := range keys {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.ID, k.ID, k.Username, strings.Join(k.Permissions, ","), networksText(k), k.Created.Format("2006-01-02"), revokedText(k), k.Label)
		}
	}
	return w.Flush()
}

func networksText(k store.Key) string {
	if len(k.Networks) == 0 {
		return "any"
	}
	texts := make([]string, len(k.Networks))
	for i, n := range k.Networks {
		texts[i] = n.String()
	}
	return strings.Join(texts, ",")
}

func revokedText(k store.Key) string {
	if k.Revoked == nil {
		return "-"
	}
	return k.Revoked.Format("2006-01-02 15:04:05")
}

func revokeKey(ctx context.Context, env environment, args []string) error {
	f, merchant, err := newKeyFlags(env, "revoke")
	if err != nil {
		return err
	}
	id := f.String("id", "", "`id` of the key, as keys list shows it")
	if err := f.parse(args); err != nil {
		return err
	}
	if *merchant == "" || *id == "" {
		return usagef("--merchant and --id are needed")
	}
	a, closeAll, err := openAccounts(ctx, f.settings, false)
	if err != nil {
		return err
	}
	defer closeAll()
	if err := a.RevokeKey(ctx, *merchant, *id); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.out, "revoked; every server refuses it within a second")
	return err
}
