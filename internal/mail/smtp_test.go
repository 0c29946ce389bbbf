package mail

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
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
	if err != nil || o.State != ar.DeliveryRejected || !strings.Contains(o.Reason+o.Detail, "at most 100000") || server.Reached(mailtest.Mail) != 0 {
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
			if o.State != ar.DeliveryRejected || !strings.Contains(o.Reason+o.Detail, "SMTPUTF8") {
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
		if o, _ := attempt(t, open(t, url, brief)); o.State != ar.DeliveryDeferred || !strings.Contains(o.Reason+o.Detail, says) {
			t.Errorf("%s: %+v", url, o)
		}
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

func TestRate(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{TLS: mailtest.None})
	s := open(t, server.URL("rate", "1/h"), brief)
	attemptAccepted(t, s)
	if o, ready := attempt(t, s); o.State != ar.DeliveryDeferred || !strings.Contains(o.Reason+o.Detail, "rate") || ready != 0 {
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
