package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"golang.org/x/time/rate"

	"github.com/dunwell/dunwell/internal/ar"
)

// SMTP sends through a mail server, see Open. It speaks the protocol through the smtp package of go-mail, which knows TLS and the ways to log
// in; what follows it does itself, because what a failure means depends on when it happens, to the byte.
type SMTP struct {
	host, address string
	tls           *tls.Config
	mode          mode
	helo          string
	login         login
	dkim          *dkim.SignOptions // nil: not signed
	limit         *rate.Limiter     // nil: no limit
	times         Timeouts
	idle          idle
}

// Timeouts are how long a mail server may take. A zero is the default. Handover and Final together are less than
// ar.DeliveryLease.
type Timeouts struct {
	Command  time.Duration // for each answer but the last, and for each piece of the message; 1 minute
	Handover time.Duration // for all until it has the message, with waiting for the rate; 4 minutes
	Final    time.Duration // for its answer to the message; 10 minutes, RFC 5321 4.5.3.2.6
	Grace    time.Duration // for that answer once the context has ended; 5 seconds
}

func (t Timeouts) withDefaults() Timeouts {
	for _, d := range []struct {
		set     *time.Duration
		minimum time.Duration
	}{{&t.Command, time.Minute}, {&t.Handover, 4 * time.Minute}, {&t.Final, 10 * time.Minute}, {&t.Grace, 5 * time.Second}} {
		if *d.set == 0 {
			*d.set = d.minimum
		}
	}
	return t
}

// errHandover is the cause of an end of Timeouts.Handover.
var errHandover = errors.New("mail: not handed over in time")

// Send makes one attempt, see Sender.
func (s *SMTP) Send(ctx context.Context, e Envelope, message io.Reader, ready func(context.Context) error) (ar.Outcome, error) {
	from, to, err := e.addresses()
	if err != nil {
		return ar.Outcome{State: ar.DeliveryRejected, Reason: "Not sent: " + err.Error() + "."}, nil
	}
	signed, err := s.sign(message)
	if err != nil {
		return unreadable(err)
	}
	defer signed.close()
	handover, cancel := context.WithTimeoutCause(ctx, s.times.Handover, errHandover)
	defer cancel()
	if s.limit != nil {
		if err := s.limit.Wait(handover); err != nil {
			return s.fault(handover, duringRate, err), nil
		}
	}
	c, during, err := s.begin(handover, transaction{from, to, e.Size + signed.added})
	if err != nil {
		return s.fault(handover, during, err), nil
	}
	if err := c.command(2, "RCPT TO:%s", to.path()); err != nil {
		return s.refused(handover, c, duringRcpt, err), nil
	}
	if err := ready(handover); err != nil {
		s.reset(c)
		return ar.Outcome{}, err
	}
	if err := c.command(354, "DATA"); err != nil {
		return s.refused(handover, c, duringData, err), nil
	}
	if err := c.content(signed); err != nil {
		c.close()
		if read := (*readError)(nil); errors.As(err, &read) {
			return unreadable(read.error)
		}
		return s.fault(handover, duringContent, err), nil
	}
	return s.finish(ctx, c), nil
}

// addresses are those of the envelope as the protocol wants them.
func (e Envelope) addresses() (from, to address, err error) {
	if from, err = parseAddress(e.From); err != nil {
		return from, to, fmt.Errorf("the sender %w", err)
	}
	if from.international() {
		return from, to, fmt.Errorf("the sender %q %w: it must be ASCII before the @", e.From, ErrAddress)
	}
	if to, err = parseAddress(e.To); err != nil {
		return from, to, fmt.Errorf("the recipient %w", err)
	}
	return from, to, nil
}

// begin opens a transaction, on a connection that is left from an earlier mail if there is one. That the server has closed
// it since is noticed here, when nothing is lost by beginning again on a new one.
func (s *SMTP) begin(ctx context.Context, t transaction) (*session, during, error) {
	for {
		c := s.idle.take()
		reused := c != nil
		if !reused {
			var at during
			var err error
			if c, at, err = s.connect(ctx); err != nil {
				return nil, at, err
			}
		}
		c.watch(ctx)
		err := c.mail(t)
		if err == nil {
			c.letters++
			return c, "", nil
		}
		if reused && ctx.Err() == nil && broken(err) {
			c.close()
			continue
		}
		s.settleRefusal(c, err)
		return nil, duringMail, err
	}
}

// finish waits for the answer to the message. From here on the mail may have arrived.
func (s *SMTP) finish(ctx context.Context, c *session) ar.Outcome {
	c.wire.commit(s.times.Final)
	c.unwatch()
	c.stop = context.AfterFunc(ctx, func() { c.wire.hurry(s.times.Grace) })
	code, text, err := c.client.Text.ReadResponse(2)
	if err != nil {
		o := s.fault(ctx, duringFinal, err)
		s.settleRefusal(c, err)
		return o
	}
	s.idle.put(c)
	return ar.Outcome{State: ar.DeliveryAccepted, Reply: s.reply(code, text), Reason: "The mail server took the mail."}
}

// refused is what a mail server's no means, and leaves the connection for the next mail.
func (s *SMTP) refused(ctx context.Context, c *session, at during, err error) ar.Outcome {
	o := s.fault(ctx, at, err)
	s.settleRefusal(c, err)
	return o
}

// settleRefusal keeps a connection over which the server said no, and closes one that is no good any more.
func (s *SMTP) settleRefusal(c *session, err error) {
	if broken(err) {
		c.close()
		return
	}
	s.reset(c)
}

// reset ends a transaction without sending.
func (s *SMTP) reset(c *session) {
	if err := c.farewell("RSET"); err != nil {
		c.close()
		return
	}
	s.idle.put(c)
}

// Close ends the connections that wait for a next mail. Mails that are being sent are not its business.
func (s *SMTP) Close() error {
	s.idle.close()
	return nil
}

func unreadable(err error) (ar.Outcome, error) {
	return ar.Outcome{State: ar.DeliveryDeferred, Reason: "The stored message could not be read."}, fmt.Errorf("mail: reading the message: %w", err)
}
