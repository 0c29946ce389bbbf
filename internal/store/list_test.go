package store_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// fieldOf is a field of an invoice as something to compare: string, int64 (milliseconds, ten-thousandths) or nil.
func fieldOf(i *ar.Invoice, f ar.Field) any {
	date := func(t *time.Time) any {
		if t == nil {
			return nil
		}
		return t.UnixMilli()
	}
	switch f {
	case ar.FieldReference:
		return i.Reference
	case ar.FieldNumber:
		return i.Number
	case ar.FieldState:
		return string(i.State())
	case ar.FieldKind:
		return string(i.Kind)
	case ar.FieldIdentity:
		return i.Identity.Reference
	case ar.FieldDebtor:
		return i.Identity.Debtor
	case ar.FieldCurrency:
		return i.Currency
	case ar.FieldPaymentkind:
		return i.Paymentkind
	case ar.FieldOrdernumber:
		return i.Ordernumber
	case ar.FieldAccountingdate:
		return date(i.Accountingdate)
	case ar.FieldIssued:
		return date(i.Issued)
	case ar.FieldDue:
		return date(i.Due)
	case ar.FieldOrderdate:
		return date(i.Orderdate)
	case ar.FieldCancelationdate:
		return date(i.Cancelationdate)
	case ar.FieldDunninglevel:
		return int64(i.Dunninglevel)
	case ar.FieldTotal:
		return i.Totals.Gross.Shift(4).IntPart()
	case ar.FieldUnpaid:
		return i.Unpaid.Shift(4).IntPart()
	case ar.FieldCreated:
		return i.Created.UnixMilli()
	case ar.FieldModified:
		return i.Modified.UnixMilli()
	}
	panic("no such field: " + f)
}

func compareValues(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	if s, ok := a.(string); ok {
		return strings.Compare(s, b.(string))
	}
	return cmp.Compare(a.(int64), b.(int64))
}

// matches says in the plainest way whether a condition holds.
func matches(i *ar.Invoice, c ar.Condition) bool {
	stored := fieldOf(i, c.Field)
	compare := func(v any) (int, bool) {
		if stored == nil {
			return 0, false
		}
		switch v := v.(type) {
		case string:
			return strings.Compare(stored.(string), v), true
		case int:
			return cmp.Compare(stored.(int64), int64(v)), true
		case time.Time:
			return cmp.Compare(stored.(int64), v.UnixMilli()), true
		case decimal.Decimal:
			return decimal.New(stored.(int64), -4).Cmp(v), true
		}
		panic("no such value")
	}
	if c.Op == ar.In {
		return slices.ContainsFunc(c.Values, func(v any) bool { n, ok := compare(v); return ok && n == 0 })
	}
	n, ok := compare(c.Values[0])
	switch c.Op {
	case ar.Eq:
		return ok && n == 0
	case ar.Ne:
		return !ok || n != 0
	case ar.Gt:
		return ok && n > 0
	case ar.Gte:
		return ok && n >= 0
	case ar.Lt:
		return ok && n < 0
	case ar.Lte:
		return ok && n <= 0
	}
	panic("no such operator")
}

