package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/client/webhook"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// call lets a worker look at a callback once, and tells when it wants to look again.
func (b *bench) call(c ar.Callback) (again time.Duration) {
	b.Helper()
	again, err := b.callBack(b.Context(), jobs.Nudge{Kind: nudgeCallback, Merchant: by.Merchant, ID: c.ID})
	b.no(err)
	return again
}

// caller lets a worker try a callback beside the test, which is told when it has ended.
func (b *bench) caller(c ar.Callback) (end func()) {
	b.Helper()
	return b.callerIn(context.WithoutCancel(b.Context()), c)
}

// callerIn is caller, in a context of its own.
func (b *bench) callerIn(ctx context.Context, c ar.Callback) (end func()) {
	b.Helper()
	var done sync.WaitGroup
	done.Go(func() {
		if _, err := b.callBack(ctx, jobs.Nudge{Kind: nudgeCallback, Merchant: by.Merchant, ID: c.ID}); err != nil {
			b.Error(err)
		}
	})
	return done.Wait
}

// callback is the only callback of a job, as it is now.
func (b *bench) callback(job Job) ar.Callback {
	b.Helper()
	all := b.status(job).Callbacks
	if len(all) != 1 {
		b.Fatalf("job %d has %d callbacks", job, len(all))
	}
	return all[0]
}

// told makes a job that has ended, of which a receiver wants to know.
func (b *bench) told(c Commit) Job {
	b.Helper()
	b.draft()
	job, err := b.CommitInvoice(b.Context(), by, "RE1", c, nil)
	b.no(err) // nobody to mail to: it has ended
	return job
}

// A second nudge, while a worker posts, is one too many.
func TestNudgeWhilePosting(t *testing.T) {
	each(t, func(b *bench) {
		hold := make(chan struct{})
		r := b.receiver(func(http.ResponseWriter, *http.Request) { <-hold }, status(200))
		job := b.told(Commit{NotifyURL: r.URL})
		c := b.callback(job)
		end := b.caller(c)
		r.wait(1)
		if again := b.call(c); again < ar.CallbackLease-time.Second || again > ar.CallbackLease { // in whole milliseconds
			b.Errorf("looks again in %v", again)
		}
		close(hold)
		end()
		if c := b.callback(job); c.State != ar.CallbackDelivered || c.Attempts != 1 || len(r.got()) != 1 {
			b.Errorf("%d posts, %+v", len(r.got()), c)
		}
	})
}

// signed fails unless a post carries a signature of the merchant's newest secret, of the time of the attempt.
func (b *bench) signed(p posted) {
	b.Helper()
	merchant, err := b.Merchant(b.Context(), by.Merchant)
	b.no(err)
	secret, err := webhook.ParseSecret(merchant.CallbackSecrets[0])
	b.no(err)
	if err := webhook.Verify([]webhook.Secret{secret}, p.Header, []byte(p.body), b.elapsed.Now(), time.Second); err != nil {
		b.Errorf("%v: %v", p.Header, err)
	}
}

// ring lets a worker look at all callbacks of a job once.
func (b *bench) ring(job Job) {
	b.Helper()
	for _, c := range b.status(job).Callbacks {
		b.call(c)
	}
}

