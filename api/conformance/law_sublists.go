package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

var sublistLaws = []Law{
	{Name: "sublist.parts", Source: "components/parameters/Limit, Offset", Needs: sublistNeeds, check: sublistParts,
		Says: "limit and offset cut the whole list; limit 0 is no limit; behind the end there is nothing."},
	{Name: "sublist.order", Source: "listIdentityInvoices", Needs: sublistNeeds, check: sublistOrder,
		Says: "A customer's invoices come in the order of the sort."},
	{Name: "sublist.search", Source: "listIdentityInvoices", Needs: sublistNeeds, check: sublistSearch,
		Says: "Every operator on every field of search leaves exactly the invoices for which it holds."},
	{Name: "sublist.bounds", Source: "components/parameters/Limit, Offset", Needs: sublistNeeds, check: sublistBounds,
		Says: "A negative limit or offset, a limit above 10,000, an unknown field of search or sort is answered with 400 naming it."},
	{Name: "sublist.missing", Source: "components/responses/NotFoundError", Needs: []string{"listIdentityInvoices"}, check: sublistMissing,
		Says: "The invoices of a customer that does not exist are answered with 404, not with an empty list."},
	{Name: "sublist.documents", Source: "listDocuments", Needs: []string{"createIdentity", "createInvoice", "importExternalDocument", "listDocuments"}, check: sublistDocuments,
		Says: "limit, offset and search of an invoice's documents choose among its vouchers."},
}

var sublistNeeds = []string{"createIdentity", "createInvoice", "updateInvoice", "listIdentityInvoices"}

// invoicesOf asks for the invoices of the customer whose invoices are on the shelf.
func (t *trial) invoicesOf(s *shelf, query ...string) []any {
	return t.want(t.call("listIdentityInvoices", of(s.narrow("")[1]), where(query...)), http.StatusOK).list("")
}

func sublistParts(t *trial) {
	s := t.invoiceShelf(7)
	for _, sort := range []string{"created", "-total,reference"} {
		whole := t.invoicesOf(s, "sort", sort, "limit", "0")
		t.wholeShelf(s, whole)
		for _, cut := range [][2]int{{1, 0}, {3, 0}, {3, 3}, {3, 6}, {7, 0}, {7, 7}, {10000, 2}, {0, 4}, {2, 100000000}} {
			limit, offset := cut[0], cut[1]
			t.begin(fmt.Sprintf("sort %s, limit %d, offset %d", sort, limit, offset))
			want := whole[min(offset, len(whole)):]
			if limit > 0 {
				want = want[:min(limit, len(want))]
			}
			t.sameRows(s, t.invoicesOf(s, "sort", sort, "limit", strconv.Itoa(limit), "offset", strconv.Itoa(offset)), want)
		}
	}
}

func sublistOrder(t *trial) {
	s := t.invoiceShelf(7)
	for _, sort := range []string{"created", "-created", "due,-reference", "-total,number", "accountingdate,-orderdate,issued"} {
		t.begin("sort " + sort)
		rows := t.invoicesOf(s, "sort", sort)
		t.wholeShelf(s, rows)
		if !inOrder(rows, sort) {
			t.fail("the invoices in the order of "+sort, valuesOf(rows, sort))
		}
	}
}

func sublistSearch(t *trial) {
	s := t.invoiceShelf(7)
	all := t.invoicesOf(s)
	t.wholeShelf(s, all)
	fields := t.queryable("listIdentityInvoices", "search")
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		for _, op := range operators(fields[field].Value) {
			t.filterAgrees(s, all, filter{"search", field, op}, func(query ...string) []any { return t.invoicesOf(s, query...) })
		}
	}
}

func sublistBounds(t *trial) {
	customer := t.customer()
	for _, wrong := range []struct{ name, value, names string }{
		{"limit", "-1", "limit"}, {"limit", "10001", "limit"}, {"offset", "-1", "offset"}, {"sort", "unknownfield", "sort"}, {"search[unknownfield]", "1", "unknownfield"}, {"query[state]", "none", "query"},
	} {
		t.begin(wrong.name + "=" + wrong.value)
		a := t.call("listIdentityInvoices", of(customer), where(wrong.name, wrong.value))
		if t.refused(a, http.StatusBadRequest, "ERR_INVALID_VALUE") && !strings.Contains(strings.Join(a.fields(), " "), wrong.names) {
			t.fail("details that name "+wrong.names, a.came())
		}
	}
}

func sublistMissing(t *trial) {
	t.refused(t.call("listIdentityInvoices", of(t.reference())), http.StatusNotFound, "ERR_NOT_FOUND")
}

func sublistDocuments(t *trial) {
	invoice := t.invoice(t.customer())
	t.attach(invoice, enclosure{filename: "a.eml", kind: "email", content: eml(t.reference())})
	for _, c := range []struct {
		query []string
		rows  int
	}{
		{nil, 1}, {[]string{"limit", "0"}, 1}, {[]string{"limit", "1"}, 1}, {[]string{"limit", "1", "offset", "1"}, 0}, {[]string{"offset", "100000000"}, 0},
		{[]string{"search[kind]", "invoice"}, 1}, {[]string{"search[kind]", "creditnote"}, 0}, {[]string{"sort", "-issued"}, 1},
	} {
		t.begin("the query is " + strings.Join(c.query, " "))
		t.equal("number of vouchers", len(t.want(t.call("listDocuments", of(invoice), where(c.query...)), http.StatusOK).list("")), c.rows)
	}
}
