package mail

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"go.uber.org/goleak"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// brief are timeouts that a test can wait for.
var brief = Timeouts{Command: 5 * time.Second, Handover: 10 * time.Second, Final: 100 * time.Millisecond, Grace: 50 * time.Millisecond}

// open is a sender for a test.
func open(t testing.TB, url string, times Timeouts) *SMTP {
	t.Helper()
	s, err := Open(url, times)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func yes(context.Context) error { return nil }

// attempt sends the mail of invoice() and counts how often it was asked whether it may.
func attempt(t testing.TB, s Sender) (o ar.Outcome, ready int) {
	t.Helper()
	return attemptMail(t, s, invoice())
}

func attemptMail(t testing.TB, s Sender, m Message) (o ar.Outcome, ready int) {
	t.Helper()
	message := render(t, m)
	o, err := s.Send(t.Context(), Envelope{"bounces@mueller.example", "juergen@example.com", int64(len(message))}, bytes.NewReader(message), func(context.Context) error {
		ready++
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return o, ready
}

func refuse(at mailtest.Stage, reply string) mailtest.Fault {
	return mailtest.Fault{At: at, Reply: reply}
}

func drop(at mailtest.Stage) mailtest.Fault { return mailtest.Fault{At: at, Drop: true} }

// What becomes of a mail when something goes wrong at each step, and what another attempt then brings.
func TestFaults(t *testing.T) {
	login := mailtest.Config{User: "anna", Password: "s3cret"}
	never := make(chan struct{})
	defer close(never)
	const (
		accepted = ar.DeliveryAccepted
		deferred = ar.DeliveryDeferred
		rejected = ar.DeliveryRejected
		unknown  = ar.DeliveryUnknown
	)
	type test struct {
		name     string
		config   mailtest.Config
		fault    mailtest.Fault
		state    ar.DeliveryState
		messages int // that the server has after the attempt
		ready    int
		says     string // in the reason
	}
	tests := []test{
		{"nothing", login, mailtest.Fault{}, accepted, 1, 1, "took the mail"},
		{"no TLS, and none wanted", mailtest.Config{TLS: mailtest.None}, mailtest.Fault{}, accepted, 1, 1, ""},
		{"TLS from the beginning", mailtest.Config{TLS: mailtest.Implicit, User: "a", Password: "b"}, mailtest.Fault{}, accepted, 1, 1, ""},
		{"content, cut", login, drop(mailtest.Content), deferred, 0, 1, "failed at the content of the mail: it closed the connection"},
		{"final dot, cut and lost", login, drop(mailtest.End), unknown, 0, 1, "nobody knows"},
		{"final dot, cut and kept", login, mailtest.Fault{At: mailtest.End, Drop: true, Keep: true}, unknown, 1, 1, "nobody knows"},
		{"final dot, kept and no answer", login, mailtest.Fault{At: mailtest.End, Hold: never}, unknown, 1, 1, "did not answer within 100ms"},
		{"final dot, kept and 451", login, mailtest.Fault{At: mailtest.End, Reply: "451 4.3.0 no", Keep: true}, deferred, 1, 1, "put off"},
		{"final dot, kept and nonsense", login, mailtest.Fault{At: mailtest.End, Reply: "354 what?", Keep: true}, unknown, 1, 1, "neither yes nor no"},
		{"final dot, kept and no SMTP", login, mailtest.Fault{At: mailtest.End, Reply: "bye", Keep: true}, unknown, 1, 1, "nobody knows"},
		{"greeting, no SMTP", login, refuse(mailtest.Greeting, "SSH-2.0-OpenSSH"), deferred, 0, 0, "failed at the connection"},
		{"MAIL, a login is wanted", login, refuse(mailtest.Mail, "530 5.7.0 Authentication required"), deferred, 0, 0, "set user and password"},
		{"wrong name", mailtest.Config{Certificate: mailtest.WrongName}, mailtest.Fault{}, deferred, 0, 0, "no TLS with the mail server 127.0.0.1"},
		{"expired", mailtest.Config{Certificate: mailtest.Expired}, mailtest.Fault{}, deferred, 0, 0, "certificate has expired"},
		{"unknown authority", mailtest.Config{Certificate: mailtest.Foreign}, mailtest.Fault{}, deferred, 0, 0, "unknown authority"},
		{"wrong name, smtps", mailtest.Config{Certificate: mailtest.WrongName, TLS: mailtest.Implicit}, mailtest.Fault{}, deferred, 0, 0, "no TLS with the mail server 127.0.0.1"},
	}
	for _, stage := range []mailtest.Stage{mailtest.Greeting, mailtest.Hello, mailtest.StartTLS, mailtest.Auth, mailtest.Mail, mailtest.Rcpt, mailtest.Data, mailtest.End} {
		permanent, ready := deferred, 0
		switch stage {
		case mailtest.Data, mailtest.End:
			permanent, ready = rejected, 1
		case mailtest.Mail, mailtest.Rcpt:
			permanent = rejected
		}
		tests = append(tests,
			test{string(stage) + ", 451", login, refuse(stage, "451 4.3.0 not now"), deferred, 0, ready, "451 4.3.0 not now"},
			test{string(stage) + ", 421 and cut", login, mailtest.Fault{At: stage, Reply: "421 4.3.2 closing", Drop: true}, deferred, 0, ready, "421 4.3.2 closing"},
			test{string(stage) + ", 554", login, refuse(stage, "554 5.7.1 never"), permanent, 0, ready, "554 5.7.1 never"})
		if stage != mailtest.End {
			test := test{string(stage) + ", cut", login, drop(stage), deferred, 0, ready, "it closed the connection"}
			tests = append(tests, test)
		}
	}

	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "fault\toutcome\tmessages\tready\tafter a second attempt\tMessage-IDs")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := mailtest.New(t, test.config)
			if test.fault.At != "" {
				server.Fail(test.fault)
			}
			s := open(t, server.URL(), brief)
			m := invoice()
			if test.fault.At == mailtest.Content { // more than the network takes before it notices that nobody reads
				m.Attachments = []Attachment{file("big.pdf", "application/pdf", strings.Repeat("x", 16<<20))}
			}
			o, ready := attemptMail(t, s, m)
			if o.State != test.state || ready != test.ready || !strings.Contains(o.Reason, test.says) {
				t.Errorf("%+v after %d times ready; want %s after %d, about %q", o, ready, test.state, test.ready, test.says)
			}
			if strings.Contains(o.Reason+o.Reply, "s3cret") {
				t.Errorf("the password is shown: %+v", o)
			}
			first := len(server.Messages())
			if first != test.messages {
				t.Errorf("%d messages, want %d", first, test.messages)
			}
			server.Heal()
			if test.config.Certificate == mailtest.Good {
				if again, _ := attempt(t, s); again.State != accepted {
					t.Errorf("another attempt: %+v", again)
				}
			}
			messages := server.Messages()
			ids := make(map[string]int)
			for _, m := range messages {
				ids[m.ID()]++
			}
			if len(messages) > 0 && (len(ids) != 1 || ids["17.4f2a@billing.acme.example"] == 0) {
				t.Errorf("Message-IDs %v", ids)
			}
			_, _ = fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%d\t%d\n", test.name, o.State, first, ready, len(messages), len(ids))
		})
	}
	_ = out.Flush()
	t.Log("\n" + table.String())
}

