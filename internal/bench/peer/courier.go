package peer

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"github.com/wneessen/go-mail/smtp"
)

// Deliver hands n mails for a recipient to a mail server over so many connections, and does nothing else: messages are sent as they are,
// from memory, one after the other and from the beginning again.
func Deliver(ctx context.Context, address, recipient string, messages [][]byte, n, connections int) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, connections)
	for range connections {
		wg.Go(func() {
			failed <- carry(ctx, address, recipient, func() []byte {
				i := next.Add(1)
				if i > int64(n) {
					return nil
				}
				return messages[i%int64(len(messages))]
			})
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// carry sends mails over one connection until there is none left.
func carry(ctx context.Context, address, recipient string, next func() []byte) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // breaks off what is going on
	c, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // every mail was taken
	for message := next(); message != nil; message = next() {
		if err := send(c, recipient, message); err != nil {
			return err
		}
	}
	return c.Quit()
}

func send(c *smtp.Client, recipient string, message []byte) error {
	if err := c.Mail("sender@example.com"); err != nil {
		return err
	}
	if err := c.Rcpt(recipient); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	return w.Close()
}
