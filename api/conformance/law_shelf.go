package conformance

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/api/validate"
)

// shelf is rows of a list, made for one trial, that can be told from all others the merchant has.
type shelf struct {
	operation string
	rows      []string                    // what names each row, in the order in which they were made
	narrow    func(field string) []string // query parameters that leave little but these rows, without a filter on field
	add       func()                      // makes one more row, which the list shows
}

// shelves are the lists of the merchant, a page at a time.
var shelves = map[string]struct {
	needs []string // what making rows takes
	fill  func(t *trial, rows int) *shelf
}{
	"listIdentities":   {[]string{"createIdentity"}, (*trial).identityShelf},
	"listInvoices":     {[]string{"createIdentity", "createInvoice", "updateInvoice"}, (*trial).invoiceShelf},
	"listCreditnotes":  {[]string{"createIdentity", "createInvoice", "commitInvoice", "createCreditnote"}, (*trial).creditnoteShelf},
	"listTransactions": {[]string{"createIdentity", "createInvoice", "commitInvoice", "createTransaction"}, (*trial).transactionShelf},
}

// isList is true of the operations that give a page of a list.
func isList(o *validate.Operation) bool { return shelves[o.ID].fill != nil }

// shelf fills the list of the law's operation.
func (t *trial) shelf(rows int) *shelf {
	s := shelves[t.op.ID]
	t.require(s.needs...)
	return s.fill(t, rows)
}

// identityShelf names its rows before they are there, so that a filter can be written for those that come later.
func (t *trial) identityShelf(rows int) *shelf {
	references := make([]string, rows+10)
	for i := range references {
		references[i] = fmt.Sprintf("%s-%02d", t.reference(), i)
	}
	s := &shelf{operation: "listIdentities"}
	first := ""
	s.narrow = func(field string) []string {
		if field == "reference" {
			return []string{"query[created][$gte]", first}
		}
		return []string{"query[reference][$in]", strings.Join(references, ",")}
	}
	s.add = func() {
		n := len(s.rows)
		made := t.want(t.call("createIdentity", body(object{
			"reference": references[n], "number": fmt.Sprintf("%s-%02d", references[0], (n*7)%11), "debtor": strconv.Itoa(10000 + n%4),
			"kind": []string{"individual", "incorporate"}[n%2], "currency": []string{"EUR", "CHF", "USD"}[n%3],
		})), http.StatusCreated)
		first = or(first, made.text("created"))
		s.rows = append(s.rows, references[n])
	}
	s.fillUp(rows)
	return s
}

// invoiceShelf has invoices that differ in everything a list can be sorted or filtered by, with ties. The last of every
// five is canceled.
func (t *trial) invoiceShelf(rows int) *shelf {
	customer := t.customer(object{"debtor": "20002"})
	s := &shelf{operation: "listInvoices"}
	series, first := t.reference(), ""
	s.narrow = ofCustomer(customer, &first)
	s.add = func() {
		n := len(s.rows)
		made := t.want(t.call("createInvoice", of(customer), body(t.shelfInvoice(series, n))), http.StatusCreated)
		first = or(first, made.text("created"))
		s.rows = append(s.rows, made.text("reference"))
		if n%5 == 4 {
			t.want(t.call("updateInvoice", of(made.text("reference")), body(object{"state": "canceled", "cancelationdate": day(n)})), http.StatusOK)
		}
	}
	s.fillUp(rows)
	return s
}

// ofCustomer narrows a list to what one customer has; where the customer is what is tried, to what was created since first.
func ofCustomer(customer string, first *string) func(field string) []string {
	return func(field string) []string {
		if field == "identity" {
			return []string{"query[created][$gte]", *first}
		}
		return []string{"query[identity]", customer}
	}
}

// shelfInvoice is the n-th invoice of a series.
func (t *trial) shelfInvoice(series string, n int) object {
	return object{
		"reference": fmt.Sprintf("%s-%02d", series, n), "number": fmt.Sprintf("%s-%02d", series, 40-n), "ordernumber": fmt.Sprintf("%s-%02d", series, n/3), "netbased": true,
		"paymentkind": []string{"CT", "DD"}[n%2], "currency": []string{"EUR", "CHF"}[n/2%2], "issued": day(n % 4), "due": day(10 + n*5%7), "accountingdate": day(n * 3 % 5), "orderdate": day(30 - n),
		"items": items(line{quantity: strconv.Itoa(3 * (1 + n*3%5)), unitprice: "9.5"}),
	}
}

// day is a day of January 2024, from 0.
func day(n int) string { return fmt.Sprintf("2024-01-%02dT00:00:00.000Z", 1+n%31) }

func (t *trial) creditnoteShelf(rows int) *shelf {
	customer := t.customer(object{"debtor": "20002"})
	s := &shelf{operation: "listCreditnotes"}
	series, first := t.reference(), ""
	s.narrow = ofCustomer(customer, &first)
	s.add = func() {
		note := without(t.shelfInvoice(series, len(s.rows)), "currency")
		note["invoice"] = t.bill(customer, object{"netbased": true, "items": note["items"]}) // all of it is credited
		made := t.want(t.call("createCreditnote", of(customer), body(note)), http.StatusCreated)
		first = or(first, made.text("created"))
		s.rows = append(s.rows, made.text("reference"))
	}
	s.fillUp(rows)
	return s
}

