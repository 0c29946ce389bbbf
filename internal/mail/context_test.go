package mail

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
)

// The context ends at each step: before the last dot nothing has left, after it the answer is waited for a little.
func TestContextEnds(t *testing.T) {
	tests := []struct {
		at    mailtest.Stage
		state ar.DeliveryState
	}{
		{mailtest.Greeting, ar.DeliveryDeferred},
		{mailtest.StartTLS, ar.DeliveryDeferred},
		{mailtest.Auth, ar.DeliveryDeferred},
		{mailtest.Mail, ar.DeliveryDeferred},
		{mailtest.Rcpt, ar.DeliveryDeferred},
		{mailtest.Data, ar.DeliveryDeferred},
		{mailtest.End, ar.DeliveryUnknown},
	}
	for _, test := range tests {
		t.Run(string(test.at), func(t *testing.T) {
			server := mailtest.New(t, mailtest.Config{User: "a", Password: "b"})
			hold := make(chan struct{})
			defer close(hold)
			server.Fail(mailtest.Fault{At: test.at, Hold: hold})
			s := open(t, server.URL(), Timeouts{Grace: 20 * time.Millisecond})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan ar.Outcome)
			message := render(t, invoice())
			go func() {
				o, err := s.Send(ctx, Envelope{From: "a@example.com", To: "b@example.com"}, bytes.NewReader(message), yes)
				if err != nil {
					t.Error(err)
				}
				done <- o
			}()
			server.WaitFor(test.at, 1)
			if test.at == mailtest.End {
				server.Wait(1)
			}
			cancel()
			if o := <-done; o.State != test.state || !strings.Contains(o.Reason+o.Detail, "stopped") {
				t.Errorf("%+v", o)
			}
		})
	}
}

// An answer that comes within the grace counts.
func TestAnswerWithinGrace(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	hold := make(chan struct{})
	server.Fail(mailtest.Fault{At: mailtest.End, Hold: hold})
	s := open(t, server.URL(), Timeouts{Grace: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan ar.Outcome)
	message := render(t, invoice())
	go func() {
		o, err := s.Send(ctx, Envelope{From: "a@example.com", To: "b@example.com"}, bytes.NewReader(message), yes)
		if err != nil {
			t.Error(err)
		}
		done <- o
	}()
	server.Wait(1)
	cancel()
	close(hold)
	if o := <-done; o.State != ar.DeliveryAccepted {
		t.Errorf("%+v", o)
	}
	attemptAccepted(t, s)
	if got := server.Reached(mailtest.Greeting); got != 2 {
		t.Errorf("%d connections: one on which a context has ended is not used again", got)
	}
}

func TestHandoverTakesTooLong(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	hold := make(chan struct{})
	defer close(hold)
	server.Fail(mailtest.Fault{At: mailtest.Rcpt, Hold: hold})
	o, ready := attempt(t, open(t, server.URL(), Timeouts{Handover: 50 * time.Millisecond}))
	if o.State != ar.DeliveryDeferred || !strings.Contains(o.Reason+o.Detail, "not with the mail server within 50ms") || ready != 0 {
		t.Errorf("%+v", o)
	}
}
