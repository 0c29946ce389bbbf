package conformance

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

var filterLaws = []Law{
	{Name: "filters.agree", Source: "components/schemas/InvoiceQuery, IdentityQuery, TransactionQuery", each: isList, check: filtersAgree,
		Says: "Every operator on every field of query leaves exactly the rows for which it holds."},
	{Name: "filters.together", Source: "listInvoices", each: isList, check: filtersTogether,
		Says: "All filters must hold, sort and pages go on what they leave."},
	{Name: "filters.echo", Source: "components/schemas/InvoiceList/query", each: isList, check: filtersEchoed,
		Says: "query of the answer is the filters that were applied, flat, as they were sent."},
	{Name: "filters.unknown", Source: "info.description: Unknown input", each: isList, check: filtersUnknown,
		Says: "An unknown field or operator is answered with 400 naming it."},
}

// queryable gives the filters of a deepObject parameter of an operation, by field.
func (t *trial) queryable(operation, parameter string) map[string]*openapi3.SchemaRef {
	p := t.declared[operation].parameters.GetByInAndName("query", parameter)
	if p == nil || p.Schema == nil {
		return nil
	}
	return p.Schema.Value.Properties
}

// operators gives the operators a field takes, with the bare one, which is equality, as "".
func operators(condition *openapi3.Schema) []string {
	names := []string{""}
	for _, either := range condition.AnyOf {
		names = slices.AppendSeq(names, maps.Keys(either.Value.Properties))
	}
	slices.Sort(names)
	return names
}

// holds says whether a row passes a filter.
func holds(row any, field, op string, operands []string) bool {
	is, there := value(row, field)
	if !there {
		return false
	}
	c := compareValues(field, is, operands[0])
	switch op {
	case "$ne":
		return c != 0
	case "$gt":
		return c > 0
	case "$gte":
		return c >= 0
	case "$lt":
		return c < 0
	case "$lte":
		return c <= 0
	}
	return slices.ContainsFunc(operands, func(operand string) bool { return compareValues(field, is, operand) == 0 })
}

func filtersAgree(t *trial) {
	s := t.shelf(11)
	all := t.whole(s)
	t.wholeShelf(s, all)
	fields := t.queryable(t.op.ID, "query")
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		for _, op := range operators(fields[field].Value) {
			t.filterAgrees(s, all, filter{"query", field, op}, func(query ...string) []any {
				return t.want(t.call(s.operation, where(append(append(s.narrow(field), query...), "pageSize", "1000")...)), http.StatusOK).list("rows")
			})
		}
	}
}

// filter is an operator on a field; "" is equality.
type filter struct{ parameter, field, op string }

// name is the query parameter of the filter.
func (f filter) name() string {
	name := f.parameter + "[" + f.field + "]"
	if f.op != "" {
		name += "[" + f.op + "]"
	}
	return name
}

// filterAgrees compares what a filter leaves with what it should leave of all rows. Rows that have nothing in the field
// are nobody's greater, less or equal; whether they are unequal is left to the server.
func (t *trial) filterAgrees(s *shelf, all []any, f filter, ask func(query ...string) []any) {
	field, op := f.field, f.op
	operands := operandsOf(all, field)
	if len(operands) == 0 {
		return
	}
	if op != "$in" {
		operands = operands[:1]
	}
	t.begin(f.name() + "=" + strings.Join(operands, ","))
	shown := ask(f.name(), strings.Join(operands, ","))
	var want []string
	for _, row := range all {
		if holds(row, field, op, operands) {
			want = append(want, s.name(row))
		}
	}
	got := slices.DeleteFunc(s.own(shown), func(name string) bool {
		return op == "$ne" && slices.ContainsFunc(all, func(row any) bool {
			_, there := value(row, field)
			return s.name(row) == name && !there
		})
	})
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		t.fail("these rows: "+namesOf(want), "these: "+namesOf(got))
	}
}

// operandsOf gives up to three values that rows have in a field, the middle one first.
func operandsOf(rows []any, field string) (operands []string) {
	var values []string
	for _, row := range rows {
		if v, there := value(row, field); there {
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(a, b string) int { return compareValues(field, a, b) })
	if len(values) == 0 {
		return nil
	}
	values = slices.Compact(values)
	for _, i := range []int{len(values) / 2, len(values) - 1, 0} {
		if !slices.Contains(operands, values[i]) {
			operands = append(operands, values[i])
		}
	}
	return operands
}

func filtersTogether(t *trial) {
	s := t.shelf(11)
	sortable := t.sortable()
	key := sortable[len(sortable)-1]
	all := t.whole(s, "sort", "-"+key+",created")
	fields := slices.Sorted(maps.Keys(t.queryable(t.op.ID, "query")))
	filtered := fields[slices.IndexFunc(fields, func(f string) bool { return f == "total" || f == "currency" })]
	operands := operandsOf(all, filtered)
	if len(operands) == 0 {
		t.stop("rows with the field "+filtered, compact(all))
	}
	operand := operands[0]
	first := instant(textAt(all[0], "created")).UTC().Format("2006-01-02")
	query := []string{"query[" + filtered + "][$gte]", operand, "query[created][$gte]", first, "query[created][$lt]", "2999-01-01", "sort", "-" + key + ",created"}
	want := slices.DeleteFunc(slices.Clone(all), func(row any) bool { return !holds(row, filtered, "$gte", []string{operand}) })
	t.begin("everything on one page")
	t.sameRows(s, t.whole(s, query...), want)
	t.begin("two rows a page")
	t.sameRows(s, t.walk(s, func() {}, append(query, "pageSize", "2")...), want)
	t.begin("a range in which nothing is")
	t.sameRows(s, t.whole(s, "query[created][$gt]", first, "query[created][$lt]", first), nil)
}

// textAt is the string at a path of a value.
func textAt(v any, path string) string {
	found, _ := lookup(v, path)
	text, _ := found.(string)
	return text
}

func filtersEchoed(t *trial) {
	for _, sent := range [][]string{{}, {"query[currency]", "EUR"}, {"query[created][$gt]", "2024-01-01", "query[created][$lte]", "2024-01-02", "query[currency][$in]", "EUR,CHF"}} {
		want := object{}
		for i := 0; i < len(sent); i += 2 {
			want[strings.Replace(strings.TrimPrefix(sent[i], "query["), "]", "", 1)] = sent[i+1]
		}
		t.begin("sent is " + compact(want))
		page := t.want(t.call(t.op.ID, where(append(slices.Clone(sent), "pageSize", "1")...)), http.StatusOK)
		t.same("query", page.get("query"), want)
	}
}

func filtersUnknown(t *trial) {
	for _, wrong := range [][2]string{
		{"query[unknownfield]", "unknownfield"}, {"query[unknownfield][$gt]", "unknownfield"}, {"query[created][$like]", "created"}, {"query[created][$gt][$lt]", "created"},
		{"querry[created]", "querry"}, {"query", "query"},
	} {
		name, part := wrong[0], wrong[1]
		t.begin(name)
		a := t.call(t.op.ID, where(name, "2024-01-01"))
		if t.refused(a, http.StatusBadRequest, "ERR_INVALID_VALUE") && !strings.Contains(strings.Join(a.fields(), " "), part) {
			t.fail("details that name "+part, a.came())
		}
	}
}
