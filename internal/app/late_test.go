package app

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
)

// worker lets a worker try a delivery beside the test, which is told when it has ended.
func (b *bench) worker(job Job) (end func()) {
	b.Helper()
	return b.workerIn(context.WithoutCancel(b.Context()), job)
}

// workerIn is worker, in a context of its own.
func (b *bench) workerIn(ctx context.Context, job Job) (end func()) {
	b.Helper()
	n := b.nudge(job)
	var done sync.WaitGroup
	done.Go(func() {
		if _, err := b.deliver(ctx, n); err != nil {
			b.Error(err)
		}
	})
	return done.Wait
}

// A second nudge, while a worker has the delivery, is one too many.
func TestNudgeWhileSending(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		for _, stage := range []mailtest.Stage{mailtest.Rcpt, mailtest.Content, mailtest.End} {
			peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
			hold := make(chan struct{})
			peer.Fail(mailtest.Fault{At: stage, Hold: hold, Times: 1})
			job := b.resend()
			end := b.worker(job)
			peer.WaitFor(stage, 1)
			again, err := b.deliver(b.Context(), b.nudge(job))
			b.no(err)
			if again < ar.DeliveryLease-time.Second || again > ar.DeliveryLease { // in whole milliseconds
				b.Errorf("%s: looks again in %v", stage, again)
			}
			close(hold)
			end()
			if d := b.delivery(job); d.State != ar.DeliveryAccepted || d.Attempts != 1 || len(peer.Messages()) != 1 {
				b.Errorf("%s: %d messages, %+v", stage, len(peer.Messages()), d)
			}
		}
	})
}

// late is a moment after a lease that begins now has ended.
func (b *bench) late() {
	b.elapsed.Advance(ar.DeliveryLease + time.Second)
}

// A worker that is so slow that somebody else has the mail by now does not hand it over, and what it reports changes
// nothing.
func TestLateWorker(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		for _, c := range []struct {
			stage    mailtest.Stage
			states   string // that the others see
			messages int
		}{
			{mailtest.Greeting, "accepted", 1},
			{mailtest.Rcpt, "accepted", 1},
			{mailtest.Data, "unknown accepted", 2}, // it had told that it would hand the mail over
			{mailtest.Content, "unknown accepted", 2},
			{mailtest.End, "unknown accepted", 2},
		} {
			peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
			hold := make(chan struct{})
			peer.Fail(mailtest.Fault{At: c.stage, Hold: hold, Times: 1})
			job := b.resend()
			end := b.worker(job)
			peer.WaitFor(c.stage, 1)
			b.late()
			states := counted(b.journey(job))
			before := b.delivery(job)
			close(hold)
			end()
			if after := b.delivery(job); !reflect.DeepEqual(after, before) {
				b.Errorf("%s: the late worker made %+v of %+v", c.stage, after, before)
			}
			messages := peer.Messages()
			if states != c.states || before.Attempts != 2 || before.Generation != 2 || len(messages) != c.messages {
				b.Errorf("%s: %s after %d attempts, %d messages", c.stage, states, before.Attempts, len(messages))
			}
			for _, m := range messages {
				if m.ID() != before.MessageID {
					b.Errorf("%s: Message-ID %s, want %s", c.stage, m.ID(), before.MessageID)
				}
			}
		}
	})
}

// A worker that has slept longer than its lease hands nothing over, also when nobody else has noticed yet.
func TestLateWorkerAlone(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		hold := make(chan struct{})
		peer.Fail(mailtest.Fault{At: mailtest.Rcpt, Hold: hold, Times: 1})
		job := b.resend()
		end := b.worker(job)
		peer.WaitFor(mailtest.Rcpt, 1)
		b.late()
		close(hold)
		end()
		if n := peer.Reached(mailtest.Data); n != 0 {
			b.Errorf("%d times DATA", n)
		}
		if states := counted(b.journey(job)); states != "accepted" || len(peer.Messages()) != 1 {
			b.Errorf("%s, %d messages", states, len(peer.Messages()))
		}
	})
}

