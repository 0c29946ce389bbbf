package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dunwell/dunwell/client"
)

// book answers a list as pages say, whatever is asked.
func book(t *testing.T, options []client.Option, pages ...string) (*client.Client, *atomic.Int32) {
	t.Helper()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"page":1,"pageSize":20,"query":{},"rows":[],%s}`, pages[int(asked.Add(1)-1)%len(pages)])
	}))
	t.Cleanup(server.Close)
	return newClient(t, server.URL, append(options, client.BasicAuth("a", "b"))...), &asked
}

// A server whose cursors lead nowhere is an error, not an endless loop, however long the circle is.
func TestWalkInCircles(t *testing.T) {
	circle := func(n int) (pages []string) {
		for i := range n {
			pages = append(pages, fmt.Sprintf(`"hasMore":true,"next":"c%d"`, i))
		}
		return pages
	}
	for name, test := range map[string]struct {
		pages []string
		most  int32
	}{
		"the same":        {circle(1), 2},
		"two":             {circle(2), 6},
		"seventeen":       {circle(17), 80},
		"no next":         {[]string{`"hasMore":true`}, 1},
		"an empty next":   {[]string{`"hasMore":true,"next":""`}, 1},
		"after some time": {append([]string{`"hasMore":true,"next":"a"`, `"hasMore":true,"next":"b"`}, `"hasMore":true`), 3},
	} {
		t.Run(name, func(t *testing.T) {
			c, asked := book(t, nil, test.pages...)
			var last error
			for _, err := range c.Invoices(t.Context()) {
				last = err
			}
			var broken *client.ContractError
			if !errors.As(last, &broken) || broken.Direction != client.DirectionResponse || broken.Violations[0].Path != "next" {
				t.Errorf("error %v", last)
			}
			if n := asked.Load(); n > test.most {
				t.Errorf("%d pages were asked for, at most %d were needed", n, test.most)
			}
		})
	}
}

// An error comes once, and ends the walk; one that passes is not seen at all, and no row is lost or repeated by it.
func TestWalkAndErrors(t *testing.T) {
	var asked atomic.Int32
	var lasting atomic.Bool
	w := newWorld(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && asked.Add(1)%2 == 0 || lasting.Load() && r.URL.Query().Has("after") {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	})
	c := w.client(t, quick)
	w.shelf(t, c)
	if got := references(t, c.Invoices(t.Context(), client.PageSize(2))); got != "RE1 RE2 RE3 RE4 RE5 RE6 RE7" {
		t.Errorf("got %s", got)
	}
	lasting.Store(true)
	rows, failures := 0, 0
	for _, err := range c.Invoices(t.Context(), client.PageSize(2)) {
		var broken *client.TransportError
		switch {
		case err == nil:
			rows++
		case errors.As(err, &broken) && broken.Attempts == 4:
			failures++
		default:
			t.Error(err)
		}
	}
	if rows != 2 || failures != 1 {
		t.Errorf("%d rows, %d errors", rows, failures)
	}
	lasting.Store(false)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range c.Invoices(ctx, client.PageSize(2)) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("after cancel %v", last)
	}
}

// Rows that are inserted during a walk neither repeat nor hide others.
func TestWalkDuringInserts(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	w.shelf(t, c)
	f := client.InvoiceFields
	for _, order := range []client.InvoiceOrder{f.Created.Descending(), f.Total.Ascending(), f.Reference.Ascending()} {
		seen := map[string]int{}
		for invoice, err := range c.Invoices(t.Context(), client.PageSize(2), order) {
			must(t)(nil, err)
			seen[invoice.Reference]++
			if len(seen) < 20 {
				must(t)(c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}))
			}
		}
		for n := 1; n <= 7; n++ {
			if seen[fmt.Sprintf("RE%d", n)] != 1 {
				t.Errorf("%s: RE%d was seen %d times", order, n, seen[fmt.Sprintf("RE%d", n)])
			}
		}
		for reference, times := range seen {
			if times != 1 {
				t.Errorf("%s: %s was seen %d times", order, reference, times)
			}
		}
	}
}

// A server that takes no notice of limit or offset is an error, not a list that is too long or has no end.
func TestWalkIgnored(t *testing.T) {
	booking := func(id int) string {
		return fmt.Sprintf(`{"booking":{"id":"%d","kind":"payment","amount":"1.00","created":"2026-03-02T09:30:00.000Z"}}`, id)
	}
	for name, test := range map[string]struct {
		rows    []int
		options []client.PaymentListOption
		given   int // before the error
		path    string
	}{
		"more than the limit":  {[]int{1, 2, 3}, []client.PaymentListOption{client.Limit(2)}, 2, "limit"},
		"more than a part":     {[]int{1, 2, 3}, []client.PaymentListOption{client.PageSize(2)}, 2, "limit"},
		"the same again":       {[]int{1, 2}, []client.PaymentListOption{client.PageSize(2)}, 2, "offset"},
		"the same one again":   {[]int{1}, []client.PaymentListOption{client.PageSize(1), client.Limit(5)}, 1, "offset"},
		"what was asked for":   {[]int{1, 2}, []client.PaymentListOption{client.Limit(2)}, 2, ""},
		"less than was wanted": {[]int{1, 2}, []client.PaymentListOption{client.Limit(3)}, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var all []string
			for _, id := range test.rows {
				all = append(all, booking(id))
			}
			c := answered(t, func() *http.Response {
				return newAnswer(200, `{"payments":[`+strings.Join(all, ",")+`],"charges":[],"interests":[]}`)
			}, client.WithValidation(client.Fail, client.Off))
			given, last := 0, error(nil)
			for _, err := range c.Payments(t.Context(), "RE1", test.options...) {
				if last = err; err == nil {
					given++
				}
				if given > 10 {
					t.Fatal("it does not end")
				}
			}
			var broken *client.ContractError
			if found := errors.As(last, &broken); given != test.given || found != (test.path != "") || found && broken.Violations[0].Path != test.path {
				t.Errorf("%d rows, %v", given, last)
			}
		})
	}
}

// A number of rows that the contract does not allow is refused by a walk as by a single request.
func TestWalkOfNonsense(t *testing.T) {
	s := &script{answers: []func() (*http.Response, error){ok("[]")}}
	c := newClient(t, "http://localhost/api", client.WithHTTPClient(&http.Client{Transport: s}))
	for name, option := range map[string]client.IdentityInvoiceListOption{
		"page size": client.PageSize(-1), "too large": client.PageSize(10_001), "limit": client.Limit(-1), "offset": client.Offset(-1),
	} {
		n := 0
		for _, err := range c.IdentityInvoices(t.Context(), "K1", option) {
			if n++; !errors.Is(err, client.ErrInvalidValue) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d rows", name, n)
		}
	}
}

// The number of all rows, which no walk tells, is not asked for.
func TestWalkWithoutTotal(t *testing.T) {
	c, _ := book(t, []client.Option{client.WithMiddleware(func(r *http.Request, next client.Next) (*http.Response, error) {
		if r.URL.Query().Has("withTotal") {
			t.Error(r.URL)
		}
		return next(r)
	})}, `"hasMore":true,"next":"a"`, `"hasMore":false`)
	if got := references(t, c.Invoices(t.Context(), client.WithTotal())); got != "" {
		t.Error(got)
	}
}
