package conformance

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dunwell/dunwell/api/validate"
)

// trial is one run of a law: it sends requests, remembers them, and takes what is wrong. Its methods may be called from
// several goroutines.
type trial struct {
	*suite
	law    *Law
	op     *validate.Operation // of a law of single operations; else nil
	ctx    context.Context
	random *rand.Rand // not for several goroutines

	mu       sync.Mutex
	count    int         // of references and keys
	setup    []*exchange // before the first step
	step     string      // what is being tried
	steps    []*exchange // since the step began
	stepped  bool
	failures []Failure
	omitted  int     // failures beyond maxFailures
	outcome  Outcome // NotOffered or Skipped: the law cannot be tried, and reason says why
	reason   string
}

// maxFailures is how many failures of a law on one operation are shown.
const maxFailures = 10

// stopped ends a trial that cannot go on.
type stopped struct{}

func newTrial(ctx context.Context, s *suite, law *Law, op *validate.Operation) *trial {
	h := fnv.New64a()
	h.Write([]byte(law.Name))
	if op != nil {
		h.Write([]byte(" " + op.ID))
	}
	return &trial{suite: s, law: law, op: op, ctx: ctx, random: rand.New(rand.NewPCG(s.config.Seed, h.Sum64()))}
}

// run checks the law.
func (t *trial) run() {
	defer func() {
		switch r := recover().(type) {
		case nil, stopped:
		default:
			panic(r)
		}
	}()
	t.law.check(t)
}

// call sends a request of an operation as the merchant, or as its parts say, and holds the answer against the contract.
// If no answer comes the trial ends.
func (t *trial) call(operation string, parts ...with) *answer {
	return t.send(t.draft(operation, parts...))
}

// draft puts a request together.
func (t *trial) draft(operation string, parts ...with) request {
	o := t.operation(operation)
	if o == nil {
		panic("conformance: law " + t.law.Name + " calls " + operation + ", which the contract does not have")
	}
	d := &draft{request: request{operation: o.ID, method: o.Method, header: map[string][]string{}}}
	for _, part := range parts {
		part(d)
	}
	if d.url == "" {
		d.url = t.config.URL + fillPath(o.Path, d.values)
	}
	return d.finish()
}

// finish adds the query.
func (d *draft) finish() request {
	if len(d.query) > 0 {
		d.url += "?" + strings.Join(d.query, "&")
	}
	return d.request
}

// knock sends a request that is no operation's.
func (t *trial) knock(method, path string, parts ...with) *answer {
	d := &draft{request: request{method: method, url: t.config.URL + path, header: map[string][]string{}}}
	for _, part := range parts {
		part(d)
	}
	return t.send(d.finish())
}

// send sends a request, remembers it, and ends the trial if no answer comes.
func (t *trial) send(r request) *answer {
	x := t.try(r)
	if x.err != nil {
		t.stop("an answer", x.came(), x)
	}
	return newAnswer(x)
}

// try is send for those who want to see that no answer comes.
func (t *trial) try(r request) *exchange { return t.tryWithin(t.config.Patience, r) }

func (t *trial) tryWithin(patience time.Duration, r request) *exchange {
	if err := t.ctx.Err(); err != nil {
		panic(stopped{})
	}
	x := t.exchange(patience, r)
	if t.ctx.Err() != nil {
		panic(stopped{}) // the run was ended, which is no fault of the server's
	}
	t.mu.Lock()
	if t.stepped {
		t.steps = append(t.steps, &x)
	} else {
		t.setup = append(t.setup, &x)
	}
	t.mu.Unlock()
	t.examine(t, &x)
	return &x
}

// exchange sends a request, again if it is answered with 429.
func (t *trial) exchange(patience time.Duration, r request) exchange {
	x := t.do(t.ctx, patience, r)
	for tries := 1; x.status == http.StatusTooManyRequests && tries < maxTries; tries++ {
		t.examine(t, &x)
		t.wait(&x)
		x = t.do(t.ctx, patience, r)
	}
	return x
}

// maxTries is how often a request is sent that is answered with 429.
const maxTries = 10

// wait does as Retry-After says, within reason.
func (t *trial) wait(x *exchange) {
	pause := time.Second
	if n, err := strconv.Atoi(x.header.Get("Retry-After")); err == nil && n >= 0 {
		pause = min(time.Duration(n)*time.Second, 10*time.Second)
	}
	// Who was told the same moment shall not all come back at once.
	t.pause(pause + rand.N(100*time.Millisecond))
}

// pause waits, unless the run is ended.
func (t *trial) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.ctx.Done():
	}
}

