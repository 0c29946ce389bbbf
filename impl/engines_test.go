package impl_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/store/storetest"
)

// script is what both engines are asked. Between two steps the clock moves.
func script() (steps []call) {
	add := func(calls ...call) { steps = append(steps, calls...) }
	for n, name := range []string{"Zoë", "zebra", "Ärger", "apfel", "Apfel", "Ωmega", "日本", "a_b", "a-b", "10", "9", "É", "é"} {
		add(post("/identities", fmt.Sprintf(`{"reference": "%s", "debtor": "%d", "number": "%s", "kind": "%s", "meta": {"n": %d.50}}`, name, 10000+n*7, name,
			[]string{"individual", "incorporate"}[n%2], n)))
	}
	add(post("/identities", customer), post("/identities", customer), put("/identities/K1", `{"detail": {"locale": "de-DE", "vatId": "DE123456789"}}`),
		put("/identities/K1", `{"currency": "CHF"}`).with("If-Match", `"1"`), put("/identities/K1", `{"currency": "EUR"}`), get("/identities/K1"))
	for n := range 12 {
		create := fmt.Sprintf(`{"reference": "RE%d", "netbased": %t, "ordernumber": "O%d", "items": [%s]`, n, n%2 == 0, n%4,
			strings.Repeat(item+",", n%3)+strings.Replace(item, "100.00", fmt.Sprintf("%d.%d%d", n*n, n%10, n%7), 1))
		if n%3 != 0 {
			create += fmt.Sprintf(`, "due": "2026-04-%02dT%02d:00:00+02:00"`, 1+n, n)
		}
		add(post("/identities/K1/invoices", create+`}`).once(fmt.Sprint("create", n)))
	}
	add(post("/identities/K1/invoices", `{}`).once("create1"), post("/identities/K1/invoices", `{"reference": "RE1"}`), post("/identities/K9/invoices", `{}`).once("missing"), post("/identities/K9/invoices", `{}`).once("missing"),
		post("/identities/K1/invoices", `{"currency": "JPY", "items": [{"label": "A", "quantity": "0.3333", "unit": "h", "unitprice": "99999.9999", "discount": "1.5", "taxrate": "7.5", "detail": {}}]}`),
		post("/identities/K1/invoices", `{"items": [{"label": "A", "quantity": "999999999999", "unit": "h", "unitprice": "999999999999", "detail": {}}]}`))
	for n := range 9 {
		add(post(fmt.Sprintf("/invoices/RE%d/commitInvoice", n), `{}`).once(fmt.Sprint("commit", n)))
	}
	add(post("/invoices/RE1/commitInvoice", `{}`).once("commit1"), post("/invoices/RE1/commitInvoice", `{}`), put("/invoices/RE2", `{"label": "x", "meta": {"a": "ü", "b": [1, 2.0, null]}}`),
		put("/invoices/RE2", `{"meta": {"a": "ü", "b": [1, 2.0, null]}}`), put("/invoices/RE2", `{"meta": {"a": "ü", "b": [1, 2.0, null]}}`), put("/invoices/RE3", `{"state": "canceled"}`),
		put("/invoices/RE4", `{"cancelationdate": "2026-03-05"}`), put("/invoices/RE9", `{"issued": "2026-03-01", "due": null}`), put("/invoices/RE9", `{"number": "RE-2026-0001"}`), post("/invoices/RE9/commitInvoice", `{}`))
	add(upload("RE1", imported("a.eml", "email", eml("a"))...), upload("RE1", imported("b.eml", "letter", eml("a"))...), upload("RE2", imported("ünï.eml", "email", eml("b"))...).once("import"),
		upload("RE2", imported("ünï.eml", "email", eml("b"))...).once("import"), upload("RE99", imported("a.eml", "email", eml("a"))...), upload("RE1", imported("a.pdf", "invoice", eml("a"))...))
	for n := range 4 {
		add(get(fmt.Sprintf("/invoices/RE%d", n)), get(fmt.Sprintf("/invoices/RE%d/documents", n)), get(fmt.Sprintf("/invoices/RE%d/payments", n)))
	}
	for _, field := range []string{"created", "modified", "reference", "number", "accountingdate", "issued", "due", "orderdate", "total", "unpaid", "dunninglevel"} {
		for _, sign := range []string{"", "-"} {
			add(get("/invoices?withTotal=true&pageSize=5&page=2&sort="+sign+field), get("/identities/K1/invoices?limit=4&offset=3&sort="+sign+field))
		}
	}
	for _, field := range []string{"created", "reference", "number", "debtor", "modified"} {
		add(get("/identities?pageSize=7&sort="+field), get("/identities?pageSize=7&page=2&sort=-"+field))
	}
	for _, op := range []string{"", "[$gt]", "[$gte]", "[$in]", "[$lt]", "[$lte]", "[$ne]"} {
		add(get("/identities?query[reference]"+op+"=a-b"), get("/identities?query[debtor]"+op+"=10021"), get("/identities?query[number]"+op+"=%C3%89"), get("/invoices?query[due]"+op+"=2026-04-06"),
			get("/invoices?query[total]"+op+"=119"), get("/invoices?query[number]"+op+"=RE-2026-0004"), get("/invoices?query[state]"+op+"=none"), get("/invoices?query[cancelationdate]"+op+"=2026-03-05"))
	}
	return steps
}

// drawn are the parts of answers that differ from run to run: ids, links and cursors.
var drawn = []*regexp.Regexp{
	regexp.MustCompile(`\b_?0[0-9a-z]{25}\b`),
	regexp.MustCompile(`"publicUrl":"[^"]*"`),
	regexp.MustCompile(`"next":"[^"]*"`),
}

func masked(text string) string {
	for _, pattern := range drawn {
		text = pattern.ReplaceAllString(text, "…")
	}
	return text
}

// SQLite and PostgreSQL answer the same, to the byte.
func TestEnginesAgree(t *testing.T) {
	steps := script()
	answers := map[storetest.Engine][]string{}
	each(t, func(w *world) {
		for _, step := range steps {
			w.Day.Advance(time.Second)
			a := w.do(step)
			if a.status >= http.StatusInternalServerError {
				w.Errorf("%s %s: %s", step.method, step.path, a.body)
			}
			answers[w.Engine] = append(answers[w.Engine], masked(fmt.Sprintf("%s %s\n%s\n%d %q %q %s", step.method, step.path, step.body, a.status, a.header.Get("ETag"), a.header.Get("Idempotent-Replayed"), a.body)))
		}
	})
	if len(answers) < len(storetest.Engines) {
		t.Skip("only one engine has run")
	}
	for i := range steps {
		if one, other := answers[storetest.SQLite][i], answers[storetest.Postgres][i]; one != other {
			t.Errorf("SQLite:\n%s\nPostgreSQL:\n%s", one, other)
		}
	}
	ok := slices.IndexFunc(answers[storetest.SQLite], func(a string) bool { return strings.Contains(a, `"total":13`) })
	if ok < 0 || len(steps) < 150 {
		t.Errorf("%d steps, and no list has been counted", len(steps))
	}
}