func (t *trial) transactionShelf(rows int) *shelf {
	invoice, series := t.bill(t.customer()), t.reference()
	s := &shelf{operation: "listTransactions"}
	first := ""
	s.narrow = func(field string) []string {
		if field == "reference" {
			return []string{"query[created][$gte]", first}
		}
		return []string{"query[reference]", series}
	}
	s.add = func() {
		n := len(s.rows)
		sent := payment(invoice, fmt.Sprintf("1.%02d", n*3%5))
		sent["reference"], sent["bookingdate"], sent["valuedate"] = series, day(n * 3 % 7)[:10], day(n % 4)[:10]
		made := t.want(t.call("createTransaction", body(sent)), http.StatusCreated)
		first = or(first, made.text("created"))
		s.rows = append(s.rows, made.text("id"))
	}
	s.fillUp(rows)
	return s
}

func (s *shelf) fillUp(rows int) {
	for range rows {
		s.add()
	}
}

// name is what names a row of the list.
func (s *shelf) name(row any) string {
	field := "reference"
	if s.operation == "listTransactions" {
		field = "id"
	}
	name, _ := lookup(row, field)
	text, _ := name.(string)
	return text
}

// own gives the names of those rows that are of the shelf, in the order they were shown in.
func (s *shelf) own(rows []any) (names []string) {
	for _, row := range rows {
		if name := s.name(row); slices.Contains(s.rows, name) {
			names = append(names, name)
		}
	}
	return names
}

// page asks for a page of what is on the shelf.
func (t *trial) page(s *shelf, query ...string) *answer {
	return t.want(t.call(s.operation, where(append(s.narrow(""), query...)...)), http.StatusOK)
}

// whole gives all rows on one page.
func (t *trial) whole(s *shelf, query ...string) []any {
	return t.page(s, append([]string{"pageSize", "1000"}, query...)...).list("rows")
}

// maxPages ends a walk that does not end by itself.
const maxPages = 200

// walk gives the rows of all pages, one after the other by cursor; between happens after each page.
func (t *trial) walk(s *shelf, between func(), query ...string) (rows []any) {
	asked := query
	for range maxPages {
		page := t.page(s, asked...)
		rows = append(rows, page.list("rows")...)
		if page.text("hasMore") != "true" {
			return rows
		}
		if page.text("next") == "" {
			t.stop("a cursor in next, since hasMore is true", page.came(), page.exchange)
		}
		between()
		asked = append([]string{"after", page.text("next")}, query...)
	}
	t.stop("the walk to end", fmt.Sprintf("%d pages, and still hasMore", maxPages))
	return nil
}

var sortKeys = regexp.MustCompile(`\(([a-z]+(?:\|[a-z]+)*)\)`)

// sortable gives the fields the list of the law's operation can be sorted by, as the pattern of its parameter has them.
func (t *trial) sortable() []string {
	sort := t.declared[t.op.ID].parameters.GetByInAndName("query", "sort")
	if sort == nil || sort.Schema == nil {
		return nil
	}
	found := sortKeys.FindStringSubmatch(sort.Schema.Value.Pattern)
	if found == nil {
		return nil
	}
	return strings.Split(found[1], "|")
}

// value gives what a row has in a field that lists are sorted and filtered by.
func value(row any, field string) (text string, there bool) {
	switch field {
	case "identity":
		field = "identity.reference"
	case "debtor":
		if _, nested := lookup(row, "identity"); nested {
			field = "identity.debtor"
		}
	}
	v, there := lookup(row, field)
	return strings.Trim(string(encode(v)), `"`), there
}

// compareValues orders two values of a field: amounts and levels as numbers, times as times, all else as texts. The texts on a
// shelf are of one length and differ in digits only, so that every collation orders them alike.
func compareValues(field, a, b string) int {
	switch field {
	case "total", "unpaid", "amount", "dunninglevel":
		x, err := decimal.NewFromString(a)
		y, err2 := decimal.NewFromString(b)
		if err == nil && err2 == nil {
			return x.Cmp(y)
		}
	case "debtor", "reference", "number", "ordernumber", "identity":
		return cmp.Compare(a, b)
	}
	if x, y := instant(a), instant(b); !x.IsZero() && !y.IsZero() {
		return x.Compare(y)
	}
	return cmp.Compare(a, b)
}

// inOrder says whether rows are in the order of a sort such as -due,reference.
func inOrder(rows []any, sort string) bool {
	return slices.IsSortedFunc(rows, func(a, b any) int {
		for key := range strings.SplitSeq(sort, ",") {
			field, descending := strings.CutPrefix(key, "-")
			x, _ := value(a, field)
			y, _ := value(b, field)
			c := compareValues(field, x, y)
			if descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}
