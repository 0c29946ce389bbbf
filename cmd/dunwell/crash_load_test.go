package main

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// cyclesVariable is how often the server is killed at random, if not ten times.
const cyclesVariable = "DUNWELL_TEST_CRASH_CYCLES"

// killedAtRandom kills a server again and again while clients commit and resend without a pause.
func killedAtRandom(t *testing.T, w *workshop) {
	cycles := 10
	if text := os.Getenv(cyclesVariable); text != "" {
		var err error
		if cycles, err = strconv.Atoi(text); err != nil || cycles < 1 {
			t.Fatalf("%s=%s is no number of times", cyclesVariable, text)
		}
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	r := w.rig(t, storetest.SQLite)
	clients := newClients(t, retries)
	p := r.start()
	clients.begin(4, p, func(do func(order), client, i int) {
		ref := fmt.Sprintf("R%d-%d", client, i)
		do(order{method: "POST", path: "/identities/K1/invoices", body: draft(ref), key: "create-" + ref})
		do(order{method: "POST", path: "/invoices/" + ref + "/commitInvoice", body: `{}`, key: "commit-" + ref})
		do(order{method: "POST", path: "/invoices/" + ref + "/resendInvoice", body: `{}`, key: "resend-" + ref})
	})
	for range cycles {
		select {
		case <-time.After(time.Duration(50+random.IntN(450)) * time.Millisecond):
		case <-p.done:
			t.Fatalf("the server ended by itself: %s", p.text())
		}
		p.kill()
		p = r.restart()
		clients.use(p)
	}
	clients.stop()
	r.finish(p, w, clients, cycles)
}

// killedBesideAnother lets two servers work on one database, and kills one.
func killedBesideAnother(t *testing.T, w *workshop) {
	const resends = 200
	r := w.rig(t, storetest.Postgres)
	one, other := r.start(), r.start()
	resend := func(kind string) func(func(order), int, int) {
		return func(do func(order), client, i int) {
			do(order{method: "POST", path: "/invoices/RE2/resendInvoice", body: `{}`, key: fmt.Sprintf("%s-%d-%d", kind, client, i)})
		}
	}
	clients := newClients(t, retries)
	clients.times = resends / 8
	clients.begin(4, one, resend("one"))
	clients.begin(4, other, resend("other"))
	clients.all.Wait()
	sent := r.peer.Wait(resends)
	if copies := r.copies(); len(sent) != resends || len(copies) != resends {
		t.Errorf("two servers: %d mails of %d Message-IDs, want %d of each", len(sent), len(copies), resends)
	}

	// With five mails of eight workers at the final dot, each server has one of them at least.
	const held = 5
	release := make(chan struct{})
	r.peer.Fail(mailtest.Fault{At: mailtest.End, Hold: release, Times: held})
	clients.begin(4, one, resend("one-killed"))
	clients.begin(4, other, resend("other-lives"))
	r.peer.WaitFor(mailtest.End, resends+held)
	one.kill()
	close(release)
	clients.use(other)
	clients.all.Wait()
	other.stop()
	if twice := r.finish(r.restart(), w, clients, 1); twice == 0 || twice > 4 {
		t.Errorf("%d mails came more than once; the server that was killed was sending some, with four workers", twice)
	}
}

// finish lets everything end, and holds what there is against what was acknowledged. It gives how many mails came more
// than once.
func (r *rig) finish(p *process, w *workshop, c *clients, kills int) (twice int) {
	r.Helper()
	for key, o := range c.orders { // whoever asks once more gets the same answer
		if answer, err := o.send(p.base, c.user); err != nil || answer != c.answers[key] {
			r.Errorf("%s: answered %s, and again %s, %v", key, c.answers[key], answer, err)
		}
	}
	jobs, lost := c.jobs(), 0
	for _, job := range jobs {
		if _, err := (order{method: "GET", path: "/jobs/" + job}).send(p.base, c.user); err != nil {
			r.Errorf("job %s is lost: %v", job, err)
			lost++
		}
	}
	ended := r.settle(p, c.user, jobs)
	attempts := 0
	for number, job := range ended {
		if job.State != "done" || job.Resultcode != "0" || len(job.Deliveries) != 1 {
			r.Errorf("job %s: %+v", number, job)
			continue
		}
		attempts = max(attempts, job.Deliveries[0].Attempts)
	}
	r.verify()
	is, copies := r.news(), r.copies()
	unknown := 0
	for id, unknowns := range is.mails {
		n := copies[id]
		if n < 1 || n > 1+unknowns {
			r.Errorf("mail %s came %d times; its fate was unknown %d times", id, n, unknowns)
		}
		if n > 1 {
			twice++
		}
		unknown += unknowns
		delete(copies, id)
	}
	if len(copies) > 0 || is.jobs != len(jobs) || len(is.mails) != len(jobs) || is.gaps != 0 {
		r.Errorf("%d jobs acknowledged; there are %d, %d mails, %d gaps between numbers, and mails of nobody's: %v", len(jobs), is.jobs, len(is.mails), is.gaps, copies)
	}
	posts, each := w.receiver.received(is.callbacks)
	if w.receiver.url != "" && (!each || len(is.callbacks) != len(jobs)) {
		r.Errorf("%d callbacks of %d jobs; all received: %t", len(is.callbacks), len(jobs), each)
	}
	r.Logf("%d kills: %d jobs acknowledged, %d lost; %d mails, %d of them sent more than once, and %d times nobody knew; at most %d attempts; %d callbacks, %d posts; %d numbers, %d gaps",
		kills, len(jobs), lost, len(is.mails), twice, unknown, attempts, len(is.callbacks), posts, is.numbers, is.gaps)
	return twice
}

// clients give orders, each until it is answered, by whichever server there is.
type clients struct {
	t     *testing.T
	user  string
	times int // how often each works; 0: until stop
	all   sync.WaitGroup

	mu      sync.Mutex
	next    *process      // in place of one that died
	changed chan struct{} // closed when there is another
	stopped bool
	orders  map[string]order // by key
	answers map[string]string
}

func newClients(t *testing.T, user string) *clients {
	return &clients{t: t, user: user, changed: make(chan struct{}), orders: map[string]order{}, answers: map[string]string{}}
}

// begin lets n clients begin.
func (c *clients) begin(n int, p *process, work func(do func(order), client, i int)) {
	for client := range n {
		c.all.Go(func() {
			p := p
			for i := 0; !c.done(i); i++ {
				work(func(o order) { p = c.persist(p, o) }, client, i)
			}
		})
	}
}

func (c *clients) done(i int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped || c.times > 0 && i == c.times
}

// stop lets the clients end what they are at.
func (c *clients) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.all.Wait()
}

// use says which server there is after one has died.
func (c *clients) use(p *process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = p
	close(c.changed)
	c.changed = make(chan struct{})
}

// persist repeats an order until it is answered, and gives the server that did.
func (c *clients) persist(p *process, o order) *process {
	for {
		answer, err := o.send(p.base, c.user)
		if err == nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.orders[o.key], c.answers[o.key] = o, answer
			return p
		}
		if !errors.Is(err, errDied) {
			c.t.Error(err)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.stopped = true // others will fare no better
			return p
		}
		p = c.after(p)
	}
}

// after is the server that there is after p.
func (c *clients) after(p *process) *process {
	for {
		c.mu.Lock()
		next, changed := c.next, c.changed
		c.mu.Unlock()
		if next != nil && next != p {
			return next
		}
		<-changed
	}
}

// jobs are those that were acknowledged.
func (c *clients) jobs() []string {
	all := map[string]bool{}
	for _, answer := range c.answers {
		if job := jobOf(answer); job != "" {
			all[job] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
