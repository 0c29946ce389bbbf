package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// office is a merchant with a customer, and how its server is started.
type office struct {
	t        *testing.T
	environ  []string // where database and files are
	data     string
	password string
}

// newOffice makes the merchant acme with the settings of the help, and those of more.
func newOffice(t *testing.T, engine storetest.Engine) *office {
	t.Helper()
	o := &office{t: t, data: t.TempDir()}
	o.environ = []string{"DUNWELL_DATA=" + o.data}
	if engine == storetest.Postgres {
		o.environ = append(o.environ, "DUNWELL_DATABASE_URL="+storetest.URL(t, engine))
	}
	_, o.password = keyOf(t, o.run("keys", "create", "--merchant", "acme", "--user", "acme"))
	o.settings(settingsExample)
	return o
}

// run is a command on the office's database that succeeds.
func (o *office) run(args ...string) string {
	o.t.Helper()
	status, out, text := call(o.t, o.environ, args...)
	if status != 0 {
		o.t.Fatalf("dunwell %s: status %d: %s%s", strings.Join(args, " "), status, out, text)
	}
	return out
}

func (o *office) settings(text string) {
	o.t.Helper()
	if status, _, err := callWith(o.t, o.environ, text, "merchants", "set", "--merchant", "acme", "--settings", "-"); status != 0 {
		o.t.Fatal(err)
	}
}

func (o *office) start(args ...string) *process {
	o.t.Helper()
	return start(o.t, o.environ, args...)
}

// customer creates one with an address and an invoice.
func (o *office) customer(p *process) {
	o.t.Helper()
	o.ask(p, "PUT", "/identities/K1", `{"name": {"firstname": "Jörg", "lastname": "Müller", "salutation": "mr"}, "emails": [{"kind": "default", "email": "joerg@example.com"}],
		"addresses": [{"kind": "default", "street": "Ringstraße", "housenumber": "1", "zipcode": "10115", "city": "Berlin", "country": "DE"}], "detail": {"locale": "de-DE"}}`)
}

// order has an invoice committed, and gives the job that mails it.
func (o *office) order(p *process, ref string) (job string) {
	o.t.Helper()
	o.ask(p, "POST", "/identities/K1/invoices", `{"reference": "`+ref+`", "items": [{"label": "Bürostuhl", "quantity": 1, "unit": "Stück", "unitprice": "100", "taxrate": 19, "detail": {}}]}`)
	return o.ask(p, "POST", "/invoices/"+ref+"/commitInvoice", `{}`)["job"].(string)
}

func (o *office) ask(p *process, method, path, body string) (answer object) {
	o.t.Helper()
	status, text := p.as("acme", o.password, method, path, body)
	if err := json.Unmarshal([]byte(text), &answer); status > http.StatusCreated || err != nil {
		o.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return answer
}

// ended waits for a job to end, and gives it.
func (o *office) ended(p *process, number string) (job object) {
	o.t.Helper()
	servertest.Until(o.t, "job "+number+" has ended", func() bool {
		job = o.ask(p, "GET", "/jobs/"+number, "")
		return job["state"] == "done" || job["state"] == "failed"
	})
	return job
}

// deliveries are those of a merchant in a state.
func (o *office) deliveries(merchant, state string) (rows []deliveryRow) {
	o.t.Helper()
	if err := json.Unmarshal([]byte(o.run("deliveries", "list", "--merchant", merchant, "--state", state, "--json")), &rows); err != nil {
		o.t.Fatal(err)
	}
	return rows
}

// A server without workers takes orders; another on the same database sends them, and files and journal agree.
func TestMail(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			o := newOffice(t, engine)
			front := o.start("--workers", "0")
			o.customer(front)
			job := o.order(front, "RE1")
			if got := o.ask(front, "GET", "/jobs/"+job, ""); got["state"] != "queued" {
				t.Errorf("nobody works, and the job is %v", got)
			}
			servertest.Until(t, "the server says who would work", func() bool { return strings.Contains(front.text(), "no workers: ") })

			back := o.start("--mail-from", "nobody@acme.example")
			if got := o.ended(front, job); got["state"] != "done" || got["result"] != "OK" {
				t.Errorf("job %v", got)
			}
			checkOutbox(t, filepath.Join(o.data, "outbox"))
			front.stop()
			back.stop()
			if text := back.text(); !strings.Contains(text, "written to "+filepath.Join(o.data, "outbox")) {
				t.Errorf("the server does not say where mail goes: %s", text)
			}
			o.verified()
		})
	}
}

// checkOutbox wants one mail, of the merchant's, with the invoice.
func checkOutbox(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the outbox has %v, %v", files, err)
	}
	text := read(t, files[0])
	message, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	from, to := message.Header.Get("From"), message.Header.Get("To")
	if !strings.Contains(from, "billing@acme.example") || !strings.Contains(to, "joerg@example.com") || !strings.Contains(text, "application/pdf") {
		t.Errorf("from %s to %s:\n%s", from, to, text)
	}
}

// verified checks what is kept, then changes a byte of it and checks again.
func (o *office) verified() {
	o.t.Helper()
	printed := o.run("verify")
	if !head.MatchString(printed) || strings.Count(printed, "\n") != 1 {
		o.t.Errorf("verify prints %s", printed)
	}
	heads := filepath.Join(o.t.TempDir(), "heads.log")
	write(o.t, heads, printed)
	o.run("verify", "--merchant", "acme", "--known", heads)
	line := head.FindStringSubmatch(printed)
	write(o.t, heads, strings.Replace(printed, line[3], "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 1))
	o.differs("acme  journal", "verify", "--known", heads)
	write(o.t, heads, printed+strings.Replace(printed, "acme", "gone", 1))
	o.differs("gone  journal", "verify", "--known", heads) // a merchant that was removed with everything
	o.run("verify", "--merchant", "acme", "--known", heads)

	var file string
	err := filepath.WalkDir(filepath.Join(o.data, "files"), func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			file = path
		}
		return err
	})
	if err != nil || file == "" {
		o.t.Fatalf("no file: %v", err)
	}
	content := []byte(read(o.t, file))
	content[len(content)/2] ^= 1
	if err := os.Chmod(file, 0o600); err != nil {
		o.t.Fatal(err)
	}
	write(o.t, file, string(content))
	o.differs("acme  file", "verify")
}

