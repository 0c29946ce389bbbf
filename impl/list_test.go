package impl_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// shelf fills the list of invoices: RE1 to RE7, a second apart, RE<n> with a total of <n> × 10 and due n days after 2026-03-02.
func (w *world) shelf() {
	w.Helper()
	w.customer()
	w.do(post("/identities", `{"reference": "K2", "debtor": "10002"}`)).is(http.StatusCreated)
	for n := 1; n <= 7; n++ {
		w.Day.Advance(time.Second)
		w.do(post(fmt.Sprintf("/identities/K%d/invoices", 1+n%2), fmt.Sprintf(
			`{"reference": "RE%d", "due": "2026-03-%02d", "netbased": true, "ordernumber": "O-%d", "addresses": [{"company": "X", "city": "Y"}],
			"items": [{"label": "A", "quantity": "%d", "unit": "pc", "unitprice": "10", "detail": {}}]}`, n, 2+n, n/3, n))).is(http.StatusCreated)
	}
	w.do(post("/invoices/RE6/commitInvoice", `{}`)).is(http.StatusOK)
	w.do(put("/invoices/RE7", `{"state": "canceled"}`)).is(http.StatusOK)
}

func TestListInvoices(t *testing.T) {
	each(t, func(w *world) {
		w.shelf()
		for query, want := range map[string]string{
			"":                                                "RE1 RE2 RE3 RE4 RE5 RE6 RE7",
			"sort=-created":                                   "RE7 RE6 RE5 RE4 RE3 RE2 RE1",
			"sort=-ordernumber":                               "400",
			"sort=-due,reference&pageSize=3":                  "RE7 RE6 RE5",
			"sort=-due,reference&pageSize=3&page=3":           "RE1",
			"pageSize=3&page=4":                               "",
			"page=100000000":                                  "",
			"query[reference]=RE3":                            "RE3",
			"query[reference][$in]=RE3,RE1,RE9":               "RE1 RE3",
			"query[reference][$ne]=RE3":                       "RE1 RE2 RE4 RE5 RE6 RE7",
			"query[due][$lt]=2026-03-05":                      "RE1 RE2",
			"query[due][$lte]=2026-03-05":                     "RE1 RE2 RE3",
			"query[due][$gt]=2026-03-05":                      "RE4 RE5 RE6 RE7",
			"query[due][$gte]=2026-03-05T00:00:00Z":           "RE3 RE4 RE5 RE6 RE7",
			"query[due]=2026-03-05 00:00:00":                  "RE3",
			"query[due][$in]=2026-03-05,2026-03-06":           "RE3 RE4",
			"query[total][$gte]=30&query[total][$lt]=50.01":   "RE3 RE4 RE5",
			"query[total]=30":                                 "RE3",
			"query[unpaid][$in]=30.0,40":                      "RE3 RE4",
			"query[state]=canceled":                           "RE7",
			"query[state][$ne]=canceled":                      "RE1 RE2 RE3 RE4 RE5 RE6",
			"query[state][$in]=none,paid&sort=-total":         "RE6 RE5 RE4 RE3 RE2 RE1",
			"query[identity]=K1":                              "RE2 RE4 RE6",
			"query[debtor]=10002":                             "RE1 RE3 RE5 RE7",
			"query[number]=RE-2026-0001":                      "RE6",
			"query[ordernumber]=O-1":                          "RE3 RE4 RE5",
			"query[currency]=CHF":                             "",
			"query[created][$gt]=2026-03-02T09:30:05Z":        "RE6 RE7",
			"query[created][$gt]=2026-03-02T10:30:05%2B01:00": "RE6 RE7",
			"query[dunninglevel]=0&query[cancelationdate][$gte]=2026-01-01": "RE7",
		} {
			a := w.do(get("/invoices?" + strings.ReplaceAll(query, " ", "%20")))
			if want == "400" {
				a.refused(http.StatusBadRequest, "ERR_INVALID_VALUE")
			} else if got := strings.Join(a.references(), " "); got != want {
				w.Errorf("%s gives %s, want %s", query, got, want)
			}
		}
		page := w.do(get("/invoices?page=2&pageSize=2&withTotal=true&sort=-created&query[due][$lt]=2026-03-08&query[state]=none")).is(200).object()
		if page["page"] != 2.0 || page["pageSize"] != 2.0 || page["total"] != 5.0 || page["hasMore"] != true || page["next"] == nil {
			w.Errorf("page %v", page)
		}
		if fmt.Sprint(page["query"]) != "map[due[$lt]:2026-03-08 state:none]" {
			w.Errorf("echo %v", page["query"])
		}
		last := w.do(get("/invoices?page=4&pageSize=2")).is(200).object()
		if _, counted := last["total"]; counted || last["hasMore"] != false || last["next"] != nil || len(last["query"].(object)) != 0 {
			w.Errorf("last %v", last)
		}
	})
}

