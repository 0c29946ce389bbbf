package impl

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// defaultSort is the contract's.
const defaultSort = "created"

// listing is what a request for a page of a list says.
type listing struct {
	Page      *int
	PageSize  *int
	Sort      *string
	Query     []filter
	After     *string
	WithTotal *bool
}

// page translates a request for a page.
func (l listing) page(fields ar.Vocabulary) (ar.Page, error) {
	where, err := where(fields, "query", l.Query)
	if err != nil {
		return ar.Page{}, err
	}
	sort, err := fields.ParseSort(or(l.Sort, defaultSort))
	return ar.Page{
		Where:     where,
		Sort:      sort,
		Number:    or(l.Page, 1),
		Size:      or(l.PageSize, ar.DefaultPageSize),
		After:     or(l.After, ""),
		WithTotal: or(l.WithTotal, false),
	}, err
}

// vouchers answers a request for a page of invoices or of credit notes.
func (l listing) vouchers(ctx context.Context, a *app.App, kind ar.VoucherKind) (model.InvoiceList, error) {
	page, err := l.page(ar.InvoiceFields)
	if err != nil {
		return model.InvoiceList{}, err
	}
	list, err := a.Invoices(ctx, caller(ctx), kind, page)
	if err != nil {
		return model.InvoiceList{}, err
	}
	return model.InvoiceList{
		Page: page.Number, PageSize: page.Size, Query: echo(l.Query), HasMore: list.HasMore, Next: next(list), Total: total(list, l.WithTotal),
		Rows: convertAll(list.Rows, toInvoice),
	}, nil
}

// Bounds of the lists below an object.
const (
	defaultLimit = 100
	maxLimit     = 10_000 // what limit=0, no limit, comes to
)

// span translates a request for a part of a list that hangs below something.
func span(fields ar.Vocabulary, limit, offset *int, order *string, search []filter) (store.Span, error) {
	where, err := where(fields, "search", search)
	if err != nil {
		return store.Span{}, err
	}
	sort, err := fields.ParseSort(or(order, defaultSort))
	return store.Span{Where: where, Sort: sort, Limit: ceiling(limit), Offset: or(offset, 0)}, err
}

func ceiling(limit *int) int {
	if n := or(limit, defaultLimit); n != 0 {
		return n
	}
	return maxLimit
}

// where translates the filters of a parameter.
func where(fields ar.Vocabulary, parameter string, query []filter) ([]ar.Condition, error) {
	var raw []ar.RawCondition
	for _, f := range query {
		values := []string{f.value}
		if f.op == string(ar.In) {
			values = strings.Split(f.value, ",")
		}
		raw = append(raw, ar.RawCondition{Field: f.field, Op: f.op, Values: values})
	}
	return fields.ParseWhere(parameter, raw)
}

// filter is one query[field][op]=value; op is empty in query[field]=value.
type filter struct{ field, op, value string }

// filters reads a deepObject parameter from the query itself: the generated code takes 10001 for a float and loses its
// spelling. The contract was checked before, so there are only filters as they should be.
func filters(ctx context.Context, parameter string) []filter {
	query, _ := url.ParseQuery(requesterOf(ctx).query)
	var all []filter
	for _, name := range slices.Sorted(maps.Keys(query)) {
		path, found := strings.CutPrefix(name, parameter+"[")
		if !found {
			continue
		}
		field, op, _ := strings.Cut(strings.TrimSuffix(path, "]"), "][")
		all = append(all, filter{field, op, query.Get(name)})
	}
	return all
}

// echo gives filters back as they were sent: {"due[$lt]": "2024-01-01"}.
func echo(query []filter) map[string]string {
	flat := map[string]string{}
	for _, f := range query {
		name := f.field
		if f.op != "" {
			name += "[" + f.op + "]"
		}
		flat[name] = f.value
	}
	return flat
}

// next is the cursor behind a page, if there is more.
func next[T any](list *store.List[T]) *string {
	if !list.HasMore {
		return nil
	}
	return &list.Next
}

// total is the number of all rows, if it was asked for.
func total[T any](list *store.List[T], asked *bool) *int64 {
	if !or(asked, false) {
		return nil
	}
	return &list.Total
}