// inMemory is the whole list, made in the plainest way.
func inMemory(all []ar.Invoice, page ar.Page) []string {
	var rows []ar.Invoice
	for _, i := range all {
		if !slices.ContainsFunc(page.Where, func(c ar.Condition) bool { return !matches(&i, c) }) {
			rows = append(rows, i)
		}
	}
	sort := page.Sort
	if len(sort) == 0 {
		sort = []ar.Order{{Field: ar.FieldCreated, Desc: true}}
	}
	slices.SortFunc(rows, func(a, b ar.Invoice) int {
		for _, o := range sort {
			if n := compareValues(fieldOf(&a, o.Field), fieldOf(&b, o.Field)); n != 0 {
				if o.Desc {
					return -n
				}
				return n
			}
		}
		if sort[len(sort)-1].Desc {
			return strings.Compare(b.ID, a.ID)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return idsOf(rows)
}

func idsOf(rows []ar.Invoice) []string {
	ids := make([]string, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// Few values each, so that there are many ties and absences.
var (
	drawText   = rapid.SampledFrom([]string{"", "a", "A", "ä", "b", "aa", "Z", "𝄞", "￿"}) // the last two: order by code point, not by UTF-16
	drawAmount = rapid.Map(rapid.SampledFrom([]string{"0", "0.0001", "-0.0001", "1", "1.5", "-3", "900000000000000"}), dec)
	drawLevel  = rapid.IntRange(0, 2)
	drawTime   = rapid.Map(rapid.SampledFrom([]string{"1969-12-31T23:59:59.999Z", "1970-01-01", "2000-02-29", "2026-03-01T00:00:00.001Z", "2026-03-01T00:00:00.002Z"}), at)
)

func drawDate(t *rapid.T) *time.Time {
	if rapid.Bool().Draw(t, "absent") {
		return nil
	}
	d := drawTime.Draw(t, "date")
	return &d
}

func drawInvoice(t *rapid.T, reference string, who *ar.Identity) *ar.Invoice {
	return &ar.Invoice{
		Reference: reference, Kind: ar.KindInvoice, Identity: ar.Debtor{ID: who.ID, Reference: who.Reference, Debtor: drawText.Draw(t, "debtor")},
		Number: drawText.Draw(t, "number"), Ordernumber: drawText.Draw(t, "ordernumber"),
		Currency: rapid.SampledFrom([]string{"EUR", "CHF"}).Draw(t, "currency"), Paymentkind: rapid.SampledFrom([]string{"", "CT", "PP"}).Draw(t, "paymentkind"),
		Accountingdate: drawDate(t), Issued: drawDate(t), Due: drawDate(t), Orderdate: drawDate(t), Cancelationdate: drawDate(t),
		Dunninglevel: drawLevel.Draw(t, "level"), Totals: ar.Totals{Gross: drawAmount.Draw(t, "total")}, Unpaid: drawAmount.Draw(t, "unpaid"),
	}
}

var allFields = func() []ar.Field {
	var fields []ar.Field
	for f := range ar.InvoiceFields {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	return fields
}()

func drawValue(t *rapid.T, f ar.Field) any {
	switch kind := ar.InvoiceFields[f]; kind.Type {
	case ar.TypeNumber:
		return drawLevel.Draw(t, "level")
	case ar.TypeAmount:
		if rapid.Bool().Draw(t, "finer than stored") {
			return rapid.SampledFrom([]decimal.Decimal{dec("0.00005"), dec("-0.00005"), dec("1e30"), dec("-1e30")}).Draw(t, "amount")
		}
		return drawAmount.Draw(t, "amount")
	case ar.TypeTime:
		return drawTime.Draw(t, "time")
	case ar.TypeChoice:
		return rapid.SampledFrom(kind.Choices).Draw(t, "choice")
	}
	return drawText.Draw(t, "text")
}

func drawPage(t *rapid.T) ar.Page {
	page := ar.Page{Size: rapid.IntRange(1, 7).Draw(t, "size"), Number: 1}
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		c := ar.Condition{Field: rapid.SampledFrom(allFields).Draw(t, "field"), Op: rapid.SampledFrom([]ar.Op{ar.Eq, ar.Ne, ar.Gt, ar.Gte, ar.Lt, ar.Lte, ar.In}).Draw(t, "op")}
		values := 1
		if c.Op == ar.In {
			values = rapid.IntRange(1, 3).Draw(t, "values")
		}
		for range values {
			c.Values = append(c.Values, drawValue(t, c.Field))
		}
		page.Where = append(page.Where, c)
	}
	for _, f := range rapid.SliceOfNDistinct(rapid.SampledFrom(allFields), 0, 3, rapid.ID[ar.Field]).Draw(t, "sort") {
		page.Sort = append(page.Sort, ar.Order{Field: f, Desc: rapid.Bool().Draw(t, "desc")})
	}
	return page
}

func listInvoices(t rapid.TB, db *store.DB, merchant string, page ar.Page) (list *store.List[ar.Invoice]) {
	t.Helper()
	err := db.View(context.Background(), merchant, func(tx *store.Tx) (err error) {
		list, err = tx.Invoices(ar.KindInvoice, page)
		return err
	})
	if err != nil {
		t.Fatalf("%+v: %v", page, err)
	}
	return list
}

// insertSome stores drawn invoices in a few transactions, a moment apart or not.
func insertSome(t *rapid.T, db *store.DB, clock *storetest.Clock, merchant string, who *ar.Identity, prefix string, most int) []ar.Invoice {
	var all []ar.Invoice
	for batch := range rapid.IntRange(1, 3).Draw(t, "batches") {
		clock.Advance(time.Duration(rapid.IntRange(0, 1).Draw(t, "pause")) * time.Millisecond)
		var made []*ar.Invoice
		for n := range rapid.IntRange(0, most).Draw(t, "invoices") {
			made = append(made, drawInvoice(t, fmt.Sprint(prefix, batch, "-", n), who))
		}
		err := db.Update(context.Background(), merchant, func(tx *store.Tx) error {
			for _, i := range made {
				if err := tx.InsertInvoice(i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range made {
			all = append(all, *i)
		}
	}
	return all
}

// The laws of a list, held against one made in memory: pages by number and pages by cursor both put together to the
// whole list, the total is its length, and rows inserted on the way neither repeat nor hide one that was there.
func TestListLaws(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			merchants := 0
			rapid.Check(t, func(t *rapid.T) {
				merchants++
				merchant := fmt.Sprint("m", merchants)
				who := anIdentity("C1")
				err := db.Update(context.Background(), merchant, func(tx *store.Tx) error {
					return errors.Join(tx.InsertMerchant(&store.Merchant{}), tx.InsertIdentity(who))
				})
				if err != nil {
					t.Fatal(err)
				}
				all := insertSome(t, db, clock, merchant, who, "a", 10)
				for range 4 {
					page := drawPage(t)
					want := inMemory(all, page)
					if got := walkByNumber(t, db, merchant, page); !slices.Equal(got, want) {
						t.Fatalf("%+v\nby number %v\nwant      %v", page, got, want)
					}
					if got := walkByCursor(t, db, merchant, page, func() {}); !slices.Equal(got, want) {
						t.Fatalf("%+v\nby cursor %v\nwant      %v", page, got, want)
					}
				}

				page := drawPage(t)
				want := inMemory(all, page)
				prefix := "b"
				walked := walkByCursor(t, db, merchant, page, func() {
					all = append(all, insertSome(t, db, clock, merchant, who, prefix, 3)...)
					prefix += "b"
				})
				old := slices.DeleteFunc(slices.Clone(walked), func(id string) bool { return !slices.Contains(want, id) })
				if !slices.Equal(old, want) {
					t.Fatalf("%+v\nwhile rows were inserted %v\nwant %v", page, old, want)
				}
				now := inMemory(all, page) // what is new and was met stands where it belongs
				now = slices.DeleteFunc(now, func(id string) bool { return !slices.Contains(walked, id) })
				if !slices.Equal(walked, now) {
					t.Fatalf("%+v\nwalked %v\norder  %v", page, walked, now)
				}
			})
		})
	}
}

func walkByNumber(t *rapid.T, db *store.DB, merchant string, page ar.Page) (ids []string) {
	page.WithTotal = true
	for ; ; page.Number++ {
		list := listInvoices(t, db, merchant, page)
		ids = append(ids, idsOf(list.Rows)...)
		if !list.HasMore {
			if int(list.Total) != len(ids) {
				t.Fatalf("%+v: total is %d of %d", page, list.Total, len(ids))
			}
			return ids
		}
	}
}

func walkByCursor(t *rapid.T, db *store.DB, merchant string, page ar.Page, between func()) (ids []string) {
	for pages := 0; ; pages++ {
		list := listInvoices(t, db, merchant, page)
		ids = append(ids, idsOf(list.Rows)...)
		if list.HasMore != (list.Next != "") || len(list.Rows) > page.Size {
			t.Fatalf("%+v: hasMore %v, next %q, %d rows", page, list.HasMore, list.Next, len(list.Rows))
		}
		if !list.HasMore || pages > 200 {
			return ids
		}
		page.After = list.Next
		if pages < 3 {
			between()
		}
	}
}

func TestCursorsAreChecked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		insertIdentity(t, db, acme, "C2")
		for _, reference := range []string{"RE1", "RE2", "RE3"} {
			insertInvoice(t, db, acme, who, reference)
		}
		byDue := []ar.Order{{Field: ar.FieldDue, Desc: true}}
		next := listInvoices(t, db, acme, ar.Page{Size: 1, Number: 1, Sort: byDue}).Next
		plain := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
		cases := map[string]ar.Page{
			"another sort":         {After: next},
			"the other direction":  {After: next, Sort: []ar.Order{{Field: ar.FieldDue}}},
			"no base64":            {After: "!", Sort: byDue},
			"cut":                  {After: next[:len(next)-2], Sort: byDue},
			"no JSON":              {After: plain("x"), Sort: byDue},
			"an empty object":      {After: plain("{}"), Sort: byDue},
			"too few values":       {After: plain(`{"s":"invoices -due -id","v":[1]}`), Sort: byDue},
			"a text for a time":    {After: plain(`{"s":"invoices -due -id","v":["1","a"]}`), Sort: byDue},
			"a float for a time":   {After: plain(`{"s":"invoices -due -id","v":[1.5,"a"]}`), Sort: byDue},
			"too large for a time": {After: plain(`{"s":"invoices -due -id","v":[99999999999999999999,"a"]}`), Sort: byDue},
			"a number for an id":   {After: plain(`{"s":"invoices -due -id","v":[1,1]}`), Sort: byDue},
			"no id":                {After: plain(`{"s":"invoices -due -id","v":[1,null]}`), Sort: byDue},
			"NUL":                  {After: plain(`{"s":"invoices -due -id","v":[1,"\u0000"]}`), Sort: byDue},
			"a list for a time":    {After: plain(`{"s":"invoices -due -id","v":[[1],"a"]}`), Sort: byDue},
		}
		for name, page := range cases {
			page.Size = 1
			err := db.View(context.Background(), acme, func(tx *store.Tx) error { _, err := tx.Invoices(ar.KindInvoice, page); return err })
			var e *ar.Error
			if !errors.As(err, &e) || e.Kind != ar.Invalid || e.Details[0].Fields[0] != "after" || e.Details[0].Hint == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := db.View(context.Background(), acme, func(tx *store.Tx) error {
			list, err := tx.Identities(ar.Page{Size: 1})
			if err != nil {
				return err
			}
			_, err = tx.Invoices(ar.KindInvoice, ar.Page{Size: 1, After: list.Next})
			return err
		})
		wantError(t, err, ar.Invalid, ar.CodeInvalidValue)
		if list := listInvoices(t, db, acme, ar.Page{Size: 9, After: next, Sort: byDue}); len(list.Rows) != 2 || list.HasMore {
			t.Errorf("the cursor itself gives %d rows", len(list.Rows))
		}
	})
}

func TestListBounds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		insertInvoice(t, db, acme, who, "RE1")
		for _, page := range []ar.Page{{}, {Size: 1 << 40, Number: -5}} {
			if list := listInvoices(t, db, acme, page); len(list.Rows) != 1 {
				t.Errorf("%+v: %d rows", page, len(list.Rows))
			}
		}
		if list := listInvoices(t, db, acme, ar.Page{Size: ar.MaxPageSize, Number: 1 << 60, WithTotal: true}); len(list.Rows) != 0 || list.Total != 1 {
			t.Errorf("a page far behind the end: %d rows, total %d", len(list.Rows), list.Total)
		}
		err := db.View(context.Background(), acme, func(tx *store.Tx) error {
			_, err := tx.Invoices(ar.KindInvoice, ar.Page{Where: []ar.Condition{{Field: ar.FieldNumber, Op: ar.Eq, Values: []any{"a\x00b"}}}})
			return err
		})
		wantError(t, err, ar.Invalid, ar.CodeInvalidValue)
	})
}
