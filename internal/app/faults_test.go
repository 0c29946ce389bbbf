package app

import (
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// trouble is a mail server that misbehaves, and what is to become of a mail then.
type trouble struct {
	name   string
	server mailtest.Config
	url    []string // options of the URL
	fault  mailtest.Fault
	times  mail.Timeouts
	policy ar.MailUnknown

	states   string // passed through
	or       string // or those, where it is up to the network
	code     string // of the job
	messages int    // the server got, all under one Message-ID
}

// stages are the steps of a mail, and whether a no is about the mail; else it is about us, and is for whoever runs the
// server to mend.
var stages = []struct {
	stage mailtest.Stage
	mail  bool
}{
	{mailtest.Greeting, false}, {mailtest.Hello, false}, {mailtest.StartTLS, false}, {mailtest.Auth, false},
	{mailtest.Mail, true}, {mailtest.Rcpt, true}, {mailtest.Data, true}, {mailtest.End, true},
}

const (
	mended  = "deferred deferred accepted" // the third time all is well
	givenUp = "10×deferred rejected"
)

// troubles are all of them.
func troubles(never <-chan struct{}) (all []trouble) {
	login := mailtest.Config{User: "anna", Password: "secret"}
	for _, s := range stages {
		put := trouble{name: "4xx at " + string(s.stage), server: login, fault: mailtest.Fault{At: s.stage, Reply: "451 4.3.0 Not now", Times: 2},
			states: mended, code: ar.CodeOK, messages: 1}
		refused, cut := put, put
		refused.name, refused.fault.Reply = "5xx at "+string(s.stage), "554 5.7.1 No"
		if s.mail {
			refused.states, refused.code, refused.messages = "rejected", ar.CodeRejected, 0
		}
		cut.name, cut.fault = "cut at "+string(s.stage), mailtest.Fault{At: s.stage, Drop: true, Times: 2}
		if s.stage == mailtest.Hello {
			put.fault.Times, refused.fault.Times = 4, 4 // it says HELO where EHLO is refused
		}
		if s.stage == mailtest.End {
			cut.name, cut.states = "cut after the final dot, mail lost", "unknown unknown accepted"
		}
		all = append(all, put, refused, cut)
	}
	kept := mailtest.Fault{At: mailtest.End, Drop: true, Keep: true}
	once, slow := kept, mailtest.Fault{At: mailtest.End, Hold: never, Times: 1}
	once.Times = 1
	brief := mail.Timeouts{Final: 50 * time.Millisecond}
	return append(all,
		trouble{name: "cut within the mail", server: login, fault: mailtest.Fault{At: mailtest.Content, Drop: true, Times: 1},
			states: "deferred accepted", or: "unknown accepted", code: ar.CodeOK, messages: 1}, // all of a small mail may be under way before the cut is heard of
		trouble{name: "4xx at RCPT for ever", fault: mailtest.Fault{At: mailtest.Rcpt, Reply: "450 4.2.1 Not today"}, states: givenUp, code: ar.CodeRejected},
		trouble{name: "cut after the final dot, mail kept", fault: once, states: "unknown accepted", code: ar.CodeOK, messages: 2},
		trouble{name: "the same", fault: once, policy: ar.UnknownHold, states: "unknown", code: ar.CodeHeld, messages: 1},
		trouble{name: "the same for ever", fault: kept, states: "11×unknown", code: ar.CodeHeld, messages: 11},
		trouble{name: "no answer to the final dot in time", fault: slow, times: brief, states: "unknown accepted", code: ar.CodeOK, messages: 2},
		trouble{name: "the same", fault: slow, times: brief, policy: ar.UnknownHold, states: "unknown", code: ar.CodeHeld, messages: 1},
		trouble{name: "no answer to RCPT in time", fault: mailtest.Fault{At: mailtest.Rcpt, Hold: never, Times: 1}, times: mail.Timeouts{Handover: 200 * time.Millisecond},
			states: "deferred accepted", code: ar.CodeOK, messages: 1},
		trouble{name: "certificate of another name", server: mailtest.Config{Certificate: mailtest.WrongName}, states: givenUp, code: ar.CodeRejected},
		trouble{name: "certificate expired", server: mailtest.Config{Certificate: mailtest.Expired}, states: givenUp, code: ar.CodeRejected},
		trouble{name: "certificate of an unknown authority", server: mailtest.Config{Certificate: mailtest.Foreign}, states: givenUp, code: ar.CodeRejected},
		trouble{name: "no TLS", server: mailtest.Config{TLS: mailtest.None}, url: []string{"tls", "starttls"}, states: givenUp, code: ar.CodeRejected},
	)
}

// journey tries a delivery whenever it is due, and not before, until it never is again. It gives the states the delivery
// has passed through.
func (b *bench) journey(job Job) (states []ar.DeliveryState) {
	b.Helper()
	return b.journeyed(job, func(*ar.Delivery) {})
}

// journeyed is journey, and shows the delivery after each attempt.
func (b *bench) journeyed(job Job, show func(*ar.Delivery)) (states []ar.DeliveryState) {
	b.Helper()
	for {
		d := b.attempt(job)
		states = append(states, d.State)
		show(d)
		if d.Next == nil {
			return states
		}
		b.elapsed.Set(d.Next.Add(-time.Millisecond))
		if early := b.attempt(job); early.Attempts != d.Attempts {
			b.Fatalf("attempt %d came too early", early.Attempts)
		}
		b.elapsed.Set(*d.Next)
	}
}

// counted writes many of the same state in a row as one.
func counted(states []ar.DeliveryState) string {
	var words []string
	for i := 0; i < len(states); {
		n := i
		for n < len(states) && states[n] == states[i] {
			n++
		}
		if n-i > 2 {
			words = append(words, fmt.Sprintf("%d×%s", n-i, states[i]))
		} else {
			words = append(words, strings.Fields(strings.Repeat(string(states[i])+" ", n-i))...)
		}
		i = n
	}
	return strings.Join(words, " ")
}

// Whatever a mail server does, a mail is lost silently never, and sent twice only when nobody can know.
func TestMisbehavingMailServers(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.reachable()
		never := make(chan struct{})
		defer close(never)
		var table strings.Builder
		w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "mail server\tpolicy\tstates\tmessages\tMessage-IDs\tattempts\tjob\tcode")
		for _, c := range troubles(never) {
			b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Mail: ar.MailSettings{Unknown: map[ar.MailKind]ar.MailUnknown{ar.MailInvoice: c.policyOr()}}}))
			peer := b.smtp(c.server, c.times, c.url...)
			peer.Fail(c.fault)
			job := b.resend()
			passed := b.journey(job)
			states := counted(passed)
			d, s := b.delivery(job), b.status(job)
			messages := peer.Messages()
			ids := map[string]bool{}
			for _, m := range messages {
				ids[m.ID()] = true
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\n", c.name, c.policyOr(), states, len(messages), len(ids), d.Attempts, s.State, s.Code)
			if states != c.states && states != c.or || len(messages) != c.messages || s.Code != c.code || !s.Ended() || (s.State == ar.JobFailed) == (c.code == ar.CodeOK) {
				b.Errorf("%s: %s, %d messages, job %s %s; want %s, %d, %s", c.name, states, len(messages), s.State, s.Code, c.states, c.messages, c.code)
			}
			if d.Attempts != len(passed) {
				b.Errorf("%s: %d attempts passed through %d states", c.name, d.Attempts, len(passed))
			}
			if len(ids) > 1 || len(ids) == 1 && !ids[d.MessageID] {
				b.Errorf("%s: Message-IDs %v, want %s", c.name, ids, d.MessageID)
			}
			if d.Reason == "" || s.Result == "" || d.State != ar.DeliveryAccepted && s.Result != d.Reason {
				b.Errorf("%s: no reason: %q, job %q", c.name, d.Reason, s.Result)
			}
		}
		b.no(w.Flush())
		b.Log("\n" + table.String())
		_, err := b.Verify(b.Context(), by.Merchant, []store.JournalHead{}, func(f Finding) { b.Errorf("%+v", f) })
		b.no(err)
	})
}

func (c trouble) policyOr() ar.MailUnknown {
	if c.policy == "" {
		return ar.UnknownRetry
	}
	return c.policy
}
