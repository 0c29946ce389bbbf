package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/store"
)

func keysCommand(env environment) *cobra.Command {
	c := group("keys", "create, list and revoke API keys", createKeyCommand(env), listKeysCommand(env), revokeKeyCommand(env))
	c.Long = "create also creates the merchant if it is new. The password is shown once.\nPermissions: " + strings.Join(app.Permissions, ", ") + "; * for all"
	return c
}

// wantedKey is what keys create is asked for.
type wantedKey struct {
	merchant, name, currency string
	key                      app.NewKey
}

func createKeyCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "create", Short: "create a key, and its merchant if it is new"}
	w := wantedKey{currency: "EUR", key: app.NewKey{Permissions: []string{app.AllPermissions}}}
	f := c.Flags()
	merchant := merchantFlag(c)
	f.StringVar(&w.key.Username, "user", "", "user `name` of the key")
	f.StringVar(&w.key.Label, "label", "", "`text` on what the key is for")
	f.StringVar(&w.name, "merchant-name", "", "`name` of a new merchant")
	f.Func("permissions", "comma-separated `list`; dunwell keys --help names them (default *)",
		func(v string) (err error) { w.key.Permissions, err = parsePermissions(v); return err })
	f.Func("networks", "comma-separated `list` of networks the key may be used from; empty for anywhere",
		func(v string) (err error) { w.key.Networks, err = parseNetworks(v); return err })
	f.Func("currency", "`code` of the currency of a new merchant (default EUR)",
		func(v string) error { w.currency = v; return checkCurrency(v) })
	c.PreRunE = func(*cobra.Command, []string) error {
		if w.merchant = *merchant; w.merchant == "" || w.key.Username == "" {
			return usagef("--merchant and --user are needed")
		}
		if err := checkUser(w.key.Username); err != nil {
			return usagef("--user: %v", err)
		}
		return nil
	}
	return withAccounts(env, c, toCreate, func(ctx context.Context, a *app.App) error { return createKey(ctx, env, a, &w) })
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

func createKey(ctx context.Context, env environment, a *app.App, w *wantedKey) error {
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

func listKeysCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "list the keys of all merchants, or of one"}
	merchant := merchantFlag(c)
	return withAccounts(env, c, toRead, func(ctx context.Context, a *app.App) error { return listKeys(ctx, env, a, *merchant) })
}

func listKeys(ctx context.Context, env environment, a *app.App, merchant string) error {
	merchants, err := merchantsOf(ctx, a, merchant)
	if err != nil {
		return err
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

func revokeKeyCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "revoke", Short: "end a key"}
	merchant := merchantFlag(c)
	id := c.Flags().String("id", "", "`id` of the key, as keys list shows it")
	c.PreRunE = func(*cobra.Command, []string) error {
		if *merchant == "" || *id == "" {
			return usagef("--merchant and --id are needed")
		}
		return nil
	}
	return withAccounts(env, c, toWrite, func(ctx context.Context, a *app.App) error {
		if err := a.RevokeKey(ctx, *merchant, *id); err != nil {
			return err
		}
		_, err := fmt.Fprintln(env.out, "revoked; every server refuses it within a second")
		return err
	})
}
