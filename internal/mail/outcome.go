package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"syscall"

	"github.com/dunwell/dunwell/internal/ar"
)

// during is the step at which an attempt failed, and what the server then said no to.
type during string

const (
	duringRate     during = "rate"
	duringDial     during = "dial"
	duringTLS      during = "the encryption"
	duringGreeting during = "the connection"
	duringHello    during = "our greeting"
	duringLogin    during = "the login"
	duringMail     during = "the sender"
	duringRcpt     during = "the recipient"
	duringData     during = "the mail"
	duringContent  during = "the content of the mail"
	duringFinal    during = "the mail, having read it"
)

// transfers are the steps at which a no is about this mail and not about us.
func (d during) transfers() bool {
	switch d {
	case duringMail, duringRcpt, duringData, duringContent, duringFinal:
		return true
	}
	return false
}

// fault is what it means that a step failed. ctx is the context of the step.
func (s *SMTP) fault(ctx context.Context, at during, err error) ar.Outcome {
	var (
		known *verdict
		reply *textproto.Error
	)
	switch {
	case errors.As(err, &known):
		return known.Outcome
	case errors.As(err, &reply):
		return s.answered(at, reply)
	case at == duringFinal:
		return ar.Outcome{State: ar.DeliveryUnknown, Reason: s.unheard(ctx, err)}
	}
	return s.failed(ctx, at, err)
}

// answered is what a reply means. RFC 5321 4.2.1: 4 is for now, 5 for good. But what is for good about our login or our
// connection is only so until somebody changes the configuration, and a mail is too good to be lost to that. What the server
// says about us, and not about the mail, is for those who run it.
func (s *SMTP) answered(at during, reply *textproto.Error) ar.Outcome {
	said := s.reply(reply.Code, reply.Msg)
	o := ar.Outcome{State: ar.DeliveryDeferred}
	switch login := at == duringLogin || reply.Code == 534 || reply.Code == 535 || reply.Code == 538; {
	case reply.Code == 530:
		o.Reason, o.Detail = closed, "The mail server wants us to log in or to encrypt; set user and password in the SMTP URL, or its tls: "+said
	case reply.Code/100 == 5 && login:
		o.Reason, o.Detail = closed, "The mail server does not accept the user or the password of the SMTP URL: "+said
	case !at.transfers():
		o.Reason, o.Detail = closed, fmt.Sprintf("The mail server answered to %s: %s", at, said)
	case reply.Code/100 == 4:
		o.Reply, o.Reason = said, fmt.Sprintf("The mail server put off %s: %s", at, said)
	case reply.Code/100 == 5:
		o.State, o.Reply, o.Reason = ar.DeliveryRejected, said, fmt.Sprintf("The mail server refused %s: %s", at, said)
	case at == duringFinal:
		o.State, o.Reply = ar.DeliveryUnknown, said
		o.Reason = "The mail server has the mail and gave an answer that means neither yes nor no: " + said
	default:
		o.Reply, o.Reason = said, fmt.Sprintf("The mail server gave an answer to %s that is none: %s", at, said)
	}
	return o
}

// What a merchant is told of a mail server that belongs to somebody else.
const (
	closed      = "The mail server does not take our mail at the moment."
	unreachable = "The mail server cannot be reached at the moment."
	overloaded  = "Too many mails wait at the moment."
)

// reply is a server's reply in one line.
func (s *SMTP) reply(code int, text string) string {
	return cut(oneLine(s.login.scrub(fmt.Sprintf("%d %s", code, text))), 500)
}

// unheard is why the answer to a message is missing.
func (s *SMTP) unheard(ctx context.Context, err error) string {
	const unknown = "so nobody knows whether it took the mail."
	switch {
	case ctx.Err() != nil:
		return "Sending was stopped when the mail server had everything and had not answered, " + unknown
	case timeout(err):
		return fmt.Sprintf("The mail server had everything and did not answer within %v, %s", s.times.Final, unknown)
	}
	return "The connection broke when the mail server had everything, " + unknown
}

// failed is what an attempt comes to that had no answer.
func (s *SMTP) failed(ctx context.Context, at during, err error) ar.Outcome {
	o := ar.Outcome{State: ar.DeliveryDeferred, Reason: unreachable}
	switch {
	case at == duringRate && ctx.Err() == nil:
		o.Reason, o.Detail = overloaded, "More mails wait than the rate of the SMTP URL lets out in time."
		o.Untried, o.Wait = true, s.times.Handover
	case errors.Is(context.Cause(ctx), errHandover):
		o.Detail = fmt.Sprintf("The mail was not with the mail server within %v.", s.times.Handover)
	case ctx.Err() != nil:
		o.Reason, o.Untried = "Sending was stopped before the mail had left.", true
	case at == duringDial:
		o.Detail = fmt.Sprintf("The mail server %s cannot be reached: %s.", s.address, describe(err))
	case at == duringTLS:
		o.Detail = fmt.Sprintf("There is no TLS with the mail server %s: %s. Its certificate must be for that name and from an authority known here; ca in the SMTP URL names another.", s.address, describe(err))
	default:
		o.Detail = fmt.Sprintf("The connection to the mail server %s failed at %s: %s.", s.address, at, describe(err))
	}
	return o
}

// describe says what failed, without the addresses of networks that are nobody's business.
func describe(err error) string {
	var (
		name      *net.DNSError
		operation *net.OpError
	)
	switch {
	case timeout(err):
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "it closed the connection"
	case errors.As(err, &name):
		return "its name cannot be resolved"
	case errors.As(err, &operation):
		return cut(oneLine(operation.Err.Error()), 200)
	}
	return cut(oneLine(err.Error()), 200)
}

func timeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

// broken tells whether a connection is no good after an error: anything but a plain no.
func broken(err error) bool {
	var (
		known *verdict
		reply *textproto.Error
	)
	if errors.As(err, &known) {
		return false
	}
	return !errors.As(err, &reply) || reply.Code == 421 || reply.Code < 400
}
