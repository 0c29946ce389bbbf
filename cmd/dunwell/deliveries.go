package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

func deliveriesCommand(env environment) *cobra.Command {
	c := group("deliveries", "mails on their way to customers, and what to do about those nobody knows of",
		listDeliveriesCommand(env), releaseCommand(env), resolveCommand(env))
	c.Long = `When the connection to a mail server breaks at the end of a mail, nobody knows whether it was taken: its delivery is unknown.
Whether such a mail is sent again or held is a setting of the merchant. Of one that is held, somebody finds out and decides.`
	return c
}

// deliveryRow is a delivery as the list shows it.
type deliveryRow struct {
	Merchant  string       `json:"merchant"`
	ID        string       `json:"id"`
	Invoice   string       `json:"invoice"` // or credit note: the reference
	Job       int64        `json:"job"`
	Kind      string       `json:"kind"`
	Recipient string       `json:"recipient"`
	State     string       `json:"state"`
	Attempts  int          `json:"attempts"`
	Next      *scalar.Time `json:"next,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	Reply     string       `json:"reply,omitempty"`
	MessageID string       `json:"messageId"`
	Created   scalar.Time  `json:"created"`
	Finished  *scalar.Time `json:"finished,omitempty"`
}

// deliveryStates are what --state takes.
var deliveryStates = []string{
	string(ar.DeliveryQueued), string(ar.DeliverySending), string(ar.DeliveryDeferred), string(ar.DeliveryAccepted),
	string(ar.DeliveryRejected), string(ar.DeliveryUnknown), string(ar.DeliverySuppressed),
}

func listDeliveriesCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "list deliveries of all merchants, or of one, the newest first"}
	c.Example = "  dunwell deliveries list --state unknown"
	merchant := merchantFlag(c)
	var o rowOutput
	o.flags(c)
	state := stateFlag(c, deliveryStates)
	c.PreRunE = func(*cobra.Command, []string) error { return o.check() }
	return withAccounts(env, c, toRead, func(ctx context.Context, a *app.App) error {
		rows, err := newestOf(ctx, a, *merchant, o.limit, func(by app.Caller) ([]deliveryRow, error) {
			deliveries, err := a.Deliveries(ctx, by, ar.DeliveryState(*state), o.limit)
			return shownDeliveries(by.Merchant, deliveries), err
		})
		if err != nil {
			return err
		}
		columns := "id,invoice,job,recipient,state,attempts,next,created,reason"
		if *merchant == "" {
			columns = "merchant," + columns
		}
		return writeList(env.out, o.json, columns, rows)
	})
}

func (r deliveryRow) created() time.Time { return r.Created.Time }

func shownDeliveries(merchant string, deliveries []store.VoucherDelivery) []deliveryRow {
	rows := make([]deliveryRow, len(deliveries))
	for i, d := range deliveries {
		rows[i] = deliveryRow{
			merchant, d.ID, d.Reference, d.Job, string(d.Kind), d.Recipient, string(d.State), d.Attempts, maybeTime(d.Next), d.Reason, d.Reply, d.MessageID,
			scalar.NewTime(d.Created), maybeTime(d.Finished),
		}
	}
	return rows
}

// stateFlag narrows a list to one of some states.
func stateFlag(c *cobra.Command, states []string) *string {
	state := new(string)
	c.Flags().Func("state", "`state` to list: "+strings.Join(states, ", ")+"; all when empty", func(v string) error {
		if *state = v; v != "" && !slices.Contains(states, v) {
			return fmt.Errorf("write one of %s", strings.Join(states, ", "))
		}
		return nil
	})
	completeValues(c, "state", states...)
	return state
}

func releaseCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "release ID", Short: "send a mail again of which nobody knew whether it arrived"}
	c.Long = "Sends a mail again, as the same message, once somebody has found out that it did not arrive. A server with workers does it within seconds."
	return ofMerchant(env, c, toWrite, func(ctx context.Context, a *app.App, by app.Caller, args []string) error {
		if err := a.ReleaseDelivery(ctx, by, args[0]); err != nil {
			return err
		}
		_, err := fmt.Fprintln(env.out, "queued")
		return err
	})
}

func resolveCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "resolve ID", Short: "say what became of a mail of which nobody knew whether it arrived"}
	accepted := c.Flags().Bool("accepted", false, "it arrived")
	rejected := c.Flags().Bool("rejected", false, "it did not, and is not to be sent again")
	c.PreRunE = func(*cobra.Command, []string) error {
		if *accepted == *rejected {
			return usagef("say --accepted or --rejected")
		}
		return nil
	}
	return ofMerchant(env, c, toWrite, func(ctx context.Context, a *app.App, by app.Caller, args []string) error {
		if err := a.ResolveDelivery(ctx, by, args[0], *accepted); err != nil {
			return err
		}
		_, err := fmt.Fprintln(env.out, "resolved")
		return err
	})
}