// The bytes that arrive are those that were rendered.
func TestBytesArrive(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{User: "anna", Password: "p@ss/w:rd ü"})
	attemptAccepted(t, open(t, server.URL(), Timeouts{}))
	m := server.Wait(1)[0]
	if !bytes.Equal(m.Data, render(t, invoice())) {
		t.Errorf("other bytes arrived:\n%s", m.Data)
	}
	if m.From != "bounces@mueller.example" || m.To != "juergen@example.com" || m.User != "anna" || !m.TLS || m.UTF8 {
		t.Errorf("envelope %+v", m)
	}
}

func attemptAccepted(t testing.TB, s Sender) ar.Outcome {
	t.Helper()
	o, _ := attempt(t, s)
	if o.State != ar.DeliveryAccepted {
		t.Fatalf("%+v", o)
	}
	return o
}

func TestNotReady(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	s := open(t, server.URL(), brief)
	canceled := errors.New("canceled meanwhile")
	message := render(t, invoice())
	o, err := s.Send(t.Context(), Envelope{From: "a@example.com", To: "b@example.com"}, bytes.NewReader(message), func(context.Context) error {
		if got := server.Reached(mailtest.Rcpt); got != 1 {
			t.Errorf("asked after %d RCPT", got)
		}
		return canceled
	})
	if err != canceled || o != (ar.Outcome{}) {
		t.Errorf("%+v, %v", o, err)
	}
	attemptAccepted(t, s)
	if n, d, greetings := len(server.Messages()), server.Reached(mailtest.Data), server.Reached(mailtest.Greeting); n != 1 || d != 1 || greetings != 1 {
		t.Errorf("%d messages after %d DATA over %d connections", n, d, greetings)
	}
}

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
			if o := <-done; o.State != test.state || !strings.Contains(o.Reason, "stopped") {
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
	if o.State != ar.DeliveryDeferred || !strings.Contains(o.Reason, "not with the mail server within 50ms") || ready != 0 {
		t.Errorf("%+v", o)
	}
}

