// Package peer is the mail server at the other end of the measured mails: go-smtp on loopback, which takes everything,
// counts what is for one recipient, and forgets it but for a sample.
package peer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/mail"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Peer is a mail server on a port of this machine. It is safe for concurrent use.
type Peer struct {
	server    *smtp.Server
	listener  net.Listener
	recipient string
	ended     chan struct{}

	mu      sync.Mutex
	changed chan struct{} // closed with the next mail
	taken   []time.Time
	ids     map[string]bool
	sample  [][]byte
	most    int // mails in the sample
}

// Start starts a server that counts the mails to a recipient, and keeps the first ones, so many of them.
func Start(recipient string, sample int) (*Peer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Peer{listener: listener, recipient: recipient, ended: make(chan struct{}), changed: make(chan struct{}), ids: make(map[string]bool), most: sample}
	p.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{peer: p}, nil }))
	p.server.Domain = "peer.test"
	go func() {
		defer close(p.ended)
		_ = p.server.Serve(listener) // ends when it is closed
	}()
	return p, nil
}

// Close ends it.
func (p *Peer) Close() {
	_ = p.listener.Close() // which the server may not know yet
	_ = p.server.Close()   // with connections that nobody needs
	<-p.ended
}

// Address is host and port.
func (p *Peer) Address() string { return p.listener.Addr().String() }

// URL is where a server sends mail to, as its settings want it.
func (p *Peer) URL() string { return "smtp://" + p.Address() + "?tls=none" }

// Taken is how many mails were counted so far.
func (p *Peer) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.taken)
}

// Different is how many Message-IDs they had.
func (p *Peer) Different() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ids)
}

// Sample are the first of them, as they came.
func (p *Peer) Sample() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([][]byte(nil), p.sample...)
}

// Await waits until n mails were counted, and tells when the nth was.
func (p *Peer) Await(ctx context.Context, n int) (time.Time, error) {
	for {
		p.mu.Lock()
		taken, changed := len(p.taken), p.changed
		var at time.Time
		if taken >= n {
			at = p.taken[n-1]
		}
		p.mu.Unlock()
		if taken >= n {
			return at, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return at, fmt.Errorf("%d mails of %d came: %w", taken, n, ctx.Err())
		}
	}
}

func (p *Peer) take(id string, data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken = append(p.taken, time.Now())
	p.ids[id] = true
	if len(p.sample) < p.most {
		p.sample = append(p.sample, bytes.Clone(data))
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// session is a connection. Its buffer serves one mail after the other.
type session struct {
	peer    *Peer
	counted bool // the mail is for the recipient
	data    bytes.Buffer
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Reset()                               { s.counted = false }
func (s *session) Logout() error                        { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.counted = to == s.peer.recipient
	return nil
}

func (s *session) Data(r io.Reader) error {
	s.data.Reset()
	if _, err := s.data.ReadFrom(r); err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(s.data.Bytes()))
	if err != nil {
		return err
	}
	if s.counted {
		s.peer.take(m.Header.Get("Message-ID"), s.data.Bytes())
	}
	return nil
}
