package mail

import (
	"context"
	"io"

	"github.com/dunwell/dunwell/internal/ar"
)

// Envelope is what the mail server is told besides the message.
type Envelope struct {
	From string // where bounces go
	To   string
	Size int64 // of the message, in bytes; 0 when it is not known
}

// Sender takes mails to where they go: a mail server, or a folder. It is safe for concurrent use.
type Sender interface {
	// Send makes one attempt. ready is called at most once, when all is prepared and nothing of the message has left; if it
	// fails, nothing does. The outcome is
	//
	//   - accepted, when the mail server says that it has the mail;
	//   - rejected, when it says that it will never take it;
	//   - deferred, when it did not get the mail or does not want it now: another attempt makes no second copy;
	//   - unknown, when it got everything and nobody heard its answer.
	//
	// The error says what is not for people but for the log: that of ready, as it was, with an outcome without a state; or
	// that the message could not be read, with a deferred one. Nothing has left in either case. That ctx ends before all has
	// left is deferred; after that Send waits for the answer a little longer.
	Send(ctx context.Context, e Envelope, message io.Reader, ready func(context.Context) error) (ar.Outcome, error)
}

var _, _ Sender = (*SMTP)(nil), (*Outbox)(nil)
