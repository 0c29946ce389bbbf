package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

var valueLaws = []Law{
	{Name: "amounts.exact", Source: "info.description: Amounts", Needs: makesInvoices, check: amountsExact,
		Says: "Amounts keep every digit: 12 before and 4 after the point, sent as a string or as a number."},
	{Name: "amounts.text", Source: "info.description: Amounts", Needs: makesInvoices, check: amountsAreText,
		Says: "Amounts are decimal strings in answers."},
	{Name: "totals.net", Source: "components/schemas/InvoiceCreate/netbased, InvoiceTax", Needs: makesInvoices, check: func(t *trial) { totalsAre(t, true) },
		Says: "With net prices a line is rounded to the cent, and the tax of a rate is taken from the sum of its lines."},
	{Name: "totals.gross", Source: "components/schemas/InvoiceCreate/netbased, InvoiceTax", Needs: makesInvoices, check: func(t *trial) { totalsAre(t, false) },
		Says: "With gross prices the total is the sum of the lines, the tax of a rate is taken out of its lines, and item nets have four decimals."},
	{Name: "totals.default", Source: "components/schemas/InvoiceCreate/netbased", Needs: makesInvoices, check: grossByDefault,
		Says: "netbased false, null or left out: unit prices are gross."},
	{Name: "times.utc", Source: "info.description: Dates", Needs: makesInvoices, check: timesInUTC,
		Says: "Date-times of answers are UTC with milliseconds; a date is midnight UTC, and a zone is converted."},
	{Name: "times.modified", Source: "components/schemas/Invoice/modified", Needs: updatesInvoices, check: modifiedMoves,
		Says: "created stays, and modified never goes back."},
	{Name: "meta.as-sent", Source: "components/schemas/Meta", Needs: updatesIdentities, check: metaAsSent,
		Says: "meta is any JSON object and comes back as it was sent."},
	{Name: "text.as-sent", Source: "components/schemas/Name", Needs: makesIdentities, check: textAsSent,
		Says: "Texts come back character by character, whatever the script."},
}

// manyDigits are amounts that a float64, or a column of two decimals, does not hold.
var manyDigits = []string{"0.0001", "0.1", "0.3", "1.005", "999999999998.9999", "-123456789012.3456", "100000000000.0001", "0.0000", "9007199254.7401"}

func amountsExact(t *trial) {
	customer := t.customer()
	for _, amount := range manyDigits {
		for _, sent := range []any{amount, json.Number(amount)} {
			t.begin("the amount is sent as " + compact(sent))
			lines := []any{
				object{"label": "Dear", "quantity": "0", "unit": "piece", "unitprice": sent, "detail": object{}},
				object{"label": "Many", "quantity": strings.TrimPrefix(amount, "-"), "unit": "piece", "unitprice": "0", "detail": object{}},
			}
			made := t.want(t.call("createInvoice", of(customer), body(object{"netbased": true, "items": lines})), http.StatusCreated)
			read := t.read("getInvoice", made.text("reference"))
			t.amount("unitprice", read.get("items[0].unitprice"), number(amount))
			t.amount("quantity", read.get("items[1].quantity"), number(amount).Abs())
		}
	}
}

func amountsAreText(t *trial) {
	reference := t.invoice(t.customer(), fullInvoice(t.reference()))
	read := t.read("getInvoice", reference)
	for _, path := range []string{"total", "unpaid", "taxes[0].base", "taxes[0].tax", "items[0].quantity", "items[0].unitprice", "items[0].taxrate", "items[0].net", "items[0].tax", "items[0].gross"} {
		text, isText := read.get(path).(string)
		if _, err := decimal.NewFromString(text); !isText || err != nil {
			t.fail(path+" to be a string with a decimal", compact(read.get(path)))
		}
	}
}

func totalsAre(t *trial, netbased bool) {
	customer := t.customer()
	for _, c := range totalCases {
		t.begin(c.name)
		made := t.want(t.call("createInvoice", of(customer), body(object{"netbased": netbased, "items": items(c.lines...)})), http.StatusCreated)
		t.totalsOf(made, c.name, c.lines, netbased)
		for i, l := range c.lines {
			net, _ := made.get(fmt.Sprintf("items[%d].net", i)).(string)
			exact := l.amount()
			if !netbased {
				exact = l.amount().Mul(hundred).DivRound(hundred.Add(number(l.taxrate)), 4)
			}
			if !sameAmount(net, exact.String()) {
				t.fail(fmt.Sprintf("items[%d].net: %s", i, exact), net)
			}
		}
	}
}

