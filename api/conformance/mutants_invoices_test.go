package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/shopspring/decimal"
)

var invoiceMutants = []mutant{
	{name: "nothing for an invoice that does not exist", breaks: "invoice.missing answers.documented", fault: answers("GET", "/invoices/*", nothingFound)},
	{name: "nothing for a customer that does not exist", breaks: "identity.missing answers.documented", fault: answers("GET", "/identities/*", nothingFound)},
	{name: "items added to those there are", breaks: "items.replaced", fault: addsItems},
	{name: "items left out taken for none", breaks: "items.untouched invoice.merged",
		fault: bodies("PUT", "/invoices/*", func(body object) {
			if _, sent := body["items"]; !sent {
				body["items"] = []any{}
			}
		})},
	{name: "fields left out cleared", breaks: "invoice.merged",
		fault: bodies("PUT", "/invoices/*", func(body object) {
			if _, sent := body["ordernumber"]; !sent {
				body["ordernumber"] = ""
			}
		})},
	{name: "objects replaced, not merged", breaks: "identity.merged",
		fault: bodies("PUT", "/identities/*", func(body object) {
			if name, sent := body["name"].(object); sent && name["lastname"] == nil {
				name["lastname"] = ""
			}
		})},
	{name: "a list that is present ignored when it is empty", breaks: "identity.merged",
		fault: bodies("PUT", "/identities/*", func(body object) {
			if emails, _ := body["emails"].([]any); len(emails) == 0 {
				delete(body, "emails")
			}
		})},
	{name: "null taken for nothing said", breaks: "invoice.cleared",
		fault: bodies("PUT", "/invoices/*", func(body object) {
			for name, value := range body {
				if value == nil {
					delete(body, name)
				}
			}
		})},
	{name: "every update a new version", breaks: "invoice.identical commit.identical", fault: alwaysModifies},
	{name: "If-Match not looked at", breaks: "invoice.etag identity.etag", fault: requests("PUT", anywhere, func(r *http.Request) { r.Header.Del("If-Match") })},
	{name: "one ETag for all versions", breaks: "invoice.etag-read",
		fault: answers("*", "/invoices/*", func(_ http.Handler, _ *http.Request, a *reply) { a.header.Set("ETag", `"1"`) })},
	{name: "a refused update done in part", breaks: "invoice.update-refused", fault: updatesInPart},
	{name: "references taken twice", breaks: "identity.reference-unique",
		fault: answers("POST", "/identities", func(honest http.Handler, r *http.Request, a *reply) {
			if a.status == http.StatusConflict {
				sent, _ := io.ReadAll(r.Body)
				again, _ := decode(sent)
				reference, _ := lookup(again, "reference")
				*a = *ask(honest, putting(r, "/identities/"+reference.(string), sent))
				a.status = http.StatusCreated
			}
		})},
	{name: "generated references like anybody's", breaks: "identity.reference-generated invoice.reference-generated", fault: generates()},
	{name: "updates create what is not there", breaks: "invoice.update-missing",
		fault: answers("PUT", "/invoices/*", func(_ http.Handler, r *http.Request, a *reply) {
			if a.status == http.StatusNotFound {
				a.status, a.body = http.StatusOK, []byte(`{}`)
			}
		}), also: "answers.documented: the invoice it makes up is none"},
	{name: "a PUT of a new customer answered with 200", breaks: "identity.put-creates",
		fault: answers("PUT", "/identities/*", func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusCreated {
				a.status = http.StatusOK
			}
		})},
	{name: "a reference in the body ignored", breaks: "identity.put-reference", fault: bodies("PUT", "/identities/*", func(body object) { delete(body, "reference") })},
	{name: "references found in any case", breaks: "identity.reference-spelled",
		fault: requests("*", "/identities/*", func(r *http.Request) {
			r.URL.Path = "/api/identities/" + strings.ToLower(r.URL.Path[len("/api/identities/"):])
			r.URL.RawPath = ""
		})},
	{name: "addresses not copied", breaks: "invoice.copied",
		fault: bodies("POST", "/identities/*/invoices", func(body object) {
			if body["addresses"] == nil {
				body["addresses"] = []any{object{"company": "Unknown", "city": "Nowhere"}}
			}
		})},
	{name: "a field lost on the way", breaks: "invoice.created", fault: bodies("POST", "/identities/*/invoices", func(body object) { delete(body, "orderdate") })},

	{name: "amounts through a float", breaks: "amounts.exact",
		fault: bodies("POST", "/identities/*/invoices", eachItem(func(item object) {
			float, err := strconv.ParseFloat(fmt.Sprint(item["unitprice"]), 32)
			if err == nil {
				item["unitprice"] = strconv.FormatFloat(float, 'f', 4, 64)
			}
		}))},
	{name: "prices of two decimals", breaks: "amounts.exact totals.net",
		fault: bodies("POST", "/identities/*/invoices", eachItem(func(item object) {
			if price, err := decimal.NewFromString(fmt.Sprint(item["unitprice"])); err == nil {
				item["unitprice"] = price.Round(2).String()
			}
		}))},
	{name: "amounts answered as numbers", breaks: "amounts.text", also: "answers.documented: the schema has them as strings, too",
		fault: objects("GET", "/invoices/*", func(invoice object) { invoice["total"] = json.Number(invoice["total"].(string)) })},
	{name: "a total of rounded lines", breaks: "totals.net totals.gross", fault: objects("POST", "/identities/*/invoices", sumsLines)},
	{name: "prices net unless said otherwise", breaks: "totals.default",
		fault: bodies("POST", "/identities/*/invoices", func(body object) {
			if body["netbased"] == nil {
				body["netbased"] = true
			}
		})},
	{name: "dates of a time zone", breaks: "times.utc",
		fault: bodies("POST", "/identities/*/invoices", func(body object) {
			if date, _ := body["orderdate"].(string); len(date) == len("2024-01-31") {
				body["orderdate"] = date + "T00:00:00+01:00"
			}
		})},
	{name: "zones ignored", breaks: "times.utc",
		fault: bodies("POST", "/identities/*/invoices", func(body object) {
			if date, _ := body["orderdate"].(string); len(date) == len("2024-01-31T23:30:00-02:00") {
				body["orderdate"] = date[:len(date)-len("-02:00")] + "Z"
			}
		})},
	{name: "created moves with every update", breaks: "times.modified",
		fault: objects("GET", "/invoices/*", func(invoice object) { invoice["created"] = invoice["modified"] })},
	{name: "meta through floats", breaks: "meta.as-sent",
		fault: bodies("PUT", "/identities/*", func(body object) {
			var meta any
			if json.Unmarshal(encode(body["meta"]), &meta) == nil && meta != nil {
				body["meta"] = meta
			}
		})},
	{name: "spaces tidied up", breaks: "text.as-sent",
		fault: bodies("POST", "/identities", func(body object) {
			if name, sent := body["name"].(object); sent {
				name["company"] = strings.Join(strings.Fields(fmt.Sprint(name["company"])), " ")
			}
		})},
}