func TestUnreadableMessage(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	s := open(t, server.URL(), brief)
	broken := errors.New("disk")
	o, err := s.Send(t.Context(), Envelope{From: "a@example.com", To: "b@example.com"}, breaking{bytes.NewReader(render(t, invoice())[:500]), broken}, yes)
	if o.State != ar.DeliveryDeferred || !errors.Is(err, broken) {
		t.Errorf("%+v, %v", o, err)
	}
	attemptAccepted(t, s)
	if n := len(server.Wait(1)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// breaking fails at the end.
type breaking struct {
	*bytes.Reader
	err error
}

func (b breaking) Read(p []byte) (int, error) {
	if b.Len() == 0 {
		return 0, b.err
	}
	return b.Reader.Read(p)
}

// A server that says why before it hangs up in the middle of a message is heard.
func TestLastWords(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	server.Fail(mailtest.Fault{At: mailtest.Content, Reply: "552 5.3.4 Too big", Drop: true})
	s := open(t, server.URL(), brief)
	m := invoice()
	m.Attachments = []Attachment{file("big.pdf", "application/pdf", strings.Repeat("x", 16<<20))}
	o, _ := attemptMail(t, s, m)
	if o.State == ar.DeliveryAccepted || o.State == ar.DeliveryUnknown || len(server.Messages()) != 0 {
		t.Errorf("%+v", o)
	}
	t.Logf("%+v", o) // whether its words arrive before the end of the connection is the network's choice
}

func TestBigMail(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{MaxBytes: 100_000})
	s := open(t, server.URL(), brief)
	o, err := s.Send(t.Context(), Envelope{From: "a@example.com", To: "b@example.com", Size: 100_001}, bytes.NewReader(nil), yes)
	if err != nil || o.State != ar.DeliveryRejected || !strings.Contains(o.Reason, "at most 100000") || server.Reached(mailtest.Mail) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
	attemptAccepted(t, s)
}

func TestInternationalRecipient(t *testing.T) {
	for _, supported := range []bool{true, false} {
		server := mailtest.New(t, mailtest.Config{SMTPUTF8: supported})
		s := open(t, server.URL(), brief)
		m := invoice()
		m.To.Address = "käthe@bücher.example"
		o, err := s.Send(t.Context(), Envelope{From: "a@bücher.example", To: m.To.Address}, bytes.NewReader(render(t, m)), yes)
		if err != nil {
			t.Fatal(err)
		}
		if !supported {
			if o.State != ar.DeliveryRejected || !strings.Contains(o.Reason, "SMTPUTF8") {
				t.Errorf("%+v", o)
			}
			attemptAccepted(t, s) // what is ASCII goes there all the same
			continue
		}
		if got := server.Messages(); o.State != ar.DeliveryAccepted || got[0].To != "käthe@xn--bcher-kva.example" || got[0].From != "a@xn--bcher-kva.example" || !got[0].UTF8 {
			t.Errorf("%+v, %+v", o, got)
		}
	}
}

func TestBadEnvelope(t *testing.T) {
	s := open(t, "smtp://127.0.0.1:1", brief)
	for _, e := range []Envelope{
		{From: "a@example.com"}, {To: "a@example.com"}, {From: "a@example.com", To: "a"}, {From: "ä@example.com", To: "a@example.com"},
		{From: "a@example.com", To: "b@example.com>\r\nRCPT TO:<c@example.com"}, {From: "a@example.com", To: "b@example.com> SIZE=1"},
	} {
		if o, err := s.Send(t.Context(), e, bytes.NewReader(nil), yes); err != nil || o.State != ar.DeliveryRejected {
			t.Errorf("%+v: %+v, %v", e, o, err)
		}
	}
}

// Nobody is there, or nobody of that name.
func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	plain := mailtest.New(t, mailtest.Config{TLS: mailtest.None})
	for url, says := range map[string]string{
		"smtps://" + plain.Address():         "does not look like a TLS handshake",
		"smtp://" + listener.Addr().String(): "cannot be reached: connect: connection refused",
		"smtp://mail.invalid:25":             "its name cannot be resolved",
	} {
		if o, _ := attempt(t, open(t, url, brief)); o.State != ar.DeliveryDeferred || !strings.Contains(o.Reason, says) {
			t.Errorf("%s: %+v", url, o)
		}
	}
}