func grossByDefault(t *trial) {
	customer := t.customer()
	for _, sent := range []object{{}, {"netbased": nil}, {"netbased": false}} {
		t.begin("netbased is sent as " + compact(sent))
		made := t.want(t.call("createInvoice", of(customer), body(merged(sent, object{"items": items(oneLine)}))), http.StatusCreated)
		t.equal("netbased", made.text("netbased"), "false")
		t.amount("total", made.get("total"), number("100"))
	}
}

// timestamp is how answers write a point in time.
var timestamp = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$`)

func timesInUTC(t *trial) {
	customer := t.customer()
	for _, c := range []struct{ sent, want string }{
		{"2024-02-29", "2024-02-29T00:00:00.000Z"}, {"2024-01-31T23:30:00-02:00", "2024-02-01T01:30:00.000Z"}, {"2024-07-01T02:00:00+02:00", "2024-07-01T00:00:00.000Z"},
		{"2024-01-31T12:00:00.123Z", "2024-01-31T12:00:00.123Z"}, {"2024-01-31T12:00:00Z", "2024-01-31T12:00:00.000Z"},
	} {
		t.begin("a date is sent as " + c.sent)
		made := t.want(t.call("createInvoice", of(customer), body(object{"orderdate": c.sent})), http.StatusCreated)
		read := t.read("getInvoice", made.text("reference"))
		t.equal("orderdate", read.text("orderdate"), c.want)
		for _, field := range []string{"created", "modified"} {
			if !timestamp.MatchString(read.text(field)) {
				t.fail(field+" in UTC with milliseconds", read.text(field))
			}
		}
	}
}

func modifiedMoves(t *trial) {
	reference := t.invoice(t.customer())
	was := t.read("getInvoice", reference)
	for _, label := range []string{"One", "Two", "Three"} {
		t.want(t.call("updateInvoice", of(reference), body(object{"label": label})), http.StatusOK)
		is := t.read("getInvoice", reference)
		t.equal("created", is.text("created"), was.text("created"))
		if instant(is.text("modified")).Before(instant(was.text("modified"))) {
			t.fail("modified not to be before "+was.text("modified"), is.text("modified"))
		}
		was = is
	}
}

// instant reads a date or a point in time; the zero time if it is neither.
func instant(text string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	return time.Time{}
}

func metaAsSent(t *trial) {
	reference := t.customer()
	for _, meta := range []string{
		`{}`, `{"custom_key":"custom_value"}`, `{"n":[0,-1,1.5,1e3,12345678901234567890,0.1,123456789.123456789123456789]}`,
		`{"null":null,"yes":true,"no":false,"empty":"","list":[],"object":{}}`, `{"a":{"b":{"c":{"d":{"e":[{"f":[[1]]}]}}}}}`,
		`{"text":"Größe 日本 😀 \"quoted\" \\ \n \t é <b>&amp;</b>","Schlüssel":1," spaced ":2}`, `{"A":1,"B":"x"}`, `{"long":"` + strings.Repeat("m", 60_000) + `"}`,
	} {
		t.begin("meta is " + excerpt([]byte(meta), 60))
		t.want(t.call("upsertIdentity", of(reference), body(`{"meta":`+meta+`}`)), http.StatusOK)
		sent, _ := decode([]byte(meta))
		t.same("meta", t.read("getIdentity", reference).get("meta"), sent)
	}
}

func textAsSent(t *trial) {
	for _, text := range []string{
		"Jürgen Groß-Müller", "Ελλάδα", "日本株式会社", "مرحبا بالعالم", "Zoë \u00e9 and e\u0301", "👩\u200d👩\u200d👧 & Söhne", "O'Neill \"Q\" <b>&amp;</b> %00 \\n", "a  b", strings.Repeat("ß", 200),
	} {
		t.begin("the name is " + excerpt([]byte(text), 60))
		made := t.want(t.call("createIdentity", body(object{"name": object{"company": text}})), http.StatusCreated)
		t.equal("name.company", t.read("getIdentity", made.text("reference")).text("name.company"), text)
	}
}
