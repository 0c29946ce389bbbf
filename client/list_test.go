package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunwell/dunwell/client"
)

// shelf fills the list of invoices: RE1 to RE7, a second apart, RE<n> with a total of <n> × 10 and due n days after 2026-03-02.
func (w *world) shelf(t *testing.T, c *client.Client) {
	t.Helper()
	for k := 1; k <= 2; k++ {
		must(t)(c.UpsertIdentity(t.Context(), fmt.Sprintf("K%d", k), client.IdentityUpdate{Kind: new(client.IdentityKindIncorporate)}))
	}
	for n := 1; n <= 7; n++ {
		w.Day.Advance(time.Second)
		must(t)(c.CreateInvoice(t.Context(), fmt.Sprintf("K%d", 1+n%2), client.InvoiceCreate{
			Reference: new(fmt.Sprintf("RE%d", n)), Due: new(client.Date(2026, 3, 2+n)), Netbased: client.Set(true),
			Items: &[]client.InvoiceItemInput{{Label: "A", Quantity: client.MustDecimal(fmt.Sprint(n)), Unit: "pc", Unitprice: client.MustDecimal("10")}},
		}))
	}
	must(t)(c.UpdateInvoice(t.Context(), "RE7", client.InvoiceUpdate{State: new(client.InvoiceUpdateStateCanceled)}))
}

// must fails the test on an error.
func must(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// references walks to the end.
func references(t testing.TB, invoices iter.Seq2[client.Invoice, error]) string {
	t.Helper()
	var all []string
	for invoice, err := range invoices {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, invoice.Reference)
	}
	return strings.Join(all, " ")
}

