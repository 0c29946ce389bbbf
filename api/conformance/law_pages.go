package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

var pageLaws = []Law{
	{Name: "pages.whole", Source: "components/parameters/Page", each: isList, check: pagesAreTheWhole,
		Says: "The pages of a list, one after the other, are the whole list: no row is missing or comes twice, in whatever order and size."},
	{Name: "cursor.whole", Source: "components/parameters/After", each: isList, check: cursorsAreTheWhole,
		Says: "The pages behind each other's cursors are the whole list: no row is missing or comes twice, in whatever order and size."},
	{Name: "cursor.inserts", Source: "components/parameters/After", each: isList, check: cursorUnderInserts,
		Says: "A walk by cursor shows every row there was at its start exactly once, though others come meanwhile."},
	{Name: "cursor.changes", Source: "components/parameters/After", Needs: []string{"listInvoices", "createIdentity", "createInvoice", "updateInvoice"}, check: cursorUnderChanges,
		Says: "A walk by cursor shows every row that still matches exactly once, though rows it has shown, and rows it has not, change or stop matching meanwhile."},
	{Name: "pages.numbers", Source: "components/schemas/InvoiceList", each: isList, check: pageNumbers,
		Says: "page, pageSize, hasMore, next and total agree with the rows; total is there if it was asked for."},
	{Name: "pages.beyond", Source: "components/parameters/Page", each: isList, check: pageBeyond,
		Says: "A page behind the last one is empty."},
	{Name: "pages.bounds", Source: "components/parameters/PageSize", each: isList, check: pageBounds,
		Says: "page and pageSize below 1, or a pageSize above 1000, are answered with 400 naming them."},
	{Name: "pages.cursor-unknown", Source: "components/parameters/After", each: isList, check: cursorUnknown,
		Says: "A cursor that no answer gave is answered with 400 naming after."},
	{Name: "sort.order", Source: "components/parameters/InvoiceSort", each: isList, check: sortOrder,
		Says: "Rows come in the order of the sort, each key ascending, or with a minus descending."},
	{Name: "sort.stable", Source: "components/parameters/InvoiceSort", each: isList, check: sortStable,
		Says: "Rows that are equal in all keys keep their order from one request to the next."},
	{Name: "sort.unknown", Source: "components/parameters/InvoiceSort", each: isList, check: sortUnknown,
		Says: "A sort by an unknown field is answered with 400 naming sort."},
}

// sorts are orders of the list worth trying: none, one key, one with many ties, several.
func (t *trial) sorts() []string {
	keys := t.sortable()
	last := keys[len(keys)-1]
	return []string{keys[0], "-" + keys[0], last, last + ",-" + keys[2] + "," + keys[0]}
}

func pagesAreTheWhole(t *trial) {
	s := t.shelf(11)
	t.inPieces(s, func(sort, size string) (rows []any) {
		for n := 1; n <= len(s.rows)+1; n++ {
			page := t.page(s, "sort", sort, "pageSize", size, "page", strconv.Itoa(n))
			rows = append(rows, page.list("rows")...)
			if page.text("hasMore") != "true" {
				break
			}
		}
		return rows
	})
}

func cursorsAreTheWhole(t *trial) {
	s := t.shelf(11)
	t.inPieces(s, func(sort, size string) []any {
		return t.walk(s, func() {}, "sort", sort, "pageSize", size)
	})
}

// inPieces reads a list in pages of several sizes, in several orders, each of which must come to the whole list.
func (t *trial) inPieces(s *shelf, read func(sort, size string) []any) {
	for _, sort := range t.sorts() {
		whole := t.whole(s, "sort", sort)
		t.wholeShelf(s, whole)
		for _, size := range []string{"1", "3", "5"} {
			t.begin("sort " + sort + ", " + size + " rows a page")
			t.sameRows(s, read(sort, size), whole)
		}
	}
}

// namesOf is the names of rows in a message.
func namesOf(rows []string) string { return or(strings.Join(rows, " "), "none") }

// wholeShelf fails unless every row of the shelf is there once.
func (t *trial) wholeShelf(s *shelf, rows []any) {
	names := s.own(rows)
	slices.Sort(names)
	if want := slices.Sorted(slices.Values(s.rows)); !slices.Equal(names, want) {
		t.fail("these rows, each once: "+namesOf(want), namesOf(names))
	}
}

// sameRows fails unless rows are those of the whole list, in its order.
func (t *trial) sameRows(s *shelf, rows, whole []any) {
	got, want := s.own(rows), s.own(whole)
	if !slices.Equal(got, want) {
		t.fail("the rows of the whole list in its order: "+namesOf(want), namesOf(got))
	}
}

func cursorUnderInserts(t *trial) {
	s := t.shelf(8)
	for _, sort := range []string{"created", "-created", t.sorts()[3]} {
		t.begin("sort " + sort)
		before := s.own(t.whole(s, "sort", sort))
		inserted := 0
		shown := s.own(t.walk(s, func() {
			if inserted++; inserted <= 3 {
				s.add()
			}
		}, "sort", sort, "pageSize", "3"))
		old := slices.DeleteFunc(slices.Clone(shown), func(name string) bool { return !slices.Contains(before, name) })
		if !slices.Equal(old, before) {
			t.fail("the rows there were at the start, each once: "+namesOf(before), namesOf(old))
		}
		if slices.Sort(shown); len(slices.Compact(slices.Clone(shown))) != len(shown) {
			t.fail("no row twice", namesOf(shown))
		}
	}
}