// A walk by cursor sees every row once, whatever is inserted meanwhile.
func TestWalkByCursor(t *testing.T) {
	each(t, func(w *world) {
		w.shelf()
		for _, sort := range []string{"created", "-total", "-unpaid,reference", "accountingdate,-due"} {
			whole := w.do(get("/invoices?sort=" + sort)).references()
			var walked []string
			next := ""
			for range 10 {
				page := w.do(get("/invoices?pageSize=2&sort=" + sort + next)).is(200)
				walked = append(walked, page.references()...)
				after, more := page.object()["next"].(string)
				if more != page.object()["hasMore"].(bool) {
					w.Errorf("%s: %s", sort, page.body)
				}
				if !more {
					break
				}
				next = "&after=" + url.QueryEscape(after)
			}
			if !slices.Equal(walked, whole) {
				w.Errorf("%s: walked %v, the whole is %v", sort, walked, whole)
			}
		}
		page := w.do(get("/invoices?pageSize=2")).is(200).object()
		w.do(post("/identities/K1/invoices", `{"reference": "RE0"}`)).is(201)
		if got := w.do(get("/invoices?pageSize=2&after=" + page["next"].(string))).references(); !slices.Equal(got, []string{"RE3", "RE4"}) {
			w.Errorf("behind the cursor %v", got)
		}
		for _, wrong := range []string{"/invoices?after=abc", "/invoices?sort=-total&after=" + page["next"].(string), "/identities?after=" + page["next"].(string)} {
			if e := w.do(get(wrong)).refused(http.StatusBadRequest, "ERR_INVALID_VALUE"); !slices.Equal(e.fields(), []string{"after"}) || len(e.hints()) != 1 {
				w.Errorf("%s: %+v", wrong, e)
			}
		}
	})
}

func TestListIdentityInvoices(t *testing.T) {
	each(t, func(w *world) {
		w.shelf()
		for query, want := range map[string]string{
			"":                       "RE2 RE4 RE6",
			"?limit=0":               "RE2 RE4 RE6",
			"?limit=1":               "RE2",
			"?limit=1&offset=1":      "RE4",
			"?limit=0&offset=2":      "RE6",
			"?offset=3":              "",
			"?offset=100000000":      "",
			"?sort=-total&limit=2":   "RE6 RE4",
			"?search[total][$gt]=20": "RE4 RE6",
			"?search[state]=none&search[due][$gte]=2026-03-08": "RE6",
			"?search[identity]=K2":                             "",
		} {
			if got := strings.Join(w.do(get("/identities/K1/invoices"+query)).references(), " "); got != want {
				w.Errorf("%s gives %s, want %s", query, got, want)
			}
		}
		w.do(get("/identities/K9/invoices")).refused(http.StatusNotFound, "ERR_NOT_FOUND")
	})
}

func TestListIdentities(t *testing.T) {
	each(t, func(w *world) {
		w.shelf()
		for query, want := range map[string]string{
			"":                              "K1 K2",
			"?sort=-debtor":                 "K2 K1",
			"?query[debtor][$gt]=10001":     "K2",
			"?query[kind]=incorporate":      "K1",
			"?query[kind][$ne]=incorporate": "K2",
			"?query[number]=C-1":            "K1",
			"?pageSize=1&page=2":            "K2",
		} {
			if got := strings.Join(w.do(get("/identities"+query)).references(), " "); got != want {
				w.Errorf("%s gives %s, want %s", query, got, want)
			}
		}
	})
}