func TestWalkInvoices(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	w.shelf(t, c)
	f := client.InvoiceFields
	due := client.Date(2026, 3, 5).Time
	for _, test := range []struct {
		options []client.InvoiceListOption
		want    string
	}{
		{nil, "RE1 RE2 RE3 RE4 RE5 RE6 RE7"},
		{[]client.InvoiceListOption{client.PageSize(2)}, "RE1 RE2 RE3 RE4 RE5 RE6 RE7"},
		{[]client.InvoiceListOption{client.PageSize(7)}, "RE1 RE2 RE3 RE4 RE5 RE6 RE7"},
		{[]client.InvoiceListOption{client.PageSize(2), client.PageNumber(3)}, "RE5 RE6 RE7"},
		{[]client.InvoiceListOption{client.PageSize(3), f.Total.Descending()}, "RE7 RE6 RE5 RE4 RE3 RE2 RE1"},
		{[]client.InvoiceListOption{f.Due.Before(due)}, "RE1 RE2"},
		{[]client.InvoiceListOption{f.Due.Before(due.Add(time.Microsecond))}, "RE1 RE2 RE3"},
		{[]client.InvoiceListOption{f.Due.NotBefore(due)}, "RE3 RE4 RE5 RE6 RE7"},
		{[]client.InvoiceListOption{f.Due.NotBefore(due.Add(time.Microsecond))}, "RE4 RE5 RE6 RE7"},
		{[]client.InvoiceListOption{f.Due.After(due)}, "RE4 RE5 RE6 RE7"},
		{[]client.InvoiceListOption{f.Due.After(due.Add(-time.Microsecond))}, "RE3 RE4 RE5 RE6 RE7"},
		{[]client.InvoiceListOption{f.Due.NotAfter(due)}, "RE1 RE2 RE3"},
		{[]client.InvoiceListOption{f.Due.Is(due.In(time.FixedZone("", 3600)))}, "RE3"},
		{[]client.InvoiceListOption{f.Due.In(due, due.AddDate(0, 0, 1))}, "RE3 RE4"},
		{[]client.InvoiceListOption{f.Total.AtLeast(client.MustDecimal("30")), f.Total.LessThan(client.MustDecimal("50.01"))}, "RE3 RE4 RE5"},
		{[]client.InvoiceListOption{f.State.Is(client.InvoiceStateCanceled)}, "RE7"},
		{[]client.InvoiceListOption{f.State.IsNot(client.InvoiceStateCanceled), client.Where("identity").Is("K1")}, "RE2 RE4 RE6"},
		{[]client.InvoiceListOption{f.Reference.In("RE3", "RE1", "RE9")}, "RE1 RE3"},
		{[]client.InvoiceListOption{client.Where("total").MoreThan("49.99"), client.SortBy("-total,reference")}, "RE7 RE6 RE5"},
		{[]client.InvoiceListOption{f.Currency.Is("CHF")}, ""},
	} {
		if got := references(t, c.Invoices(t.Context(), test.options...)); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// A walk can be ranged over again, and left at any time.
func TestWalkTwiceAndLeave(t *testing.T) {
	w := newWorld(t, nil)
	var requests atomic.Int32
	c := w.client(t, client.WithMiddleware(func(r *http.Request, next client.Next) (*http.Response, error) {
		requests.Add(1)
		return next(r)
	}))
	w.shelf(t, c)
	invoices := c.Invoices(t.Context(), client.PageSize(2))
	if first, second := references(t, invoices), references(t, invoices); first != second || first == "" {
		t.Errorf("first %s, second %s", first, second)
	}
	requests.Store(0)
	for range invoices {
		break
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests for the first row", n)
	}
}

func TestListInvoicesPage(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	w.shelf(t, c)
	var r client.Response
	page, err := c.ListInvoices(t.Context(), client.PageSize(2), client.PageNumber(2), client.WithTotal(),
		client.InvoiceFields.Due.Before(client.Date(2026, 3, 8).Time), client.Into(&r))
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Rows) != 2 || page.Page != 2 || page.PageSize != 2 || !page.HasMore || page.Next == "" || page.Total == nil || *page.Total != 5 ||
		page.Query["due[$lt]"] != "2026-03-08T00:00:00.000Z" || r.Status != 200 {
		t.Errorf("%+v", page)
	}
	next, err := c.ListInvoices(t.Context(), client.PageSize(2), client.After(page.Next), client.InvoiceFields.Due.Before(client.Date(2026, 3, 8).Time))
	if err != nil || len(next.Rows) != 1 || next.Rows[0].Reference != "RE5" || next.HasMore || next.Next != "" || next.Total != nil {
		t.Errorf("%+v %v", next, err)
	}
	// A page says the same as the JSON it came from.
	var sent, back any
	written, _ := json.Marshal(page)
	if json.Unmarshal(written, &back) != nil || json.Unmarshal(r.Body, &sent) != nil || fmt.Sprint(back) != fmt.Sprint(sent) {
		t.Errorf("page %v, sent %v", back, sent)
	}
}

func TestOtherLists(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	w.shelf(t, c)
	must(t)(c.ImportExternalDocument(t.Context(), "RE1", client.DocumentImport{File: client.Bytes("RE1.eml", mail), Kind: client.CommunicationKindEmail}))
	var customers []string
	for identity, err := range c.Identities(t.Context(), client.PageSize(1), client.IdentityFields.Reference.Descending(),
		client.IdentityFields.Kind.Is(client.IdentityKindIncorporate)) {
		must(t)(nil, err)
		customers = append(customers, identity.Reference)
	}
	if !slices.Equal(customers, []string{"K2", "K1"}) {
		t.Errorf("customers %v", customers)
	}
	if page, err := c.ListIdentities(t.Context(), client.WithTotal()); err != nil || *page.Total != 2 {
		t.Errorf("%+v %v", page, err)
	}
	if page, err := c.ListCreditnotes(t.Context()); err != nil || len(page.Rows) != 0 {
		t.Errorf("%+v %v", page, err)
	}
	if got := references(t, c.Creditnotes(t.Context(), client.InvoiceFields.Total.AtLeast(client.MustDecimal("1")))); got != "" {
		t.Errorf("credit notes %v", got)
	}
	if _, err := c.ListTransactions(t.Context(), client.TransactionFields.Amount.MoreThan(client.MustDecimal("1"))); err != nil && !errors.Is(err, client.ErrNotImplemented) {
		t.Error(err)
	}
	for _, err := range c.Transactions(t.Context(), client.TransactionFields.Bookingdate.Descending()) {
		if err != nil && !errors.Is(err, client.ErrNotImplemented) {
			t.Error(err)
		}
	}
	for voucher, err := range c.Documents(t.Context(), "RE1", client.DocumentFields.Created.Descending(), client.DocumentFields.Kind.Is(client.VoucherDocumentsKindInvoice)) {
		if err != nil || voucher.Reference != "RE1" || len(voucher.Communications) != 1 {
			t.Errorf("%+v %v", voucher, err)
		}
	}
	if documents, err := c.ListDocuments(t.Context(), "RE1", client.Limit(0)); err != nil || len(documents) != 1 {
		t.Errorf("%+v %v", documents, err)
	}
	if payments, err := c.ListPayments(t.Context(), "RE1", client.PaymentFields.Kind.Is(client.BookingKindPayment)); err != nil || len(payments.Payments) != 0 {
		t.Errorf("%+v %v", payments, err)
	}
}

// Lists without cursors are walked over by counting.
func TestWalkBelow(t *testing.T) {
	w := newWorld(t, nil)
	var asked []string
	c := w.client(t, client.WithMiddleware(func(r *http.Request, next client.Next) (*http.Response, error) {
		if r.Method == http.MethodGet {
			asked = append(asked, r.URL.RawQuery)
		}
		return next(r)
	}))
	w.shelf(t, c)
	for _, test := range []struct {
		options []client.IdentityInvoiceListOption
		want    string
		asked   []string
	}{
		{nil, "RE2 RE4 RE6", []string{"limit=200"}},
		{[]client.IdentityInvoiceListOption{client.PageSize(2)}, "RE2 RE4 RE6", []string{"limit=2", "limit=2&offset=2"}},
		{[]client.IdentityInvoiceListOption{client.PageSize(3)}, "RE2 RE4 RE6", []string{"limit=3", "limit=3&offset=3"}},
		{[]client.IdentityInvoiceListOption{client.PageSize(2), client.Limit(0)}, "RE2 RE4 RE6", []string{"limit=2", "limit=2&offset=2"}},
		{[]client.IdentityInvoiceListOption{client.PageSize(1), client.Limit(2), client.Offset(1)}, "RE4 RE6", []string{"limit=1&offset=1", "limit=1&offset=2"}},
		{[]client.IdentityInvoiceListOption{client.Limit(2), client.InvoiceFields.Total.Descending()}, "RE6 RE4", []string{"limit=2&sort=-total"}},
		{[]client.IdentityInvoiceListOption{client.InvoiceFields.Total.AtMost(client.MustDecimal("40"))}, "RE2 RE4", []string{"limit=200&search%5Btotal%5D%5B%24lte%5D=40"}},
	} {
		asked = nil
		if got := references(t, c.IdentityInvoices(t.Context(), "K1", test.options...)); got != test.want || !slices.Equal(asked, test.asked) {
			t.Errorf("got %s by %q, want %s by %q", got, asked, test.want, test.asked)
		}
	}
	asked = nil
	rows, err := c.ListIdentityInvoices(t.Context(), "K1")
	if err != nil || len(rows) != 3 || !slices.Equal(asked, []string{""}) {
		t.Errorf("%d rows by %q, %v", len(rows), asked, err)
	}
	asked = nil
	if rows, err = c.ListIdentityInvoices(t.Context(), "K1", client.Limit(0), client.PageSize(2), client.Offset(1)); err != nil || len(rows) != 2 {
		t.Errorf("%d rows by %q, %v", len(rows), asked, err)
	}
}

// What cannot be asked ends a list before anything is sent, whoever builds the request.
func TestListRefusesBeforeSending(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	t.Cleanup(server.Close)
	c := newClient(t, server.URL, client.BasicAuth("a", "b"))
	off := newClient(t, server.URL, client.BasicAuth("a", "b"), client.WithValidation(client.Off, client.Off))
	for path, list := range map[string]func() (*client.Page[client.Invoice], error){
		"query.reference.$in": func() (*client.Page[client.Invoice], error) {
			return off.ListInvoices(t.Context(), client.InvoiceFields.Reference.In("a,b"))
		},
		"query.total": func() (*client.Page[client.Invoice], error) {
			return off.ListInvoices(t.Context(), client.Where("total").Is(1.5))
		},
		"query.nosuch": func() (*client.Page[client.Invoice], error) {
			return c.ListInvoices(t.Context(), client.Where("nosuch").Is("x"))
		},
		"query.total.$gt": func() (*client.Page[client.Invoice], error) {
			return c.ListInvoices(t.Context(), client.InvoiceFields.Total.MoreThan(client.MustDecimal("1.23456")))
		},
		"query.total.$lt": func() (*client.Page[client.Invoice], error) {
			f := client.InvoiceFields.Total
			return c.ListInvoices(t.Context(), f.LessThan(client.MustDecimal("1")), f.LessThan(client.MustDecimal("2")))
		},
		"sort": func() (*client.Page[client.Invoice], error) {
			return c.ListInvoices(t.Context(), client.SortBy("color"))
		},
		"pageSize": func() (*client.Page[client.Invoice], error) {
			return c.ListInvoices(t.Context(), client.PageSize(1001))
		},
		"page": func() (*client.Page[client.Invoice], error) {
			return c.ListInvoices(t.Context(), client.PageNumber(0))
		},
	} {
		_, err := list()
		var broken *client.ContractError
		if !errors.As(err, &broken) || broken.Direction != client.DirectionRequest || broken.Operation != "listInvoices" || broken.Violations[0].Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	for row, err := range c.Invoices(t.Context(), client.Where("nosuch").Is("x")) {
		if err == nil || row.Reference != "" {
			t.Errorf("%+v %v", row, err)
		}
	}
}

// Every field with every operator the compiler allows is one the server takes.
func TestServerTakesEveryCondition(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	f, at, one := client.InvoiceFields, time.Now(), client.MustDecimal("1")
	var all []client.InvoiceListOption
	for _, text := range []client.TextField[client.InvoiceCondition]{f.Reference.TextField, f.Number.TextField, f.Identity, f.Debtor, f.Currency, f.Ordernumber} {
		all = append(all, text.Is("1"), text.IsNot("1"), text.In("1", "2"), text.MoreThan("1"), text.AtLeast("1"), text.LessThan("1"), text.AtMost("1"))
	}
	for _, moment := range []client.TimeField[client.InvoiceCondition]{f.Accountingdate.TimeField, f.Issued.TimeField, f.Due.TimeField, f.Orderdate.TimeField,
		f.Cancelationdate, f.Created.TimeField, f.Modified.TimeField} {
		all = append(all, moment.Is(at), moment.IsNot(at), moment.In(at, at), moment.Before(at), moment.NotBefore(at), moment.After(at), moment.NotAfter(at))
	}
	all = append(all, f.State.Is(client.InvoiceStateNone), f.State.IsNot(client.InvoiceStateNone), f.State.In(client.InvoiceStateNone, client.InvoiceStatePaid),
		f.Paymentkind.Is(client.PaymentkindCT), f.Paymentkind.IsNot(client.PaymentkindCT), f.Paymentkind.In(client.PaymentkindCT, client.PaymentkindDD),
		f.Dunninglevel.Is(1), f.Dunninglevel.IsNot(1), f.Dunninglevel.In(1, 2), f.Dunninglevel.MoreThan(1), f.Dunninglevel.AtLeast(1), f.Dunninglevel.LessThan(1), f.Dunninglevel.AtMost(1))
	for _, amount := range []client.DecimalField[client.InvoiceCondition, client.InvoiceOrder]{f.Total, f.Unpaid} {
		all = append(all, amount.Is(one), amount.IsNot(one), amount.In(one, one), amount.MoreThan(one), amount.AtLeast(one), amount.LessThan(one), amount.AtMost(one))
	}
	for _, key := range []client.SortKey[client.InvoiceOrder]{f.Reference.SortKey, f.Number.SortKey, f.Accountingdate.SortKey, f.Issued.SortKey, f.Due.SortKey,
		f.Orderdate.SortKey, f.Dunninglevel.SortKey, f.Total.SortKey, f.Unpaid.SortKey, f.Created.SortKey, f.Modified.SortKey} {
		all = append(all, key.Ascending(), key.Descending())
	}
	for _, option := range all {
		if _, err := c.ListInvoices(t.Context(), option); err != nil {
			t.Errorf("%+v: %v", option, err)
		}
	}
	g := client.IdentityFields
	for _, option := range []client.IdentityListOption{g.Reference.Is("1"), g.Number.In("1"), g.Debtor.AtLeast("1"), g.Kind.In(client.IdentityKindIndividual), g.Currency.IsNot("EUR"),
		g.Created.After(at), g.Modified.NotAfter(at), g.Debtor.Descending(), client.Sort(g.Number.Ascending(), g.Reference.Descending(), g.Created.Ascending(), g.Modified.Ascending())} {
		if _, err := c.ListIdentities(t.Context(), option); err != nil {
			t.Errorf("%+v: %v", option, err)
		}
	}
}
