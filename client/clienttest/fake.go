// Package clienttest helps to test code that calls the invoice API, without a server.
//
// A [Fake] takes the place of the wire below a real [client.Client], so what is tested goes through validation, retries and
// decoding like any call:
//
//	fake := clienttest.New(t)
//	fake.Example("getInvoice")                        // as the contract's own example answers
//	fake.Answer("createInvoice", 201, invoice)        // any value, as JSON
//	fake.On("commitInvoice", clienttest.Page(503, "<html>…"), clienttest.JSON(200, job))
//
//	err := billing.Run(ctx, fake.Client())
//
//	if calls := fake.Calls("commitInvoice"); len(calls) != 2 { … }
//
// The fake is honest: each request is held against the contract, and so is each answer, when it is declared if its
// content is known then. An answer the server could never give fails the test at its line, and a call that no answer was declared for
// fails it too. What breaks the contract on purpose is marked [Reply.Unchecked].
package clienttest

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/examples"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/client"
)

// URL is the base URL of every [Fake]. Nothing is ever sent there.
const URL = "https://clienttest.invalid/api"

// contract is compiled by the first fake. It is the strict one: a fake has no newer fields than the contract.
var contract = sync.OnceValues(func() (*validate.Contract, error) {
	doc, err := api.Document()
	if err != nil {
		return nil, err
	}
	return validate.New(doc)
})

// Fake answers the calls of clients as it was told. It is an [http.RoundTripper], safe for concurrent use.
type Fake struct {
	t        testing.TB
	contract *validate.Contract

	mu      sync.Mutex
	answers map[string][]*answer // by operation, in the order they are given in
	calls   []Call
	over    bool // the test has ended
}

// answer is a declared reply, or what makes one.
type answer struct {
	make  func(Call) Reply
	where string // the line that declared it
	given int
	times int // 0: any number
}

// New makes a fake for one test.
func New(t testing.TB) *Fake {
	t.Helper()
	all, err := contract()
	if err != nil {
		t.Fatalf("clienttest: the contract: %v", err)
	}
	f := &Fake{t: t, contract: all, answers: make(map[string][]*answer)}
	t.Cleanup(f.end)
	return f
}

// Client makes a client whose calls the fake answers. It has no credentials, unless options give some, and tries again
// without waiting.
func (f *Fake) Client(options ...client.Option) *client.Client {
	f.t.Helper()
	c, err := client.New(URL, append([]client.Option{
		client.WithHTTPClient(&http.Client{Transport: f}),
		client.WithRetry(client.RetryPolicy{BaseDelay: time.Nanosecond, MaxDelay: time.Nanosecond, MaxRetryAfter: time.Nanosecond, Budget: -1}),
	}, options...)...)
	if err != nil {
		f.t.Fatalf("clienttest: %v", err)
	}
	return c
}

// Answer answers calls of an operation with a status and a body; see [JSON].
func (f *Fake) Answer(operation string, status int, body any) {
	f.t.Helper()
	f.On(operation, JSON(status, body))
}

// On answers calls of an operation, named by its operationId. Replies are given in the order in which they were declared,
// each once or as often as its [Reply.Times] says, and the last one for good.
func (f *Fake) On(operation string, replies ...Reply) {
	f.t.Helper()
	op := f.operation(operation)
	for _, reply := range replies {
		if problem := reply.check(op); problem != "" {
			f.t.Fatalf("clienttest: %s cannot be answered so: %s", operation, problem)
		}
		f.declare(op.ID, &answer{make: func(Call) Reply { return reply }, times: reply.times})
	}
}

// Func answers calls of an operation with what reply makes of them. It may be called concurrently.
func (f *Fake) Func(operation string, reply func(Call) Reply) {
	f.t.Helper()
	f.declare(f.operation(operation).ID, &answer{make: reply})
}

// Example answers an operation like an example of the contract, named by its operation and, where there are several, by
// what it shows: getInvoice, createInvoice.409, getCommunicationFile.eml. They are the files in api/examples.
func (f *Fake) Example(names ...string) {
	f.t.Helper()
	pairs, err := examples.All()
	if err != nil {
		f.t.Fatalf("clienttest: examples: %v", err)
	}
	for _, name := range names {
		at := slices.IndexFunc(pairs, func(p examples.Pair) bool { return p.Name == name })
		if at < 0 {
			f.t.Fatalf("clienttest: there is no example %s; there are %s", name, exampleNames(pairs, name))
		}
		reply, err := fromExample(pairs[at].Response)
		if err != nil {
			f.t.Fatalf("clienttest: example %s: %v", name, err)
		}
		f.On(pairs[at].OperationID, reply)
	}
}

// exampleNames lists the examples of the operation that a name begins with, else all.
func exampleNames(pairs []examples.Pair, name string) string {
	operation, _, _ := strings.Cut(name, ".")
	var all, own []string
	for _, p := range pairs {
		all = append(all, p.Name)
		if p.OperationID == operation {
			own = append(own, p.Name)
		}
	}
	if len(own) == 0 {
		own = all
	}
	slices.Sort(own)
	return strings.Join(slices.Compact(own), ", ")
}

// Calls gives the attempts of calls that have come so far, in their order: of these operations, or all.
func (f *Fake) Calls(operations ...string) []Call {
	f.t.Helper()
	for _, operation := range operations {
		f.operation(operation)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var some []Call
	for _, call := range f.calls {
		if len(operations) == 0 || slices.Contains(operations, call.Operation) {
			some = append(some, call)
		}
	}
	return some
}

// operation finds an operation, or ends the test.
func (f *Fake) operation(id string) *validate.Operation {
	f.t.Helper()
	op, ok := f.contract.Operation(id)
	if !ok {
		var all []string
		for _, op := range f.contract.Operations() {
			all = append(all, op.ID)
		}
		slices.Sort(all)
		f.t.Fatalf("clienttest: the contract has no operation %q; it has %s", id, strings.Join(all, ", "))
	}
	return op
}

func (f *Fake) declare(operation string, a *answer) {
	a.where = caller()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[operation] = append(f.answers[operation], a)
}

// caller is the line of the test that called this package.
func caller() string {
	var pcs [8]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		frame, more := frames.Next()
		if !strings.Contains(frame.Function, "/clienttest.") || !more {
			return fmt.Sprintf("%s:%d", frame.File[strings.LastIndexByte(frame.File, '/')+1:], frame.Line)
		}
	}
}

// end sees, when the test is over, that what was to be given a number of times was.
func (f *Fake) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	for operation, answers := range f.answers {
		for _, a := range answers {
			if a.given < a.times {
				f.t.Errorf("clienttest: %s: the answer of %s was to be given %d times, and was given %d times", operation, a.where, a.times, a.given)
			}
		}
	}
}