// A server that stops gives back what it can, at no cost; of what the mail server has already, nobody knows.
func TestStopWhileSending(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		for _, c := range []struct {
			stage    mailtest.Stage
			state    ar.DeliveryState
			attempts int
			wait     time.Duration
			after    string
			messages int
		}{
			{mailtest.Rcpt, ar.DeliveryDeferred, 0, 0, "accepted", 1},
			{mailtest.End, ar.DeliveryUnknown, 1, 30 * time.Second, "accepted", 2},
		} {
			peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{Grace: 50 * time.Millisecond})
			hold := make(chan struct{})
			peer.Fail(mailtest.Fault{At: c.stage, Hold: hold, Times: 1})
			job := b.resend()
			ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
			end := b.workerIn(ctx, job)
			peer.WaitFor(c.stage, 1)
			stop()
			end()
			close(hold)
			d := b.delivery(job)
			if d.State != c.state || d.Attempts != c.attempts || d.Next == nil || d.Next.Sub(b.elapsed.Now()).Round(time.Second) != c.wait || b.status(job).State != ar.JobRunning {
				b.Errorf("%s: %+v", c.stage, d)
			}
			b.elapsed.Set(b.elapsed.Now().Add(c.wait))
			if states := counted(b.journey(job)); states != c.after || len(peer.Messages()) != c.messages || b.delivery(job).Attempts != c.attempts+1 {
				b.Errorf("%s: then %s, %d messages", c.stage, states, len(peer.Messages()))
			}
		}
	})
}

// A worker that comes back late, and finds that nobody else has tried, is believed: it has heard what the others have not.
func TestLateWorkerKnowsBetter(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		b.hold()
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		hold := make(chan struct{})
		peer.Fail(mailtest.Fault{At: mailtest.End, Hold: hold, Times: 1})
		job := b.resend()
		end := b.worker(job)
		peer.WaitFor(mailtest.End, 1)
		b.late()
		if d := b.attempt(job); d.State != ar.DeliveryUnknown || d.Next != nil || b.status(job).Code != ar.CodeHeld {
			b.Errorf("%+v", d)
		}
		close(hold)
		end()
		if d, s := b.delivery(job), b.status(job); d.State != ar.DeliveryAccepted || s.State != ar.JobDone || len(peer.Messages()) != 1 {
			b.Errorf("%d messages, %+v, %+v", len(peer.Messages()), d, s.Job)
		}
	})
}

// An invoice that is canceled while its mail waits is not mailed: not from the queue, not after a failure, and not when
// the mail server is listening already.
func TestCanceledMeanwhile(t *testing.T) {
	const reason = "The invoice was canceled."
	each(t, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		for _, when := range []string{"queued", "deferred", "listening"} {
			b.another(when, Commit{})
			job, err := b.ResendInvoice(b.Context(), by, when, nil)
			b.no(err)
			attempts := 1
			switch when {
			case "queued":
				b.cancel(when)
				b.attempt(job)
			case "deferred":
				peer.Fail(mailtest.Fault{At: mailtest.Mail, Reply: "450 4.2.1 Later", Times: 1})
				d := b.attempt(job)
				b.cancel(when)
				b.elapsed.Set(*d.Next)
				b.attempt(job)
				attempts = 2
			case "listening":
				hold := make(chan struct{})
				listening := peer.Reached(mailtest.Rcpt)
				peer.Fail(mailtest.Fault{At: mailtest.Rcpt, Hold: hold, Times: 1})
				end := b.worker(job)
				peer.WaitFor(mailtest.Rcpt, listening+1)
				b.cancel(when)
				close(hold)
				end()
			}
			d, s := b.delivery(job), b.status(job)
			if d.State != ar.DeliverySuppressed || d.Reason != reason || d.Attempts != attempts || d.Finished == nil {
				b.Errorf("%s: %+v", when, d)
			}
			if s.State != ar.JobDone || s.Code != ar.CodeSuppressed || s.Result != reason {
				b.Errorf("%s: %+v", when, s.Job)
			}
		}
		if n := peer.Reached(mailtest.Data); n != 0 || len(peer.Messages()) != 0 {
			b.Errorf("%d times DATA", n)
		}
	})
}

func (b *bench) cancel(ref string) {
	b.Helper()
	now := b.clock.Now()
	_, err := b.UpdateInvoice(b.Context(), by, ref, ar.InvoiceChange{Cancelationdate: ar.Set(&now)}, Seen{})
	b.no(err)
}
