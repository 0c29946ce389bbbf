package store

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
)

// List is one page of a list.
type List[T any] struct {
	Rows    []T
	HasMore bool
	Next    string // cursor of the next page, for ar.Page.After; empty when there is none
	Total   int64  // of all pages; only when asked for
}

// Span is a part of a list that hangs below something and is not paged by cursor.
type Span struct {
	Where  []ar.Condition
	Sort   []ar.Order // empty: newest first
	Limit  int        // 0: no limit
	Offset int
}

// listing is a table that is listed.
type listing struct {
	table   string
	columns string // of the row, as scan reads them; the table is i
	fields  map[ar.Field]column
	id      ar.Type // of the id, the last key of every sort
}

// column is where a field of a list is kept. Absent values sort before all others.
type column struct {
	name     string
	kind     ar.Type
	nullable bool
}

// fixed are the columns that a list is fixed to: who asks has no say in them.
type fixed []struct {
	column string
	value  string
}

var identityListing = newListing("identities", identityColumns, ar.IdentityFields)
var invoiceListing = newListing("invoices", invoiceColumns, ar.InvoiceFields,
	ar.FieldAccountingdate, ar.FieldIssued, ar.FieldDue, ar.FieldOrderdate, ar.FieldCancelationdate)

// newListing keeps every field in the column of its own name.
func newListing(table, columns string, vocabulary ar.Vocabulary, nullable ...ar.Field) *listing {
	l := &listing{table: table, columns: columns, fields: map[ar.Field]column{}}
	for field, t := range vocabulary {
		l.fields[field] = column{name: string(field), kind: t.Type}
	}
	for _, field := range nullable {
		c := l.fields[field]
		c.nullable = true
		l.fields[field] = c
	}
	return l
}

// key is one key of a sort.
type key struct {
	column
	desc bool
}

// idKey is the last key of every sort: it goes the way of the one before, so that one index serves both.
func (l *listing) idKey(desc bool) key {
	return key{column: column{name: "id", kind: l.id}, desc: desc}
}

func (l *listing) keys(sort []ar.Order) ([]key, error) {
	if len(sort) == 0 {
		sort = []ar.Order{{Field: ar.FieldCreated, Desc: true}}
	}
	keys := make([]key, 0, len(sort)+1)
	for _, o := range sort {
		c, ok := l.fields[o.Field]
		if !ok {
			return nil, ar.InvalidField("sort", fmt.Sprintf("Field '%s' cannot be sorted by.", o.Field), "")
		}
		keys = append(keys, key{column: c, desc: o.Desc})
	}
	return append(keys, l.idKey(keys[len(keys)-1].desc)), nil
}

// scanner reads a row, and more columns behind its own.
type scanner[T any] func(r row, to *T, more ...any) error

// maxPage keeps the offset a number that both engines can count to.
const maxPage = math.MaxInt32

// paged reads one page.
func paged[T any](tx *Tx, l *listing, fix fixed, page ar.Page, scan scanner[T]) (*List[T], error) {
	keys, err := l.keys(page.Sort)
	if err != nil {
		return nil, err
	}
	s, err := l.filter(fix, page.Where)
	if err != nil {
		return nil, err
	}
	list := &List[T]{}
	if page.WithTotal {
		if _, err := tx.first("SELECT count(*) FROM "+l.table+" WHERE "+s.where, s.args, &list.Total); err != nil {
			return nil, err
		}
	}
	size := min(max(page.Size, 1), ar.MaxPageSize)
	offset := size * (min(max(page.Number, 1), maxPage) - 1)
	ranges := []*statement{s}
	if page.After != "" {
		offset = 0
		if ranges, err = s.after(l, keys, page.After); err != nil {
			return nil, err
		}
	}
	rows, positions, err := readRanges(tx, l, ranges, keys, size+1, offset, scan) // one more tells whether there are more
	if err != nil {
		return nil, err
	}
	list.Rows = rows
	if len(rows) > size {
		list.Rows, list.HasMore = rows[:size], true
		list.Next = cursor(l, keys, positions[size-1])
	}
	return list, nil
}

// readRanges reads one range after another until there are enough rows.
func readRanges[T any](tx *Tx, l *listing, ranges []*statement, keys []key, limit, offset int, scan scanner[T]) (rows []T, positions [][]any, err error) {
	for _, part := range ranges {
		if len(rows) == limit {
			break
		}
		more, at, err := read(tx, l, part, keys, limit-len(rows), offset, scan)
		if err != nil {
			return nil, nil, err
		}
		rows, positions = append(rows, more...), append(positions, at...)
	}
	return rows, positions, nil
}

// noLimit is more rows than there are.
const noLimit = 1 << 40

// spanned reads a span.
func spanned[T any](tx *Tx, l *listing, fix fixed, span Span, scan scanner[T]) ([]T, error) {
	keys, err := l.keys(span.Sort)
	if err != nil {
		return nil, err
	}
	s, err := l.filter(fix, span.Where)
	if err != nil {
		return nil, err
	}
	limit := span.Limit
	if limit <= 0 {
		limit = noLimit
	}
	rows, _, err := read(tx, l, s, keys, limit, max(span.Offset, 0), scan)
	return rows, err
}

// selection is a list's SQL. The ids come first, from an index that holds all it takes; so that what is skipped or
// sorted away costs no row, which with its document is a hundred times as large. CROSS JOIN keeps SQLite from turning
// the order around. Behind the columns of a row stand its sort keys.
func (l *listing) selection(s *statement, keys []key, limit, offset int) string {
	var inner, outer, order, outerOrder []string
	for n, k := range keys {
		alias := "k" + strconv.Itoa(n)
		inner = append(inner, k.name+" AS "+alias)
		outer = append(outer, alias)
		order = append(order, k.name+k.direction())
		outerOrder = append(outerOrder, alias+k.direction())
	}
	return "SELECT " + l.columns + ", " + strings.Join(outer, ", ") +
		" FROM (SELECT " + strings.Join(inner, ", ") + " FROM " + l.table + " WHERE " + s.where +
		" ORDER BY " + strings.Join(order, ", ") + " LIMIT " + s.arg(int64(limit)) + " OFFSET " + s.arg(int64(offset)) + ") AS k" +
		" CROSS JOIN " + l.table + " AS i WHERE i.merchant = $1 AND i.id = " + outer[len(outer)-1] +
		" ORDER BY " + strings.Join(outerOrder, ", ")
}

// read runs a list's statement and tells every row's position in the sort.
func read[T any](tx *Tx, l *listing, s *statement, keys []key, limit, offset int, scan scanner[T]) (rows []T, positions [][]any, err error) {
	query := l.selection(s, keys, limit, offset)
	err = tx.query(query, s.args, func(r row) error {
		var to T
		position := make([]any, len(keys))
		more := make([]any, len(keys))
		for n := range position {
			more[n] = &position[n]
		}
		err := scan(r, &to, more...)
		rows, positions = append(rows, to), append(positions, position)
		return err
	})
	return rows, positions, err
}

// direction is how a key is sorted. SQLite does the same without being told where NULL goes; PostgreSQL does not.
func (k key) direction() string {
	switch {
	case k.desc && k.nullable:
		return " DESC NULLS LAST"
	case k.nullable:
		return " ASC NULLS FIRST"
	case k.desc:
		return " DESC"
	}
	return " ASC"
}