// fillPath puts values into a path template.
func fillPath(template string, values []string) string {
	var b strings.Builder
	for _, value := range values {
		before, rest, ok := strings.Cut(template, "{")
		if !ok {
			break
		}
		_, after, _ := strings.Cut(rest, "}")
		b.WriteString(before + value)
		template = after
	}
	if strings.Contains(template, "{") {
		panic("conformance: the path " + template + " lacks a value")
	}
	return b.String() + template
}

// begin starts a step: what was sent in the step before does not belong to its failures, only what was sent before the
// first one does.
func (t *trial) begin(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.step, t.steps, t.stepped = name, nil, true
}

// fresh forgets what was sent so far: what follows, up to the next step, is what the next steps build on.
func (t *trial) fresh() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.step, t.setup, t.steps, t.stepped = "", nil, nil, false
}

// together runs f n times at once and waits. A trial that ends in one of them ends here.
func (t *trial) together(n int, f func(i int)) {
	var all sync.WaitGroup
	var mu sync.Mutex
	var ended any
	for i := range n {
		all.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					mu.Lock()
					ended = r
					mu.Unlock()
				}
			}()
			f(i)
		})
	}
	all.Wait()
	if ended != nil {
		panic(ended)
	}
}

// fail notes that something is not as the law says, and goes on. The requests shown are those of the step, or the given
// ones only.
func (t *trial) fail(expected, came string, involved ...*exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.failures) == maxFailures {
		t.omitted++
		return
	}
	t.failures = append(t.failures, t.failure(expected, came, involved))
}

func (t *trial) failure(expected, came string, involved []*exchange) Failure {
	if len(involved) == 0 {
		involved = t.steps
	} else if len(t.setup)+len(t.steps) > 0 {
		involved = t.upTo(involved)
	}
	shown := t.curl(slices.Concat(t.needed(), involved))
	return Failure{Step: t.step, Expected: t.secrets.hide(expected), Came: t.secrets.hide(came), Curl: t.secrets.hide(shown)}
}

// upTo adds to exchanges of a step the changes that were made in it before the last of them.
func (t *trial) upTo(involved []*exchange) (all []*exchange) {
	last := slices.Index(t.steps, involved[len(involved)-1])
	for i, x := range t.steps {
		if slices.Contains(involved, x) || i < last && x.changes() {
			all = append(all, x)
		}
	}
	if last < 0 {
		for _, x := range involved {
			if !slices.Contains(t.setup, x) {
				all = append(all, x)
			}
		}
	}
	return all
}

// needed gives the exchanges of the setup: all of them if there are no steps, else those that changed something.
func (t *trial) needed() (all []*exchange) {
	for _, x := range t.setup {
		if !t.stepped || x.changes() {
			all = append(all, x)
		}
	}
	return all
}

// changes says whether an exchange changed something.
func (x *exchange) changes() bool {
	return x.request.method != "GET" && x.request.method != "HEAD" && x.status/100 == 2
}

// stop is fail, and the end of the trial.
func (t *trial) stop(expected, came string, involved ...*exchange) {
	t.fail(expected, came, involved...)
	panic(stopped{})
}

// want ends the trial unless the answer has one of these statuses.
func (t *trial) want(a *answer, statuses ...int) *answer {
	if !slices.Contains(statuses, a.status) {
		t.stop("status "+anyOf(statuses), a.came(), a.exchange)
	}
	return a
}

// refused says whether the answer is a refusal with this status and type, and names all these fields; if not, that is a
// failure.
func (t *trial) refused(a *answer, status int, kind string, fields ...string) bool {
	expected := fmt.Sprintf("%d %s", status, kind)
	ok := a.status == status && a.text("type") == kind
	if len(fields) > 0 {
		expected += " naming " + strings.Join(fields, ", ")
		named := a.fields()
		for _, field := range fields {
			ok = ok && slices.Contains(named, field)
		}
	}
	if !ok {
		t.fail(expected, a.came(), a.exchange)
	}
	return ok
}

func anyOf(statuses []int) string {
	texts := make([]string, len(statuses))
	for i, status := range statuses {
		texts[i] = strconv.Itoa(status)
	}
	return strings.Join(texts, " or ")
}

// reference gives a reference nobody has used.
func (t *trial) reference() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	h := fnv.New32a()
	h.Write([]byte(t.law.Name))
	if t.op != nil {
		h.Write([]byte(" " + t.op.ID))
	}
	return fmt.Sprintf("cf%s-%08x-%d", t.config.RunID, h.Sum32(), t.count)
}

// newKey gives an Idempotency-Key nobody has used.
func (t *trial) newKey() string { return "key-" + t.reference() }

// cannot ends a trial before it has begun: what it takes is missing.
func (t *trial) cannot(outcome Outcome, reason string) {
	t.mu.Lock()
	t.outcome, t.reason = outcome, reason
	t.mu.Unlock()
	panic(stopped{})
}
