package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// The merchants, by what they want done with a mail of which nobody knows whether it arrived.
const (
	retries = servertest.Acme
	holds   = servertest.Rival
)

// workshop makes rigs: it has what they share.
type workshop struct {
	program  string // dunwell with its crash points
	receiver *receiver
	seeded   string // data directory on SQLite
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{program: filepath.Join(t.TempDir(), "dunwell"), receiver: newReceiver(t), seeded: t.TempDir()}
	if out, err := exec.Command("go", "build", "-tags", "crash", "-ldflags", "-s -w", "-o", w.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	w.seed(t, servertest.Config{Dir: w.seeded})
	return w
}

// seed fills a database: both merchants have a customer, the draft RE1, and RE2, which was committed and mailed.
func (w *workshop) seed(t *testing.T, c servertest.Config) {
	t.Helper()
	c.Workers, c.Outbound = 2, outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	s, err := servertest.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	settings := map[string]ar.MailUnknown{retries: ar.UnknownRetry, holds: ar.UnknownHold}
	for merchant, unknown := range settings {
		ask := func(method, path, body string) string {
			t.Helper()
			answer, err := order{method: method, path: path, body: body}.send(s.URL, merchant)
			if err != nil {
				t.Fatal(err)
			}
			return answer
		}
		ask("PUT", "/identities/K1", `{"name": {"company": "Müller GmbH"}, "emails": [{"kind": "default", "email": "m@example.com"}],
			"addresses": [{"kind": "default", "street": "Ring", "housenumber": "1", "zipcode": "10115", "city": "Berlin", "country": "DE"}]}`)
		ask("POST", "/identities/K1/invoices", draft("RE1"))
		ask("POST", "/identities/K1/invoices", draft("RE2"))
		job := jobOf(ask("POST", "/invoices/RE2/commitInvoice", `{}`))
		servertest.Until(t, "RE2 is mailed", func() bool { return strings.Contains(ask("GET", "/jobs/"+job, ""), `"done"`) })
		err := s.App.SetSettings(t.Context(), merchant, "", ar.Settings{Mail: ar.MailSettings{Unknown: map[ar.MailKind]ar.MailUnknown{ar.MailInvoice: unknown}}})
		if err == nil && w.receiver.url != "" {
			err = s.App.SetWebhook(t.Context(), merchant, w.receiver.url+"/webhook")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func draft(reference string) string {
	return `{"reference": "` + reference + `", "items": [{"label": "Stuhl", "quantity": 1, "unit": "Stück", "unitprice": "100", "taxrate": 19, "detail": {}}]}`
}

// jobOf is the job that an order was answered with.
func jobOf(answer string) string {
	var ordered struct{ Job string }
	_ = json.Unmarshal([]byte(answer), &ordered) // no job is found out later
	return ordered.Job
}

// rig is a server that is killed and started again, and the mail server it sends to, which is not.
type rig struct {
	*testing.T
	program string
	engine  storetest.Engine
	place   string   // of the database, as its driver takes it
	environ []string // where the server keeps and sends everything
	peer    *mailtest.Server
	late    time.Duration // what passed until the server is started again, as it believes
	before  census        // what there was at first
}

// rig makes a server's surroundings, with a database as seed fills it.
func (w *workshop) rig(t *testing.T, engine storetest.Engine) *rig {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	r := &rig{T: t, program: w.program, engine: engine, place: filepath.Join(data, "dunwell.db"), peer: mailtest.New(t, mailtest.Config{TLS: mailtest.None})}
	r.environ = []string{"DUNWELL_DATA=" + data, "DUNWELL_SMTP_URL=" + r.peer.URL(), "DUNWELL_ALLOW_NETWORK=127.0.0.0/8", "SSL_CERT_FILE=" + w.receiver.authority}
	if engine == storetest.Postgres {
		r.place = storetest.URL(t, engine)
		r.environ = append(r.environ, "DUNWELL_DATABASE_URL="+r.place)
		clock := storetest.NewClock()
		w.seed(t, servertest.Config{Dir: data, Day: clock, DB: storetest.Connect(t, r.place, clock)})
	} else if err := os.CopyFS(data, os.DirFS(w.seeded)); err != nil {
		t.Fatal(err)
	}
	r.before = r.census()
	return r
}

func (r *rig) start(more ...string) *process {
	r.Helper()
	return startProgram(r.T, r.program, append(append(r.environ, "DUNWELL_TEST_CRASH_LATER="+r.late.String()), more...))
}

// restart starts the server when the leases of all that went before are over.
func (r *rig) restart(more ...string) *process {
	r.Helper()
	r.late += ar.DeliveryLease + 5*time.Minute
	return r.start(more...)
}

// killed waits until a process has killed itself.
func (p *process) killed() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.t.Fatalf("the process does not come to the point: %s", p.text())
	}
	if how := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !how.Signaled() || how.Signal() != syscall.SIGKILL {
		p.t.Fatalf("the process was not killed but ended by itself, %s: %s", p.cmd.ProcessState, p.text())
	}
}

// order is a request that may be repeated under its key.
type order struct {
	method, path, body, key string
	media                   string // of the body; JSON when empty
}

// send sends it once. A refusal is an error as well; errDied means that it is not known what became of it.
func (o order) send(base, user string) (answer string, err error) {
	r, err := http.NewRequest(o.method, base+o.path, strings.NewReader(o.body))
	if err != nil {
		return "", err
	}
	r.SetBasicAuth(user, servertest.Password)
	r.Close = true // connections end with their server
	if o.body != "" {
		r.Header.Set("Content-Type", cmp.Or(o.media, "application/json"))
	}
	if o.key != "" {
		r.Header.Set("Idempotency-Key", o.key)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errDied, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errDied, err)
	}
	if response.StatusCode > http.StatusCreated {
		return "", fmt.Errorf("%s %s: %d %s", o.method, o.path, response.StatusCode, text)
	}
	return string(text), nil
}

var errDied = errors.New("the server died")

// ended is a job when nothing moves any more.
type ended struct {
	State, Resultcode string
	Deliveries        []struct {
		State, NextAttempt string
		Attempts           int
	}
	Callbacks []struct{ State string }
}

// settle waits until all jobs have ended and whoever wants to know was told. What may be sent again, but only later, is sent
// by the next process. The last one is stopped.
func (r *rig) settle(p *process, user string, jobs []string) map[string]ended {
	r.Helper()
	all := map[string]ended{}
	for round := 0; ; round++ {
		later := false
		for _, number := range jobs {
			servertest.Until(r.T, "job "+number+" has ended", func() bool {
				job, waits := r.job(p, user, number)
				all[number], later = job, later || waits
				return waits || job.over()
			})
		}
		p.stop()
		if !later {
			return all
		}
		if round == 5 {
			r.Fatal("a mail is always to be sent again later")
		}
		p = r.restart()
	}
}

// job asks for a job; waits tells that it goes on later only.
func (r *rig) job(p *process, user, number string) (job ended, waits bool) {
	r.Helper()
	answer, err := order{method: "GET", path: "/jobs/" + number}.send(p.base, user)
	if err == nil {
		err = json.Unmarshal([]byte(answer), &job)
	}
	if err != nil {
		r.Fatalf("job %s: %v\n%s", number, err, p.text())
	}
	for _, d := range job.Deliveries {
		waits = waits || d.State == "unknown" && d.NextAttempt != ""
	}
	return job, waits
}

func (j ended) over() bool {
	for _, c := range j.Callbacks {
		if c.State != "delivered" {
			return false
		}
	}
	return j.State == "done" || j.State == "failed"
}

// verify holds database, files and journal against each other.
func (r *rig) verify() {
	r.Helper()
	if status, out, text := call(r.T, r.environ, "verify"); status != 0 {
		r.Errorf("verify: %d\n%s%s", status, out, text)
	}
}
