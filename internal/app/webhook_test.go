package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/client/webhook"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// subscribe lets the workflow webhook of the merchant be a receiver.
func (b *bench) subscribe(r *receiver) {
	b.Helper()
	b.no(b.SetWebhook(b.Context(), by.Merchant, r.URL+"/hook"))
}

// A webhook that answers 410 is not called any more, until somebody sets it again. A notifyUrl is another matter: it is of
// one call.
func TestWebhookThatIsGone(t *testing.T) {
	each(t, func(b *bench) {
		r := b.receiver(status(410))
		b.draft()
		b.subscribe(r)
		job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{NotifyURL: r.URL + "/notify"}, nil)
		b.no(err)
		callbacks := b.status(job).Callbacks
		b.call(callbacks[0])
		if m, err := b.Merchant(b.Context(), by.Merchant); err != nil || m.Webhook.Disabled != nil || callbacks[0].Kind != ar.CallbackNotify {
			b.Errorf("disabled by the notifyUrl of a call: %+v %v", m.Webhook, err)
		}
		b.ring(job)
		if m, err := b.Merchant(b.Context(), by.Merchant); err != nil || m.Webhook.Disabled == nil || m.Webhook.URL != r.URL+"/hook" {
			b.Errorf("not disabled: %+v %v", m.Webhook, err)
		}
		b.customer(ar.Email{Email: "bills@example.com"})
		for _, want := range []int{0, 1} {
			job := b.resend()
			b.attempt(job)
			if n := len(b.status(job).Callbacks); n != want {
				b.Errorf("%d callbacks, want %d", n, want)
			}
			b.subscribe(r)
		}
	})
}

// Those that were waiting for a webhook when it said that it is gone are not posted either.
func TestCallbacksBehindOneThatIsGone(t *testing.T) {
	each(t, func(b *bench) {
		r := b.receiver(status(410), status(200))
		b.subscribe(r)
		first := b.told(Commit{})
		b.customer(ar.Email{Email: "bills@example.com"})
		second := b.resend()
		b.attempt(second)
		b.ring(first)
		b.ring(second)
		if c := b.callback(second); c.State != ar.CallbackGone || c.Finished == nil || c.Next != nil || len(r.got()) != 1 {
			b.Errorf("%d posts, %+v", len(r.got()), c)
		}
		if err := b.ReplayCallback(b.Context(), by, b.callback(second).ID); ar.KindOf(err) != ar.Conflict {
			b.Errorf("replayed to nobody: %v", err)
		}
		b.subscribe(r)
		b.no(b.ReplayCallback(b.Context(), by, b.callback(second).ID))
		b.ring(second)
		if c := b.callback(second); c.State != ar.CallbackDelivered {
			b.Errorf("%+v", c)
		}
	})
}

// Those that were waiting for a webhook that was taken away, or is another by now, are not posted; what a call wants to be
// told of is.
func TestCallbacksToAWebhookNoMore(t *testing.T) {
	each(t, func(b *bench) {
		r := b.receiver(status(200))
		b.draft()
		b.subscribe(r)
		job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{NotifyURL: r.URL + "/notify"}, nil)
		b.no(err)
		b.no(b.SetWebhook(b.Context(), by.Merchant, r.URL+"/another"))
		b.ring(job)
		callbacks := b.status(job).Callbacks
		if callbacks[0].State != ar.CallbackDelivered || callbacks[1].State != ar.CallbackGone || callbacks[1].Reason == "" || len(r.got()) != 1 {
			b.Errorf("%d posts, %+v", len(r.got()), callbacks)
		}
	})
}

// A server that stops while it posts leaves the callback to another, at no cost.
func TestStopWhilePosting(t *testing.T) {
	each(t, func(b *bench) {
		hold := make(chan struct{})
		r := b.receiver(func(http.ResponseWriter, *http.Request) { <-hold }, status(200))
		defer close(hold)
		job := b.told(Commit{NotifyURL: r.URL})
		ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
		end := b.callerIn(ctx, b.callback(job))
		r.wait(1)
		stop()
		end()
		if c := b.callback(job); c.State != ar.CallbackQueued || c.Attempts != 0 || c.Next.After(b.elapsed.Now()) {
			b.Errorf("%+v", c)
		}
		b.ring(job)
		if c := b.callback(job); c.State != ar.CallbackDelivered || c.Attempts != 1 {
			b.Errorf("%+v", c)
		}
	})
}

// While a secret is being replaced, a receiver may have the old or the new one.
func TestRotatedSecret(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		r := b.receiver(status(200))
		job := b.told(Commit{NotifyURL: r.URL})
		m, err := b.Merchant(b.Context(), by.Merchant)
		b.no(err)
		secrets := []string{m.CallbackSecrets[0]}
		for range 2 {
			secret, err := b.RotateCallbackSecret(b.Context(), by.Merchant)
			b.no(err)
			secrets = append(secrets, secret)
		}
		b.ring(job)
		p := r.got()[0]
		for i, valid := range []bool{false, true, true} {
			secret, err := webhook.ParseSecret(secrets[i])
			b.no(err)
			if err := webhook.Verify([]webhook.Secret{secret}, p.Header, []byte(p.body), b.elapsed.Now(), time.Second); (err == nil) != valid {
				b.Errorf("secret %d: %v", i, err)
			}
		}
	})
}

// A URL within a network is refused when it is given, whoever gives it, and leads nowhere when its name turns out to be
// one.
func TestCallbacksWithin(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.App.outbound = b.resolving("127.0.0.1")
		b.draft()
		for _, url := range []string{"https://127.0.0.1/x", "https://[::1]/", "https://2130706433/", "https://router.local/", "http://shop.example.com/", "https://shop.example.com:8443/", "https://user:secret@shop.example.com/"} {
			_, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{NotifyURL: url}, nil)
			b.refused(url, err, "notifyUrl")
			b.refused(url, b.SetWebhook(b.Context(), by.Merchant, url), "url")
		}
		job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{NotifyURL: "https://inside.example.com/x"}, nil)
		b.no(err)
		b.ring(job)
		c, history := b.callback(job), b.history(job)
		if c.State != ar.CallbackQueued || c.Reason != "No connection." || len(history) != 1 || history[0].Error != c.Reason || history[0].Response != "" || history[0].Status != 0 {
			b.Errorf("%+v, history %+v", c, history)
		}
	})
}

// refused fails unless an error names the field with the URL, and does not repeat what it may hold.
func (b *bench) refused(url string, err error, field string) {
	b.Helper()
	var e *ar.Error
	if !errors.As(err, &e) || e.Kind != ar.Invalid || len(e.Details) != 1 || !slices.Equal(e.Details[0].Fields, []string{field}) || strings.Contains(fmt.Sprint(e), "secret") {
		b.Errorf("%s: %v", url, err)
	}
}
