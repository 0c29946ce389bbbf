package mail

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// clocked is a connection that only remembers its deadline.
type clocked struct {
	net.Conn
	deadline time.Time
}

func (c *clocked) SetDeadline(t time.Time) error {
	c.deadline = t
	return nil
}

func TestWire(t *testing.T) {
	tests := []struct {
		name string
		do   func(*wire)
		want time.Duration // from now; negative: what is going on fails
	}{
		{"a step", func(w *wire) { w.allow(time.Minute) }, time.Minute},
		{"the end", func(w *wire) { w.allow(time.Minute); w.end() }, -time.Second},
		{"a step after the end", func(w *wire) { w.end(); w.allow(time.Minute) }, -time.Second},
		{"a message has left", func(w *wire) { w.commit(time.Hour) }, time.Hour},
		{"the end comes too late", func(w *wire) { w.commit(time.Hour); w.end() }, time.Hour},
		{"the end came while the last byte left", func(w *wire) { w.end(); w.commit(time.Hour) }, time.Hour},
		{"hurry", func(w *wire) { w.commit(time.Hour); w.hurry(time.Second) }, time.Second},
		{"hurry for nothing", func(w *wire) { w.allow(time.Minute); w.hurry(time.Second) }, time.Minute},
		{"a next message", func(w *wire) { w.commit(time.Hour); w.renew(); w.allow(time.Minute) }, time.Minute},
		{"a next message after an end", func(w *wire) { w.end(); w.renew(); w.allow(time.Minute) }, time.Minute},
		{"the end of a next message", func(w *wire) { w.commit(time.Hour); w.renew(); w.allow(time.Minute); w.end() }, -time.Second},
	}
	for _, test := range tests {
		conn := &clocked{}
		test.do(&wire{conn: conn})
		if got := time.Until(conn.deadline); got > test.want || got < test.want-10*time.Second {
			t.Errorf("%s: %v left, want %v", test.name, got, test.want)
		}
	}
}

// Wherever the connection breaks: content fails exactly if the server cannot have all of it, down to the last byte.
func TestContentBreaksAtEachByte(t *testing.T) {
	const message, sent = "Subject: x\r\n\r\n.dot\r\n", "Subject: x\r\n\r\n..dot\r\n.\r\n"
	for read := range len(sent) + 1 {
		near, far := net.Pipe() // it has no buffer: what is not read has not been written
		peer := make(chan struct{})
		go func() {
			defer close(peer)
			_, _ = io.WriteString(far, "220 hello\r\n")
			_, _ = io.CopyN(io.Discard, far, int64(read))
			_ = far.Close()
		}()
		client, err := smtp.NewClient(near, "mail.test")
		if err != nil {
			t.Fatal(err)
		}
		c := &session{wire: &wire{conn: near}, client: client, patience: time.Minute}
		if err := c.content(strings.NewReader(message)); (err == nil) != (read == len(sent)) {
			t.Errorf("%d of %d bytes read: %v", read, len(sent), err)
		}
		c.close()
		<-peer
	}
}
