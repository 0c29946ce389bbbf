package main

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/outbound"
)

func webhooksCommand(env environment) *cobra.Command {
	c := group("webhooks", "callbacks to a merchant: where, and what became of them",
		showWebhookCommand(env), setWebhookCommand(env), removeWebhookCommand(env), secretCommand(env), listCallbacksCommand(env), replayCommand(env))
	c.Long = `The webhook of a merchant is told how every job ended: whether the document of a commit, a resend, a credit note or a dunning
notice was mailed, and whether a case reached whoever collects. The notifyUrl of a call is told how that call's job did. Both are signed by the scheme Standard Webhooks, with the
secret of the merchant, and tried for three days.`
	return c
}

// webhookSheet is a merchant's webhook as it is shown. The secret is not.
type webhookSheet struct {
	Merchant string       `json:"merchant"`
	URL      string       `json:"url"`
	Disabled *scalar.Time `json:"disabled,omitempty"`
	Secrets  int          `json:"secrets"`
}

func showWebhookCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "show", Short: "show the webhook of a merchant"}
	c.Long = "Shows where the webhook of a merchant is, when it was disabled because it answered 410, and how many secrets are valid."
	asJSON := c.Flags().Bool("json", false, "print it as JSON")
	return ofMerchant(env, c, toRead, func(ctx context.Context, a *app.App, by app.Caller, _ []string) error {
		m, err := a.Merchant(ctx, by.Merchant)
		if err != nil {
			return err
		}
		sheet := webhookSheet{m.ID, m.Webhook.URL, maybeTime(m.Webhook.Disabled), len(m.CallbackSecrets)}
		if *asJSON {
			return writeIndented(env.out, sheet)
		}
		o, err := objectOf(sheet)
		if err != nil {
			return err
		}
		return writeSheet(env.out, fieldsOf(reflect.TypeFor[webhookSheet]()), o)
	})
}

func setWebhookCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "set URL", Short: "set the webhook of a merchant; one that was disabled is called again"}
	c.Example = "  dunwell webhooks set https://shop.example.com/dunwell --merchant acme"
	return ofMerchant(env, c, toWrite, func(ctx context.Context, a *app.App, by app.Caller, args []string) error {
		if err := a.SetWebhook(ctx, by.Merchant, args[0]); ar.KindOf(err) == ar.Invalid && isPrivate(args[0]) {
			return usagef("%s If it is in a network of yours, name that with --allow-network, here and for serve.", sentence(err))
		} else if err != nil {
			return err
		}
		_, err := fmt.Fprintln(env.out, "set; dunwell webhooks secret shows what its messages are signed with")
		return err
	}, "allow-network")
}

// isPrivate tells whether a URL would be called if its network were allowed.
func isPrivate(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	network := netip.MustParsePrefix("10.0.0.0/8") // where any is allowed, so are names that mean something inside only
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		network = netip.PrefixFrom(ip, ip.BitLen())
	}
	calls, err := outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{network}})
	return err == nil && calls.Check(text) == nil
}

func removeWebhookCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "remove", Short: "end the webhook of a merchant"}
	return ofMerchant(env, c, toWrite, func(ctx context.Context, a *app.App, by app.Caller, _ []string) error {
		if err := a.SetWebhook(ctx, by.Merchant, ""); err != nil {
			return err
		}
		_, err := fmt.Fprintln(env.out, "removed")
		return err
	})
}

func secretCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "secret", Short: "print the secret that callbacks of a merchant are signed with"}
	c.Long = `Prints the secret, whsec_…, as libraries for Standard Webhooks take it. --rotate draws a new one first; the one before stays
valid until the next rotation: callbacks carry a signature of each.`
	rotate := c.Flags().Bool("rotate", false, "draw a new secret")
	return ofMerchant(env, c, toWrite, func(ctx context.Context, a *app.App, by app.Caller, _ []string) error {
		secret, err := callbackSecret(ctx, a, by.Merchant, *rotate)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(env.out, secret)
		return err
	})
}

