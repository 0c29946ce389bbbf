package clienttest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/dunwell/dunwell/api/examples"
	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/client/clienttest"
)

// witness stands in for the test of somebody else, to see it fail.
type witness struct {
	testing.TB
	mu     sync.Mutex
	told   []string
	ending []func()
}

// fatal ends what a witness watches.
type fatal struct{}

func (w *witness) Helper()                   {}
func (w *witness) Cleanup(f func())          { w.ending = append(w.ending, f) }
func (w *witness) Errorf(s string, a ...any) { w.tell(fmt.Sprintf(s, a...)) }
func (w *witness) Error(a ...any)            { w.tell(fmt.Sprint(a...)) }
func (w *witness) Fatalf(s string, a ...any) { w.tell(fmt.Sprintf(s, a...)); panic(fatal{}) }
func (w *witness) tell(text string)          { w.mu.Lock(); defer w.mu.Unlock(); w.told = append(w.told, text) }

// watch runs a test with a fake to its end and gives what it failed with.
func watch(test func(*clienttest.Fake)) string {
	w := &witness{}
	func() {
		defer func() {
			if p := recover(); p != nil && p != (fatal{}) {
				panic(p)
			}
		}()
		test(clienttest.New(w))
	}()
	for _, end := range w.ending {
		end()
	}
	return strings.Join(w.told, "\n")
}

const clock = `{"now":"2026-03-02T09:30:00.000Z"}`

