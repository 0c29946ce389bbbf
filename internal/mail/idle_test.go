package mail

import (
	"bytes"
	"context"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
)

// One connection serves several mails; one that the server has closed meanwhile is noticed before anything is lost.
func TestConnectionsAreUsedAgain(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{User: "a", Password: "b"})
	s := open(t, server.URL(), brief)
	attemptAccepted(t, s)
	attemptAccepted(t, s)
	for _, stage := range []mailtest.Stage{mailtest.Mail, mailtest.Rcpt, mailtest.Data, mailtest.End} {
		server.Fail(mailtest.Fault{At: stage, Reply: "550 5.1.1 unknown", Times: 1})
		if o, _ := attempt(t, s); o.State != ar.DeliveryRejected {
			t.Errorf("%+v", o)
		}
	}
	attemptAccepted(t, s)
	if got := server.Reached(mailtest.Greeting); got != 1 {
		t.Errorf("%d connections for seven mails", got)
	}
	for _, fault := range []mailtest.Fault{
		{At: mailtest.Mail, Drop: true, Times: 1},
		{At: mailtest.Mail, Reply: "421 4.7.0 too many mails", Drop: true, Times: 1},
	} {
		before := server.Reached(mailtest.Greeting)
		server.Fail(fault)
		attemptAccepted(t, s)
		if got := server.Reached(mailtest.Greeting) - before; got != 1 {
			t.Errorf("%+v: %d new connections", fault, got)
		}
	}
	if n := len(server.Messages()); n != 5 {
		t.Errorf("%d messages", n)
	}
}

// A connection that waits too long is closed, and the next mail opens another.
func TestConnectionsExpire(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	s := open(t, server.URL(), brief)
	attemptAccepted(t, s)
	waiting := s.idle.take()
	s.idle.expire(waiting) // too late: a mail is being sent over it
	s.idle.put(waiting)
	attemptAccepted(t, s)
	if got := server.Reached(mailtest.Greeting); got != 1 {
		t.Errorf("%d connections", got)
	}
	s.idle.expire(waiting)
	if len(s.idle.sessions) != 0 {
		t.Error("it still waits")
	}
	attemptAccepted(t, s)
	if got := server.Reached(mailtest.Greeting); got != 2 {
		t.Errorf("%d connections", got)
	}
}

// What was canceled on one mail's behalf does not break off the next mail over the same connection.
func TestCanceledAfterwards(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	s := open(t, server.URL(), brief)
	message := render(t, invoice())
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		o, err := s.Send(ctx, Envelope{From: "a@example.com", To: "b@example.com"}, bytes.NewReader(message), yes)
		cancel()
		if err != nil || o.State != ar.DeliveryAccepted {
			t.Fatalf("%+v, %v", o, err)
		}
	}
	if got := server.Reached(mailtest.Greeting); got != 1 {
		t.Errorf("%d connections", got)
	}
}
