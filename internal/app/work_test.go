package app

import (
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// What a worker had when its process died is taken up by the next process, at its start, once the lease is over: also when
// the queue still takes the nudge to it for being worked.
func TestStartTakesUp(t *testing.T) {
	each(t, func(b *bench) {
		b.reachable()
		job := b.resend()
		_, err := b.claim(b.Context(), by, b.delivery(job).ID)
		b.no(err)
		b.exec(`UPDATE river_job SET state = 'running', attempt = 1, attempted_at = CURRENT_TIMESTAMP`)
		b.elapsed.Advance(ar.DeliveryLease + overdue + time.Second)
		b.no(b.Start(b.Context()))
		b.await("the mail is sent", func() bool { return b.delivery(job).State == ar.DeliveryAccepted })
		b.no(b.Stop(b.Context()))
		if d := b.delivery(job); d.Attempts != 2 || len(b.mails()) != 1 {
			b.Errorf("%d mails, %+v", len(b.mails()), d)
		}
	})
}

func (b *bench) await(what string, condition func() bool) {
	b.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			b.Fatalf("waited in vain until %s", what)
		}
	}
}
