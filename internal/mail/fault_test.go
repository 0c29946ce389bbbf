package mail

import (
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
)

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
			if o.State != test.state || ready != test.ready || !strings.Contains(o.Reason+o.Detail, test.says) {
				t.Errorf("%+v after %d times ready; want %s after %d, about %q", o, ready, test.state, test.ready, test.says)
			}
			if strings.Contains(o.Reason+o.Reply+o.Detail, "s3cret") {
				t.Errorf("the password is shown: %+v", o)
			}
			if strings.Contains(o.Reason+o.Reply, "127.0.0.1") || strings.Contains(o.Reason, "URL") {
				t.Errorf("a merchant is told of the mail server: %+v", o)
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