func TestLogin(t *testing.T) {
	right := mailtest.Config{User: "anna", Password: "s3cret"}
	open := right
	open.TLS = mailtest.None
	tests := []struct {
		name    string
		config  mailtest.Config
		user    string
		options []string
		state   ar.DeliveryState
		says    string
	}{
		{"right", right, "anna:s3cret@", nil, ar.DeliveryAccepted, ""},
		{"by name", right, "anna:s3cret@", []string{"auth", "plain"}, ar.DeliveryAccepted, ""},
		{"wrong", right, "anna:wrong@", nil, ar.DeliveryDeferred, "does not accept the user or the password of the SMTP URL: 535 5.7.8"},
		{"none", right, "", nil, ar.DeliveryDeferred, "set user and password in the SMTP URL"},
		{"needless", mailtest.Config{}, "anna:s3cret@", nil, ar.DeliveryDeferred, "offers no login"},
		{"in the clear", open, "anna:s3cret@", nil, ar.DeliveryDeferred, "not sent without TLS"},
		{"another way", right, "anna:s3cret@", []string{"auth", "SCRAM-SHA-256"}, ar.DeliveryDeferred, "offers only logins"},
		{"no STARTTLS", mailtest.Config{TLS: mailtest.None}, "", []string{"tls", "starttls"}, ar.DeliveryDeferred, "add tls=none"},
		{"no STARTTLS, which may be", mailtest.Config{TLS: mailtest.None}, "", []string{"tls", "opportunistic"}, ar.DeliveryAccepted, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := mailtest.New(t, test.config)
			url := server.URL(test.options...)
			url = strings.Replace(url, "anna:s3cret@", "", 1)
			url = strings.Replace(url, "://", "://"+test.user, 1)
			s, err := Open(url, brief)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			o, _ := attempt(t, s)
			if o.State != test.state || !strings.Contains(o.Reason, test.says) {
				t.Errorf("%+v", o)
			}
		})
	}
}

// A server that repeats what it did not like does not get the password into our texts.
func TestPasswordIsRepeated(t *testing.T) {
	plain := base64.StdEncoding.EncodeToString([]byte("\x00anna\x00s3cret"))
	server := mailtest.New(t, mailtest.Config{User: "anna", Password: "s3cret"})
	server.Fail(refuse(mailtest.Auth, "501 5.5.2 AUTH PLAIN "+plain+" "+base64.StdEncoding.EncodeToString([]byte("s3cret"))+" s3cret\x07?"))
	o, _ := attempt(t, open(t, server.URL(), brief))
	if o.State != ar.DeliveryDeferred || o.Reply != "501 5.5.2 AUTH PLAIN … … … ?" {
		t.Errorf("%+v", o)
	}
}

func TestLongReply(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	server.Fail(refuse(mailtest.Rcpt, "550-5.1.1 first\r\n550 5.1.1 "+strings.Repeat("ä", 1000)+"\x1b[31m"))
	o, _ := attempt(t, open(t, server.URL(), brief))
	if !strings.HasPrefix(o.Reply, "550 5.1.1 first 5.1.1 ää") || len([]rune(o.Reply)) != 500 {
		t.Errorf("%d characters: %+v", len([]rune(o.Reply)), o)
	}
}

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

func TestRate(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{TLS: mailtest.None})
	s := open(t, server.URL("rate", "1/h"), brief)
	attemptAccepted(t, s)
	if o, ready := attempt(t, s); o.State != ar.DeliveryDeferred || !strings.Contains(o.Reason, "rate") || ready != 0 {
		t.Errorf("%+v", o)
	}
}

func TestParallelMails(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	s := open(t, server.URL(), Timeouts{})
	message := render(t, invoice())
	const mails = 60
	done := make(chan ar.Outcome)
	for range mails {
		go func() {
			o, err := s.Send(t.Context(), Envelope{From: "a@example.com", To: "b@example.com"}, bytes.NewReader(message), yes)
			if err != nil {
				t.Error(err)
			}
			done <- o
		}()
	}
	for range mails {
		if o := <-done; o.State != ar.DeliveryAccepted {
			t.Errorf("%+v", o)
		}
	}
	if n := len(server.Messages()); n != mails {
		t.Errorf("%d messages", n)
	}
}

// What a mail of 80 KB costs, with a connection for each and with connections that are used again.
func BenchmarkSend(b *testing.B) {
	m := invoice()
	m.Attachments = []Attachment{file("RE-1.pdf", "application/pdf", strings.Repeat("x", 55<<10))}
	message := render(b, m)
	for _, bench := range []struct {
		name   string
		config mailtest.Config
		each   bool
	}{
		{"plain/new", mailtest.Config{TLS: mailtest.None}, true},
		{"plain/reused", mailtest.Config{TLS: mailtest.None}, false},
		{"tls+login/new", mailtest.Config{User: "a", Password: "b"}, true},
		{"tls+login/reused", mailtest.Config{User: "a", Password: "b"}, false},
	} {
		b.Run(bench.name, func(b *testing.B) {
			server := mailtest.New(b, bench.config)
			s := open(b, server.URL(), Timeouts{})
			s.idle.closed = bench.each
			b.ReportAllocs()
			for b.Loop() {
				o, err := s.Send(b.Context(), Envelope{From: "a@example.com", To: "b@example.com"}, bytes.NewReader(message), yes)
				if err != nil || o.State != ar.DeliveryAccepted {
					b.Fatal(o, err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}
