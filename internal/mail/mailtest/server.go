// Package mailtest is a mail server for tests: a real one (go-smtp), behind a gate that can misbehave at every step, encrypt
// badly, and count.
package mailtest

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Config is how the server is. The zero value wants STARTTLS, has a good certificate and asks for no login.
type Config struct {
	TLS         TLS
	Certificate Certificate
	User        string // who may log in, by PLAIN; empty: nobody has to
	Password    string
	SMTPUTF8    bool
	MaxBytes    int64 // of a message, announced by SIZE; 0: any
}

// TLS is when the server encrypts.
type TLS int

const (
	STARTTLS TLS = iota // when asked
	Implicit            // from the beginning
	None
)

// Message is a mail that the server keeps.
type Message struct {
	From, To string // of the envelope
	Data     []byte
	User     string // who was logged in
	TLS      bool   // it came encrypted
	UTF8     bool   // SMTPUTF8 was asked for
}

// ID is the Message-ID without its angle brackets; empty when there is none.
func (m Message) ID() string {
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		return ""
	}
	return strings.Trim(parsed.Header.Get("Message-ID"), "<>")
}

// Server is a mail server on a port of this machine. It is safe for concurrent use.
type Server struct {
	t        testing.TB
	config   Config
	listener net.Listener
	tls      *tls.Config
	ca       string // file
	backend  *smtp.Server
	inside   *pipes
	running  sync.WaitGroup
	closed   chan struct{}

	mu          sync.Mutex
	changed     chan struct{} // closed at the next change
	messages    []Message
	faults      []*Fault
	reached     map[Stage]int
	connections map[net.Conn]bool
}

// New starts a server. It ends with the test.
func New(t testing.TB, config Config) *Server {
	t.Helper()
	s := &Server{
		t: t, config: config, inside: newPipes(), closed: make(chan struct{}),
		changed: make(chan struct{}), reached: make(map[Stage]int), connections: make(map[net.Conn]bool),
	}
	if config.TLS != None {
		s.tls, s.ca = certify(t, config.Certificate)
	}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.backend = smtp.NewServer(smtp.BackendFunc(s.newSession))
	s.backend.Domain, s.backend.AllowInsecureAuth = "mail.test", true // the gate sees to encryption
	s.backend.EnableSMTPUTF8, s.backend.MaxMessageBytes = config.SMTPUTF8, config.MaxBytes
	s.backend.ErrorLog = quiet{}
	s.running.Go(func() { _ = s.backend.Serve(s.inside) }) // ends when the server does
	s.running.Go(s.accept)
	t.Cleanup(s.close)
	return s
}

// quiet is a log of what a test breaks on purpose.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.register(conn) {
			_ = conn.Close()
			return
		}
		s.running.Go(func() {
			newGate(s, conn).run()
			s.mu.Lock()
			delete(s.connections, conn)
			s.mu.Unlock()
		})
	}
}

// register keeps a connection, so that close can end it; it is false when close has been there already.
func (s *Server) register(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return false
	default:
	}
	s.connections[conn] = true
	return true
}

func (s *Server) close() {
	s.mu.Lock()
	close(s.closed)
	for conn := range s.connections {
		_ = conn.Close()
	}
	s.mu.Unlock()
	_ = s.listener.Close()
	_ = s.backend.Close() // closes inside too
	s.running.Wait()
}

// Address is host and port.
func (s *Server) Address() string { return s.listener.Addr().String() }

// URL is the server's URL as mail.Open takes it, with the login and the authority of its certificate. More options follow as
// pairs of name and value.
func (s *Server) URL(options ...string) string {
	u := url.URL{Scheme: "smtp", Host: s.Address()}
	if s.config.User != "" {
		u.User = url.UserPassword(s.config.User, s.config.Password)
	}
	q := url.Values{}
	switch s.config.TLS {
	case STARTTLS:
		q.Set("ca", s.ca)
	case Implicit:
		u.Scheme = "smtps"
		q.Set("ca", s.ca)
	case None:
		q.Set("tls", "none")
	}
	for i := 0; i+1 < len(options); i += 2 {
		q.Set(options[i], options[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Messages are those kept so far, in the order they came.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// patience is how long a test waits for what should come.
const patience = 20 * time.Second

// Wait waits until the server keeps n messages, and fails the test if that does not come about.
func (s *Server) Wait(n int) []Message {
	s.t.Helper()
	s.until(fmt.Sprintf("%d messages", n), func() bool { return len(s.messages) >= n })
	return s.Messages()
}

// WaitFor waits until clients have come to a stage n times, faults or not.
func (s *Server) WaitFor(stage Stage, n int) {
	s.t.Helper()
	s.until(fmt.Sprintf("%d times %s", n, stage), func() bool { return s.reached[stage] >= n })
}

// Reached is how often clients have come to a stage.
func (s *Server) Reached(stage Stage) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reached[stage]
}

func (s *Server) until(what string, done func() bool) {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		ok, changed := done(), s.changed
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			s.t.Fatalf("mailtest: no %s within %v", what, patience)
		}
	}
}

// change does something that somebody may wait for.
func (s *Server) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	close(s.changed)
	s.changed = make(chan struct{})
}