// Answers come through the real client: typed, in order, the last one for good, with retries.
func TestAnswers(t *testing.T) {
	fake := clienttest.New(t)
	c := fake.Client()
	fake.On("getSandboxClock",
		clienttest.Page(503, "<html>down</html>"),
		clienttest.Fail(syscall.ECONNRESET).Times(2),
		clienttest.JSON(200, clock))
	var r client.Response
	for range 2 {
		if now, err := c.GetSandboxClock(t.Context(), client.Into(&r)); err != nil || now.Now.String() != "2026-03-02T09:30:00.000Z" {
			t.Fatalf("%+v %v", now, err)
		}
	}
	if calls := fake.Calls(); len(calls) != 5 {
		t.Errorf("%d attempts", len(calls))
	}
	fake.On("getInvoice", clienttest.Refuse(404, "ERR_NOT_FOUND", client.ErrorDetail{Error: "no", Fields: []string{"invoiceReference"}}))
	var refused *client.Error
	if _, err := c.GetInvoice(t.Context(), "RE1"); !errors.Is(err, client.ErrNotFound) || !errors.As(err, &refused) || refused.Details[0].Error != "no" {
		t.Errorf("%v", err)
	}
	fake.On("getIdentity", clienttest.JSON(200, `{}`).Unchecked())
	var broken *client.ContractError
	if _, err := c.GetIdentity(t.Context(), "K1"); !errors.As(err, &broken) {
		t.Errorf("%v", err)
	}
	fake.On("getCommunicationFile", clienttest.File("a.pdf", []byte("%PDF-1.7")).Cut(3), clienttest.File("Größe.pdf", []byte("%PDF-1.7")))
	var file bytes.Buffer
	if d, err := c.GetCommunicationFile(t.Context(), "1", &file); err != nil || !d.Verified || d.Filename != "Größe.pdf" || file.String() != "%PDF-1.7" {
		t.Errorf("%+v %v", d, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.GetSandboxClock(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// What came can be read: parameters, headers, bodies, and the parts of uploads.
func TestCalls(t *testing.T) {
	fake := clienttest.New(t)
	c := fake.Client(client.BasicAuth("shop", "secret"))
	fake.Example("createInvoice", "importExternalDocument", "listInvoices")
	fake.Func("getInvoice", func(call clienttest.Call) clienttest.Reply {
		return clienttest.Refuse(404, "ERR_NOT_FOUND", client.ErrorDetail{Error: "no " + call.Path["invoiceReference"], Fields: []string{}})
	})
	ctx := t.Context()
	if _, err := c.CreateInvoice(ctx, "K 1", client.InvoiceCreate{Label: new("L")}, client.IdempotencyKey("key-1")); err != nil {
		t.Fatal(err)
	}
	created := fake.Calls("createInvoice")[0]
	var body client.InvoiceCreate
	if err := created.Decode(&body); err != nil || *body.Label != "L" || created.Path["identityReference"] != "K 1" || created.IdempotencyKey() != "key-1" || created.Header.Get("Authorization") == "" {
		t.Errorf("%+v %v", created, err)
	}
	document := client.DocumentImport{File: client.Bytes("a.pdf", []byte("%PDF-")), Kind: client.CommunicationKindInvoice}
	if _, err := c.ImportExternalDocument(ctx, "RE1", document); err != nil {
		t.Fatal(err)
	}
	if form := fake.Calls("importExternalDocument")[0].Form; string(form["file"]) != "%PDF-" || string(form["kind"]) != "invoice" {
		t.Errorf("%q", form)
	}
	if _, err := c.ListInvoices(ctx, client.InvoiceFields.State.Is(client.InvoiceStateNone)); err != nil {
		t.Fatal(err)
	}
	if query := fake.Calls("listInvoices")[0].Query; query.Get("query[state]") != "none" {
		t.Errorf("%v", query)
	}
	if _, err := c.GetInvoice(ctx, "RE/1", client.MaxAttempts(1)); err == nil || len(fake.Calls("getInvoice")) != 0 {
		t.Errorf("%v", err)
	}
	if _, err := c.GetInvoice(ctx, "RE 1"); err == nil || !strings.Contains(err.Error(), "no RE 1") {
		t.Errorf("%v", err)
	}
	if n := len(fake.Calls()); n != 4 {
		t.Errorf("%d calls", n)
	}
}

// Every example of the contract can be an answer.
func TestExamples(t *testing.T) {
	pairs, err := examples.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range pairs {
		if told := watch(func(fake *clienttest.Fake) { fake.Example(pair.Name) }); told != "" && pair.OperationID != "" {
			t.Errorf("%s: %s", pair.Name, told)
		}
	}
	fake := clienttest.New(t)
	fake.Example("getCommunicationFile.link")
	if d, err := fake.Client().DownloadLink(t.Context(), "https://billing.example.com/api/v1/communication/1/file?expires=1&signature=x", io.Discard); err != nil || d.Filename != "RE12345.pdf" {
		t.Errorf("%+v %v", d, err)
	}
}

// A test that uses the fake wrongly, or whose code calls what it should not, fails, and is told why.
func TestFailures(t *testing.T) {
	unchecked := client.WithValidation(client.Off, client.Off)
	for name, test := range map[string]struct {
		test func(*clienttest.Fake)
		want string
	}{
		"nothing wrong": {func(f *clienttest.Fake) { f.Answer("getSandboxClock", 200, clock) }, `^$`},
		"no such operation": {func(f *clienttest.Fake) { f.Answer("getInvoices", 200, "{}") },
			`no operation "getInvoices"; it has .*getInvoice,`},
		"a wrong field":         {func(f *clienttest.Fake) { f.Answer("getSandboxClock", 200, `{"now":"yesterday"}`) }, `getSandboxClock cannot be answered so: .*now`},
		"a missing field":       {func(f *clienttest.Fake) { f.Answer("getSandboxClock", 200, `{}`) }, `now`},
		"no JSON":               {func(f *clienttest.Fake) { f.Answer("getSandboxClock", 200, make(chan int)) }, `unsupported type`},
		"no reply":              {func(f *clienttest.Fake) { f.On("getSandboxClock", clienttest.Reply{}) }, `it is no reply`},
		"a status of none":      {func(f *clienttest.Fake) { f.Answer("getInvoice", 201, clock) }, `cannot be answered so`},
		"an error of no kind":   {func(f *clienttest.Fake) { f.On("getInvoice", clienttest.Refuse(404, "ERR_LOST")) }, `type`},
		"no such example":       {func(f *clienttest.Fake) { f.Example("getInvoice.500") }, `no example getInvoice.500; there are getInvoice, getInvoice.401`},
		"calls of no operation": {func(f *clienttest.Fake) { f.Calls("nosuch") }, `no operation "nosuch"`},
		"a file of an odd kind": {func(f *clienttest.Fake) { f.On("getCommunicationFile", clienttest.File("a.doc", nil)) }, `cannot be answered so`},
		"a wrong reply of a func": {func(f *clienttest.Fake) {
			f.Func("getSandboxClock", func(clienttest.Call) clienttest.Reply { return clienttest.JSON(200, "[]") })
			_, _ = f.Client(unchecked).GetSandboxClock(context.Background())
		}, `cannot be answered as fake_test.go:\d+ does`},
		"an unexpected call": {func(f *clienttest.Fake) {
			f.Example("getInvoice")
			_, err := f.Client().GetIdentity(context.Background(), "K1")
			if !errors.Is(err, client.ErrNotImplemented) || len(f.Calls()) != 1 {
				panic(fmt.Sprint(err, f.Calls()))
			}
		}, `getIdentity was called \(GET /api/identities/K1\), but has no answer; getInvoice have\.\n.*fake.Example\("getIdentity"\), or fake.Answer\("getIdentity", 200, …\)`},
		"one call too many": {func(f *clienttest.Fake) {
			f.On("getSandboxClock", clienttest.JSON(200, clock).Times(1))
			c := f.Client()
			_, _ = c.GetSandboxClock(context.Background())
			_, _ = c.GetSandboxClock(context.Background())
		}, `called once more than it has answers .*; its answers are those of fake_test.go:\d+`},
		"one call too few": {func(f *clienttest.Fake) { f.On("getSandboxClock", clienttest.JSON(200, clock).Times(2)) },
			`the answer of fake_test.go:\d+ was to be given 2 times, and was given 0 times`},
		"a wrong request": {func(f *clienttest.Fake) {
			f.Example("listInvoices")
			_, _ = f.Client(unchecked).ListInvoices(context.Background(), client.PageSize(5000), client.Where("nosuch").Is("x"))
		}, `the request of listInvoices breaks the contract: .*(\n.*)*nosuch`},
		"a wrong upload": {func(f *clienttest.Fake) {
			f.Example("importExternalDocument")
			_, _ = f.Client(unchecked).ImportExternalDocument(context.Background(), "RE1", client.DocumentImport{File: client.Bytes("a.pdf", nil), Kind: "poem"})
		}, `the request of importExternalDocument breaks the contract: .*kind`},
		"a path of nothing": {func(f *clienttest.Fake) {
			_, _ = f.Client(unchecked).DownloadLink(context.Background(), "https://example.com/x", io.Discard)
		}, `no operation GET /x`},
	} {
		t.Run(name, func(t *testing.T) {
			if told := watch(test.test); !regexp.MustCompile(test.want).MatchString(told) {
				t.Errorf("the test failed with %q", told)
			}
		})
	}
}

// After the test, a client that somebody forgot gets an error instead of a panic of package testing.
func TestOver(t *testing.T) {
	var c *client.Client
	if told := watch(func(f *clienttest.Fake) { f.Answer("getSandboxClock", 200, clock); c = f.Client() }); told != "" {
		t.Fatal(told)
	}
	if _, err := c.GetSandboxClock(t.Context()); err == nil || !strings.Contains(err.Error(), "the test is over") {
		t.Errorf("%v", err)
	}
}

// A test that ends while an answer is being made is not told of what is wrong with the answer: its failure would be a panic.
func TestOverMeanwhile(t *testing.T) {
	w := &witness{}
	fake := clienttest.New(w)
	fake.Func("getSandboxClock", func(clienttest.Call) clienttest.Reply {
		for _, end := range w.ending {
			end()
		}
		return clienttest.JSON(200, "[]")
	})
	if _, err := fake.Client().GetSandboxClock(t.Context()); err == nil || !strings.Contains(err.Error(), "the test is over") || len(w.told) > 0 {
		t.Errorf("%v, told %q", err, w.told)
	}
}

func TestConcurrentCalls(t *testing.T) {
	fake := clienttest.New(t)
	fake.Answer("getSandboxClock", 200, clock)
	c := fake.Client()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.GetSandboxClock(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(fake.Calls("getSandboxClock")); n != 20 {
		t.Errorf("%d calls", n)
	}
}