// What is posted is what the contract says, to the byte, and signed.
func TestCallbackBodies(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		r := b.receiver(status(204))
		b.subscribe(r)
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.draft()
		b.customer(ar.Email{Email: "bills@example.com"})
		_, err := b.UpdateInvoice(b.Context(), by, "RE1", ar.InvoiceChange{Label: ar.Set("Beratung <März>"), Ordernumber: ar.Set("PO-7"), Items: items("99.90")}, Seen{})
		b.no(err)
		job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{NotifyURL: r.URL + "/notify?a=b"}, nil)
		b.no(err)
		if len(b.status(job).Callbacks) != 0 {
			b.Error("told before it has ended")
		}
		b.attempt(job)
		b.no(b.pay("40.5"))
		b.ring(job)
		resent := b.resend()
		peer.Fail(mailtest.Fault{At: mailtest.Rcpt, Reply: "550 5.1.1 Unknown user"})
		b.attempt(resent)
		b.ring(resent)
		var got string
		for _, p := range r.got() {
			b.signed(p)
			if p.Get("Content-Type") != "application/json" {
				b.Errorf("%v", p.Header)
			}
			got += strings.ReplaceAll(p.body, p.Get("webhook-id"), "{webhook-id}") + "\n"
		}
		want := `{"result":"OK","resultcode":"0","job":"3","notification":"{webhook-id}"}
{"client":"acme","due":"2026-03-16T00:00:00.000Z","identityReference":"K1","job":"3","label":"Beratung \u003cMärz\u003e","number":"RE-2026-0001","ordernumber":"PO-7","state":"none","total":99.9,"unpaid":99.9,"voucherReference":"RE1","workflow":"commitInvoice","result":"OK","resultcode":"0"}
{"client":"acme","due":"2026-03-16T00:00:00.000Z","identityReference":"K1","job":"5","label":"Beratung \u003cMärz\u003e","number":"RE-2026-0001","ordernumber":"PO-7","state":"none","total":99.9,"unpaid":59.4,"voucherReference":"RE1","workflow":"resendInvoice","result":"The mail server refused the recipient: 550 5.1.1 Unknown user","resultcode":"2"}
`
		if got != want {
			b.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

// The schedule of Standard Webhooks: ten attempts in 75 hours, each under the same id and with the same bytes, and signed
// anew.
func TestCallbackSchedule(t *testing.T) {
	want := []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	each(t, func(b *bench) {
		r := b.receiver(status(500))
		job := b.told(Commit{NotifyURL: r.URL})
		var waits []time.Duration
		for wait := time.Duration(0); ; {
			waits = append(waits, wait)
			c := b.callback(job)
			again := b.call(c)
			b.signed(r.got()[len(waits)-1])
			settled := b.callback(job)
			if settled.Next == nil {
				break
			}
			wait = settled.Next.Sub(*c.Next)
			if early := b.call(c); early > again || len(r.got()) != len(waits) {
				b.Errorf("attempt %d came too early", len(waits)+1)
			}
			b.elapsed.Set(*settled.Next)
		}
		if !slices.Equal(waits, want) {
			b.Errorf("waits %v, want %v", waits, want)
		}
		failed := b.callback(job)
		if failed.State != ar.CallbackFailed || failed.Attempts != len(want) || failed.Finished == nil || failed.Reason != "The answer was 500." {
			b.Errorf("%+v", failed)
		}
		r.answers = []http.HandlerFunc{status(200)}
		b.no(b.ReplayCallback(b.Context(), by, failed.ID))
		b.call(failed)
		if c := b.callback(job); c.State != ar.CallbackDelivered || c.Attempts != 1 || c.Reason != "" {
			b.Errorf("a replay: %+v", c)
		}
		for i, p := range r.got() {
			if first := r.got()[0]; p.Get("webhook-id") != failed.ID || p.body != first.body || i > 0 && p.Get("webhook-signature") == first.Get("webhook-signature") {
				b.Errorf("attempt %d: %v %s", i+1, p.Header, p.body)
			}
		}
		b.no(b.ReplayCallback(b.Context(), by, failed.ID)) // whatever became of it
		b.call(failed)
		if history := b.history(job); len(history) != len(want)+2 || history[9].Status != 500 || history[11].Status != 200 || history[11].Attempt != 1 {
			b.Errorf("history %+v", history)
		}
	})
}

// history are the attempts at the only callback of a job.
func (b *bench) history(job Job) []ar.CallbackAttempt {
	b.Helper()
	all, err := b.Callbacks(b.Context(), by, "", 100)
	b.no(err)
	for _, c := range all {
		if c.Job == int64(job) {
			return c.History
		}
	}
	return nil
}

// What a receiver answers, and what follows.
func TestCallbackAnswers(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		slow := make(chan struct{})
		defer close(slow)
		for i, c := range []struct {
			name   string
			answer http.HandlerFunc
			state  ar.CallbackState
			wait   time.Duration // until the next attempt
			reason string
		}{
			{"taken", status(299), ar.CallbackDelivered, 0, ""},
			{"moved", status(301, "Location", "https://169.254.169.254/"), ar.CallbackQueued, 5 * time.Second, "The answer was 301."},
			{"busy", status(429, "Retry-After", "90"), ar.CallbackQueued, 90 * time.Second, "The answer was 429."},
			{"in a hurry", status(503, "Retry-After", "1"), ar.CallbackQueued, 5 * time.Second, "The answer was 503."},
			{"on holiday", status(503, "Retry-After", "31536000"), ar.CallbackQueued, 24 * time.Hour, "The answer was 503."},
			{"gone", status(410), ar.CallbackGone, 0, "The answer was 410."},
			{"slow", func(http.ResponseWriter, *http.Request) { <-slow }, ar.CallbackQueued, 5 * time.Second, "No answer in time."},
			{"hung up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ar.CallbackQueued, 5 * time.Second, "No valid answer."},
			{"talkative", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("ä", 1<<20)) }, ar.CallbackDelivered, 0, ""},
		} {
			r := b.receiver(c.answer)
			if c.name == "slow" {
				b.allow(r.Server, outbound.Options{PostTimeout: 100 * time.Millisecond})
			}
			job := b.another(fmt.Sprint("RE", i), Commit{NotifyURL: r.URL})
			b.attempt(job)
			again := b.call(b.callback(job))
			got, history := b.callback(job), b.history(job)
			var wait time.Duration
			if got.Next != nil {
				wait = got.Next.Sub(b.elapsed.Now()).Round(time.Second)
			}
			if got.State != c.state || got.Reason != c.reason || wait != c.wait || again.Round(time.Second) != c.wait || (got.Finished == nil) == (c.wait == 0) {
				b.Errorf("%s: again in %v, %+v", c.name, wait, got)
			}
			if len(history) != 1 || history[0].Error != c.reason || len(history[0].Response) > 1<<10 || !history[0].At.Equal(b.elapsed.Now().Truncate(time.Millisecond)) {
				b.Errorf("%s: history %+v", c.name, history)
			}
			if len(r.got()) != 1 {
				b.Errorf("%s: %d posts", c.name, len(r.got()))
			}
		}
	})
}

// A worker that comes back late changes nothing.
func TestLateCallback(t *testing.T) {
	each(t, func(b *bench) {
		hold := make(chan struct{})
		r := b.receiver(func(w http.ResponseWriter, _ *http.Request) { <-hold; w.WriteHeader(410) }, status(200))
		job := b.told(Commit{NotifyURL: r.URL})
		end := b.caller(b.callback(job))
		r.wait(1)
		b.elapsed.Advance(ar.CallbackLease + time.Second)
		b.call(b.callback(job))
		before := b.callback(job)
		close(hold)
		end()
		if after := b.callback(job); !reflect.DeepEqual(after, before) || after.State != ar.CallbackDelivered || after.Attempts != 2 || len(b.history(job)) != 1 {
			b.Errorf("the late worker made %+v of %+v", after, before)
		}
	})
}
