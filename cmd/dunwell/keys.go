package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dunwell/dunwell/internal/app"
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
	help := func() { fmt.Fprintln(env.out, keysUsage+strings.Join(app.Permissions, ", ")+"; * for all") }
	if len(args) == 0 {
		help()
		return usagef("say create, list or revoke")
	}
	actions := map[string]func(context.Context, environment, []string) error{"create": createKey, "list": listKeys, "revoke": revokeKey}
	action := actions[args[0]]
	if action == nil {
		help()
		if slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
			return nil
		}
		return usagef("%q is not understood; say create, list or revoke", args[0])
	}
	return action(ctx, env, args[1:])
}

// keyFlags are those of all three, and the settings that say where the database is.
type keyFlags struct {
	*flag.FlagSet
	settings *settings
	merchant string
}

func newKeyFlags(env environment, name string) (*keyFlags, error) {
	if err := checkEnvironment(env.environ); err != nil {
		return nil, err
	}
	f := &keyFlags{FlagSet: flag.NewFlagSet("keys "+name, flag.ContinueOnError)}
	f.SetOutput(env.err)
	var err error
	f.settings, err = register(f.FlagSet, env, []string{"data", "database-url"})
	f.StringVar(&f.merchant, "merchant", "", "`id` of the merchant: lower-case letters, digits, hyphens")
	return f, err
}

func (f *keyFlags) parse(args []string) error {
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return usageError(err.Error())
	case f.NArg() > 0:
		return usagef("%q is not understood", f.Arg(0))
	}
	return nil
}

func createKey(ctx context.Context, env environment, args []string) error {
	f, err := newKeyFlags(env, "create")
	if err != nil {
		return err
	}
	user := f.String("user", "", "user `name` of the key")
	label := f.String("label", "", "a note on what the key is for")
	permissions := f.String("permissions", app.AllPermissions, "comma-separated `list`")
	networks := f.String("networks", "", "comma-separated `list` of networks the key may be used from; empty for anywhere")
	name := f.String("merchant-name", "", "`name` of a new merchant")
	currency := f.String("currency", "EUR", "`currency` of a new merchant")
	if err := f.parse(args); err != nil {
		return err
	}
	if f.merchant == "" || *user == "" {
		return usagef("--merchant and --user are needed")
	}
	from, err := parseNetworks(*networks)
	if err != nil {
		return usagef("--networks: %v", err)
	}
	a, closeAll, err := openApp(ctx, f.settings, "")
	if err != nil {
		return err
	}
	defer closeAll()
	created, err := ensureMerchant(ctx, a, f.merchant, *name, *currency)
	if err != nil {
		return err
	}
	if created {
		fmt.Fprintf(env.out, "merchant  %s (new)\n", f.merchant)
	}
	key, password, err := a.CreateKey(ctx, f.merchant, app.NewKey{Username: *user, Label: *label, Permissions: strings.Split(*permissions, ","), Networks: from})
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "key       %s\nuser      %s\npassword  %s\n\nThe password is not stored and cannot be shown again.\n", key.ID, key.Username, password)
	return nil
}

// ensureMerchant creates a merchant that is not there yet.
func ensureMerchant(ctx context.Context, a *app.App, id, name, currency string) (created bool, err error) {
	merchants, err := a.Merchants(ctx)
	if err != nil || slices.ContainsFunc(merchants, func(m store.Merchant) bool { return m.ID == id }) {
		return false, err
	}
	if name == "" {
		name = id
	}
	return true, a.CreateMerchant(ctx, id, name, currency)
}

func listKeys(ctx context.Context, env environment, args []string) error {
	f, err := newKeyFlags(env, "list")
	if err != nil {
		return err
	}
	if err := f.parse(args); err != nil {
		return err
	}
	a, closeAll, err := openApp(ctx, f.settings, "")
	if err != nil {
		return err
	}
	defer closeAll()
	merchants, err := a.Merchants(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "MERCHANT\tKEY\tUSER\tPERMISSIONS\tNETWORKS\tCREATED\tREVOKED\tLABEL")
	for _, m := range merchants {
		if f.merchant != "" && f.merchant != m.ID {
			continue
		}
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
	f, err := newKeyFlags(env, "revoke")
	if err != nil {
		return err
	}
	id := f.String("id", "", "`id` of the key, as keys list shows it")
	if err := f.parse(args); err != nil {
		return err
	}
	if f.merchant == "" || *id == "" {
		return usagef("--merchant and --id are needed")
	}
	a, closeAll, err := openApp(ctx, f.settings, "")
	if err != nil {
		return err
	}
	defer closeAll()
	if err := a.RevokeKey(ctx, f.merchant, *id); err != nil {
		return err
	}
	fmt.Fprintln(env.out, "revoked; every server refuses it within a second")
	return nil
}