// eachItem changes the items of an invoice.
func eachItem(change func(item object)) func(object) {
	return func(body object) {
		list, _ := body["items"].([]any)
		for _, item := range list {
			if item, isObject := item.(object); isObject {
				change(item)
			}
		}
	}
}

// putting is a PUT by whoever sent r.
func putting(r *http.Request, target string, body []byte) *http.Request {
	other := withBody(get(r, target), body)
	other.Method = http.MethodPut
	other.Header.Set("Content-Type", "application/json")
	return other
}

// addsItems puts new items behind the old ones.
func addsItems(honest http.Handler) http.Handler {
	return requests("PUT", "/invoices/*", func(r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		parsed, _ := decode(text)
		body, _ := parsed.(object)
		if added, sent := body["items"].([]any); sent {
			was := ask(honest, get(r, strings.TrimPrefix(r.URL.Path, "/api"))).object()
			old, _ := was["items"].([]any)
			for _, item := range old {
				keep(item.(object), "label", "quantity", "unit", "unitprice", "taxrate", "discount", "detail", "account", "costcenter")
			}
			body["items"] = append(old, added...)
			text = encode(body)
		}
		*r = *withBody(r, text)
	})(honest)
}

// alwaysModifies says after each PUT that something has changed.
func alwaysModifies(honest http.Handler) http.Handler {
	var versions sync.Map
	return answers("*", "/invoices/*", func(_ http.Handler, r *http.Request, a *reply) {
		count, _ := versions.LoadOrStore(r.URL.Path, new(atomic.Int64))
		version := count.(*atomic.Int64)
		if r.Method == http.MethodPut && a.status == http.StatusOK {
			version.Add(1)
		}
		a.header.Set("ETag", fmt.Sprintf(`"v%d"`, version.Load()))
	})(honest)
}

// updatesInPart keeps the label of an update that is refused.
func updatesInPart(honest http.Handler) http.Handler {
	return answers("PUT", "/invoices/*", func(honest http.Handler, r *http.Request, a *reply) {
		if a.status == http.StatusBadRequest {
			ask(honest, putting(r, strings.TrimPrefix(r.URL.Path, "/api"), []byte(`{"label": "Other"}`)))
		}
	})(honest)
}

// generates gives references of its own.
func generates() fault {
	var count atomic.Int64
	name := func(body object) {
		if body["reference"] == nil {
			body["reference"] = fmt.Sprintf("GEN-%d", count.Add(1))
		}
	}
	return func(honest http.Handler) http.Handler {
		return bodies("POST", "/identities", name)(bodies("POST", "/identities/*/invoices", name)(honest))
	}
}

// sumsLines rounds the tax of each line, and adds the lines up.
func sumsLines(invoice object) {
	total, tax := decimal.Zero, decimal.Zero
	eachItem(func(item object) {
		amount := decimal.RequireFromString(item["quantity"].(string)).Mul(decimal.RequireFromString(item["unitprice"].(string)))
		rate := decimal.RequireFromString(item["taxrate"].(string))
		if invoice["netbased"] == true {
			tax = tax.Add(amount.Round(2).Mul(rate).DivRound(hundred, 2))
			total = total.Add(amount.Round(2))
			return
		}
		net := amount.Mul(hundred).DivRound(hundred.Add(rate), 2)
		total = total.Add(net.Add(net.Mul(rate).DivRound(hundred, 2)))
	})(invoice)
	invoice["total"] = total.Add(tax).StringFixed(2)
}

// nothingFound answers with nothing and success instead of 404.
func nothingFound(_ http.Handler, _ *http.Request, a *reply) {
	if a.status == http.StatusNotFound {
		a.status, a.body = http.StatusOK, []byte("{}")
	}
}