func callbackSecret(ctx context.Context, a *app.App, merchant string, rotate bool) (string, error) {
	if rotate {
		return a.RotateCallbackSecret(ctx, merchant)
	}
	m, err := a.Merchant(ctx, merchant)
	if err != nil {
		return "", err
	}
	return m.CallbackSecrets[0], nil // there is one always
}

func replayCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "replay ID", Short: "send a callback again, as the same message"}
	c.Long = `Sends a callback again, whatever became of it: the same bytes under the same webhook-id, so that a receiver that has it can
tell. A server with workers does it within seconds.`
	return ofMerchant(env, c, toWrite, func(ctx context.Context, a *app.App, by app.Caller, args []string) error {
		if err := a.ReplayCallback(ctx, by, args[0]); err != nil {
			return err
		}
		_, err := fmt.Fprintln(env.out, "queued")
		return err
	})
}

// callbackRow is a callback as it is shown, with its attempts.
type callbackRow struct {
	Merchant string        `json:"merchant"`
	ID       string        `json:"id"`
	Kind     string        `json:"kind"`
	Job      int64         `json:"job"`
	State    string        `json:"state"`
	URL      string        `json:"url"`
	Reason   string        `json:"reason,omitempty"`
	Next     *scalar.Time  `json:"next,omitempty"`
	Created  scalar.Time   `json:"created"`
	Attempts []callbackTry `json:"attempts"`
}

// callbackTry is one attempt.
type callbackTry struct {
	Attempt  int         `json:"attempt"`
	At       scalar.Time `json:"at"`
	Status   int         `json:"status,omitempty"`
	Error    string      `json:"error,omitempty"`
	Millis   int64       `json:"millis"`
	Response string      `json:"response,omitempty"`
}

// callbackStates are what --state takes.
var callbackStates = []string{
	string(ar.CallbackQueued), string(ar.CallbackSending), string(ar.CallbackDelivered), string(ar.CallbackFailed), string(ar.CallbackGone),
}

func listCallbacksCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "list callbacks to all merchants, or to one, with their attempts, the newest first"}
	merchant := merchantFlag(c)
	var o rowOutput
	o.flags(c)
	state := stateFlag(c, callbackStates)
	c.PreRunE = func(*cobra.Command, []string) error { return o.check() }
	return withAccounts(env, c, toRead, func(ctx context.Context, a *app.App) error {
		rows, err := newestOf(ctx, a, *merchant, o.limit, func(by app.Caller) ([]callbackRow, error) {
			callbacks, err := a.Callbacks(ctx, by, ar.CallbackState(*state), o.limit)
			return shownCallbacks(by.Merchant, callbacks), err
		})
		if err != nil {
			return err
		}
		if o.json {
			return writeList(env.out, true, "", rows)
		}
		columns := fieldsOf(reflect.TypeFor[callbackRow]())
		if *merchant != "" {
			columns = slices.DeleteFunc(columns, func(f field) bool { return f.path == "merchant" })
		}
		return writeCallbacks(env, columns, rows)
	})
}

func (r callbackRow) created() time.Time { return r.Created.Time }

func shownCallbacks(merchant string, callbacks []app.CallbackHistory) []callbackRow {
	rows := make([]callbackRow, len(callbacks))
	for i, c := range callbacks {
		rows[i] = shownCallback(c)
		rows[i].Merchant = merchant
	}
	return rows
}

func shownCallback(c app.CallbackHistory) callbackRow {
	row := callbackRow{
		ID: c.ID, Kind: string(c.Kind), Job: c.Job, State: string(c.State), URL: c.URL, Reason: c.Reason, Next: maybeTime(c.Next),
		Created: scalar.NewTime(c.Created), Attempts: make([]callbackTry, len(c.History)),
	}
	for i, h := range c.History {
		row.Attempts[i] = callbackTry{h.Attempt, scalar.NewTime(h.At), h.Status, h.Error, h.Millis, h.Response}
	}
	return row
}

// writeCallbacks shows each callback with its attempts below it.
func writeCallbacks(env environment, columns []field, rows []callbackRow) error {
	all := make([]object, len(rows))
	for i, row := range rows {
		var err error
		if all[i], err = objectOf(row); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(env.out, "nothing")
		return err
	}
	return writeRows(env.out, columns, all, "")
}
