package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/dunwell/dunwell/internal/ar"
)

// session is a connection to the mail server, greeted, encrypted and logged in.
type session struct {
	wire     *wire
	client   *smtp.Client
	patience time.Duration // with each answer
	letters  int           // mails so far
	expiry   *time.Timer   // while it waits for a next mail
	stop     func() bool   // of watching a context
	spent    bool          // what watched it may yet act on it
}

// watch lets the end of a context break off what is going on.
func (c *session) watch(ctx context.Context) { c.stop = context.AfterFunc(ctx, c.wire.end) }

// unwatch ends that. If it comes too late, the connection serves no other mail.
func (c *session) unwatch() {
	if c.stop != nil && !c.stop() {
		c.spent = true
	}
	c.stop = nil
}

// transaction is what a mail server hears before the message.
type transaction struct {
	from, to address
	size     int64
}

// command says a line and reads the answer, whose code must be or begin with expect.
func (c *session) command(expect int, format string, args ...any) error {
	c.wire.allow(c.patience)
	text := c.client.Text
	id, err := text.Cmd(format, args...)
	if err != nil {
		return err
	}
	text.StartResponse(id)
	defer text.EndResponse(id)
	_, _, err = text.ReadResponse(expect)
	return err
}

// mail begins a transaction, unless the server has said that it cannot take such a mail.
func (c *session) mail(t transaction) error {
	parameters := ""
	if sized, limit := c.client.Extension("SIZE"); sized && t.size > 0 {
		parameters += " SIZE=" + strconv.FormatInt(t.size, 10)
		if n, err := strconv.ParseInt(limit, 10, 64); err == nil && n > 0 && t.size > n {
			return &verdict{ar.Outcome{State: ar.DeliveryRejected, Reason: fmt.Sprintf("The mail has %d bytes, and the mail server takes at most %d.", t.size, n)}}
		}
	}
	if t.to.international() {
		if ok, _ := c.client.Extension("SMTPUTF8"); !ok {
			return &verdict{ar.Outcome{State: ar.DeliveryRejected, Reason: "The mail server takes only addresses that are ASCII before the @ (it has no SMTPUTF8)."}}
		}
		parameters += " SMTPUTF8"
		if ok, _ := c.client.Extension("8BITMIME"); ok {
			parameters += " BODY=8BITMIME"
		}
	}
	return c.command(2, "MAIL FROM:%s%s", t.from.path(), parameters)
}

// verdict is an outcome that needs no answer of the server's.
type verdict struct{ ar.Outcome }

func (v *verdict) Error() string { return v.Reason }

// readError is that of the message, not of the connection.
type readError struct{ error }

// content sends the message and the dot that ends it. If it fails, the server does not have the dot, because the last byte of it has
// not been taken by the connection.
func (c *session) content(message io.Reader) error {
	w := c.client.Text.DotWriter()
	for buffer := make([]byte, 32<<10); ; {
		n, err := message.Read(buffer)
		c.wire.allow(c.patience)
		if _, failed := w.Write(buffer[:n]); failed != nil {
			return c.lastWords(failed)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return &readError{err}
		}
	}
	c.wire.allow(c.patience)
	if err := w.Close(); err != nil {
		return c.lastWords(err)
	}
	return nil
}

// lastWords is what the server has said before it hung up, else err.
func (c *session) lastWords(err error) error {
	c.wire.allow(time.Second)
	_, _, reply := c.client.Text.ReadResponse(2)
	if said := (*textproto.Error)(nil); errors.As(reply, &said) && said.Code >= 400 && said.Code < 600 {
		return reply
	}
	return err
}

// farewell says a line that ends something and that nobody should wait long for.
func (c *session) farewell(line string) error {
	c.unwatch()
	c.wire.renew()
	patience := c.patience
	defer func() { c.patience = patience }()
	c.patience = min(patience, 5*time.Second)
	return c.command(2, "%s", line)
}

// quit closes politely.
func (c *session) quit() {
	_ = c.farewell("QUIT") // we leave in any case
	c.close()
}

func (c *session) close() {
	c.unwatch()
	_ = c.wire.conn.Close() // nothing depends on it any more
}