// cursorUnderChanges walks through the invoices that are not canceled, while one that was shown and one that was not are
// canceled, and others are changed in what the list is not sorted by.
func cursorUnderChanges(t *trial) {
	customer := t.customer()
	s := &shelf{operation: "listInvoices", narrow: func(string) []string { return []string{"query[identity]", customer, "query[state]", "none"} }}
	s.add = func() { s.rows = append(s.rows, t.invoice(customer)) }
	s.fillUp(8)
	update := func(row int, change object) {
		t.want(t.call("updateInvoice", of(s.rows[row]), body(change)), http.StatusOK)
	}
	canceled := false
	shown := s.own(t.walk(s, func() {
		if !canceled {
			update(0, object{"state": "canceled"})
			update(5, object{"state": "canceled"})
			update(1, object{"label": "Changed behind the cursor"})
			update(6, object{"label": "Changed before the cursor"})
		}
		canceled = true
	}, "sort", "created", "pageSize", "2"))
	want := slices.Delete(slices.Clone(s.rows), 5, 6) // the first was shown before
	slices.Sort(want)
	if slices.Sort(shown); !slices.Equal(shown, want) {
		t.fail("these rows, each once: "+namesOf(want), namesOf(shown))
	}
}

func pageNumbers(t *trial) {
	s := t.shelf(7)
	for _, n := range []struct{ page, size, rows int }{{1, 3, 3}, {2, 3, 3}, {3, 3, 1}, {1, 7, 7}, {1, 1000, 7}, {7, 1, 1}} {
		t.begin(fmt.Sprintf("page %d of %d rows each, of 7", n.page, n.size))
		page := t.page(s, "page", strconv.Itoa(n.page), "pageSize", strconv.Itoa(n.size), "withTotal", "true")
		t.equal("page", page.text("page"), strconv.Itoa(n.page))
		t.equal("pageSize", page.text("pageSize"), strconv.Itoa(n.size))
		t.equal("number of rows", len(page.list("rows")), n.rows)
		t.equal("hasMore", page.text("hasMore"), strconv.FormatBool(n.page*n.size < 7))
		t.equal("whether there is a cursor in next", page.text("next") != "", n.page*n.size < 7)
		t.equal("total", page.text("total"), "7")
	}
	t.begin("nothing is said about pages")
	page := t.page(s)
	t.equal("page", page.text("page"), "1")
	t.equal("pageSize", page.text("pageSize"), "20")
	t.equal("whether there is a total", page.has("total"), false)
}

func pageBeyond(t *trial) {
	s := t.shelf(2)
	for _, n := range []string{"3", "1000", "100000000"} {
		page := t.page(s, "page", n, "pageSize", "1")
		t.equal("number of rows on page "+n, len(page.list("rows")), 0)
		t.equal("hasMore on page "+n, page.text("hasMore"), "false")
		t.equal("whether there is a cursor on page "+n, page.text("next") != "", false)
	}
}

func pageBounds(t *trial) {
	for _, wrong := range [][2]string{{"page", "0"}, {"page", "-1"}, {"page", "1.5"}, {"pageSize", "0"}, {"pageSize", "1001"}, {"pageSize", "many"}} {
		t.refused(t.call(t.op.ID, where(wrong[:]...)), http.StatusBadRequest, "ERR_INVALID_VALUE", wrong[0])
	}
}

func cursorUnknown(t *trial) {
	for _, wrong := range []string{"abc", "e30", "WyJub3RoaW5nIl0"} {
		t.refused(t.call(t.op.ID, where("after", wrong)), http.StatusBadRequest, "ERR_INVALID_VALUE", "after")
	}
}

func sortOrder(t *trial) {
	s := t.shelf(11)
	sorts := t.sorts()
	for _, key := range t.sortable() {
		sorts = append(sorts, key, "-"+key)
	}
	for _, sort := range sorts {
		t.begin("sort " + sort)
		rows := t.whole(s, "sort", sort)
		t.wholeShelf(s, rows)
		if !inOrder(rows, sort) {
			t.fail("the rows in the order of "+sort, valuesOf(rows, sort))
		}
	}
}

// valuesOf tells what rows have in the fields of a sort.
func valuesOf(rows []any, sort string) string {
	var all []string
	for _, row := range rows {
		var values []string
		for key := range strings.SplitSeq(sort, ",") {
			v, _ := value(row, strings.TrimPrefix(key, "-"))
			values = append(values, v)
		}
		all = append(all, strings.Join(values, " "))
	}
	return strings.Join(all, "; ")
}

func sortStable(t *trial) {
	s := t.shelf(11)
	keys := t.sortable()
	for _, sort := range []string{keys[len(keys)-1], "-" + keys[len(keys)-1]} {
		t.begin("sort " + sort)
		first := t.whole(s, "sort", sort)
		for range 3 {
			t.sameRows(s, t.whole(s, "sort", sort), first)
		}
	}
}

func sortUnknown(t *trial) {
	for _, wrong := range []string{"unknownfield", "created,unknownfield", "--created", "created;drop"} {
		t.refused(t.call(t.op.ID, where("sort", wrong)), http.StatusBadRequest, "ERR_INVALID_VALUE", "sort")
	}
}