// differs wants a verify that finds one thing.
func (o *office) differs(what string, args ...string) {
	o.t.Helper()
	status, out, text := call(o.t, o.environ, args...)
	if status != 9 || !strings.HasPrefix(out, what+" ") || !strings.Contains(text, "one thing is not as it was entered") {
		o.t.Errorf("%s: status %d: %s%s", strings.Join(args, " "), status, out, text)
	}
}

// A server that is told to stop waits for the mail server's word on the mails it is sending; the next one sends the rest.
// Each mail arrives once.
func TestStopWhileSending(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{User: "bob", Password: "s3cret"})
	hold := make(chan struct{})
	server.Fail(mailtest.Fault{At: mailtest.End, Hold: hold})
	o := &office{t: t, data: t.TempDir()}
	o.environ = []string{"DUNWELL_DATA=" + o.data, "DUNWELL_SMTP_URL=" + server.URL()}
	p := o.start("--demo", "--workers", "3")
	server.WaitFor(mailtest.End, 3)
	p.terminate()
	base, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	servertest.Until(t, "no new connection is taken", func() bool {
		conn, err := net.Dial("tcp", base.Host)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	close(hold)
	p.wait()
	if text := p.text(); strings.Contains(text, "s3cret") || !strings.Contains(text, "mail goes to "+server.Address()) {
		t.Errorf("the server does not say where mail goes, or says too much: %s", text)
	}
	if sent, accepted := len(server.Messages()), len(o.deliveries("demo", "accepted"))+len(o.deliveries("rival", "accepted")); sent < 3 || sent != accepted {
		t.Errorf("%d mails arrived, %d are said to be accepted", sent, accepted)
	}

	server.Heal()
	p = o.start("--demo")
	servertest.Until(t, "nothing is queued", func() bool { return len(o.deliveries("demo", "queued"))+len(o.deliveries("rival", "queued")) == 0 })
	p.stop()
	ids := map[string]int{}
	for _, m := range server.Messages() {
		ids[m.ID()]++
	}
	for _, merchant := range []string{"demo", "rival"} {
		for _, d := range o.deliveries(merchant, "") {
			if want := map[string]int{"accepted": 1, "suppressed": 0}; ids[d.MessageID] != want[d.State] || d.State != "accepted" && d.State != "suppressed" {
				t.Errorf("%s %s is %s and arrived %d times: %s", merchant, d.ID, d.State, ids[d.MessageID], d.Reason)
			}
			delete(ids, d.MessageID)
		}
	}
	if len(ids) > 0 {
		t.Errorf("mails of no delivery: %v", ids)
	}
}

// A mail of which nobody knows whether it arrived waits for a person where the merchant wants that, who decides.
func TestDeliveriesByHand(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	server.Fail(mailtest.Fault{At: mailtest.End, Drop: true, Times: 2})
	o := newOffice(t, storetest.SQLite)
	o.settings(strings.Replace(settingsExample, `"invoice": "retry"`, `"invoice": "hold"`, 1))
	p := o.start("--smtp-url", server.URL())
	o.customer(p)
	lost, arrived := o.order(p, "RE1"), o.order(p, "RE2")
	for _, job := range []string{lost, arrived} {
		if got := o.ended(p, job); got["state"] != "failed" || got["resultcode"] != "3" {
			t.Fatalf("job %v", got)
		}
	}
	held := map[string]deliveryRow{}
	for _, d := range o.deliveries("acme", "unknown") {
		held[fmt.Sprint(d.Job)] = d
	}
	if got := held[lost].Invoice + held[arrived].Invoice; got != "RE1RE2" {
		t.Errorf("the invoices are %s", got)
	}
	if table := o.run("deliveries", "list", "--merchant", "acme", "--limit", "1"); strings.Count(table, "\n") != 2 || !strings.Contains(table, "unknown") {
		t.Errorf("the list:\n%s", table)
	}
	o.run("keys", "create", "--merchant", "rival", "--user", "rival")
	if table := o.run("deliveries", "list", "--merchant", "rival"); strings.Count(table, "\n") != 1 {
		t.Errorf("the list of a merchant without any:\n%s", table)
	}
	if table := o.run("deliveries", "list"); strings.Count(table, "\n") != 3 || !strings.HasPrefix(table, "MERCHANT") || strings.Count(table, "acme") != 2 {
		t.Errorf("the list of all merchants:\n%s", table)
	}
	o.run("deliveries", "resolve", held[arrived].ID, "--accepted", "--merchant", "acme")
	o.run("deliveries", "release", held[lost].ID, "--merchant", "acme")
	messages := server.Wait(1)
	if messages[0].ID() != held[lost].MessageID {
		t.Errorf("%s was sent, not %s", messages[0].ID(), held[lost].MessageID)
	}
	for _, job := range []string{lost, arrived} {
		servertest.Until(t, "the job is done", func() bool { return o.ask(p, "GET", "/jobs/"+job, "")["state"] == "done" })
	}
	if status, _, text := call(t, o.environ, "deliveries", "release", held[arrived].ID, "--merchant", "acme"); status != 5 || !strings.Contains(text, "accepted, not unknown") {
		t.Errorf("what has ended is released: %d %s", status, text)
	}
}
