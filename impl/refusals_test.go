package impl_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// refusal is a request that is refused, and how.
type refusal struct {
	call
	status int
	kind   string
	fields []string // of the details
}

const (
	invalid  = "ERR_INVALID_VALUE"
	createID = "/identities"
	createIn = "/identities/K1/invoices"
	re1      = "/invoices/RE1"
)

func bad(c call, fields ...string) refusal { return refusal{c, http.StatusBadRequest, invalid, fields} }

func items(change string) string {
	return `{"items": [` + item + `, {"label": "A", "quantity": 1, "unit": "pc", "unitprice": 1, "detail": {}` + change + `}]}`
}

// refusals are refused before anything is stored.
var refusals = map[string]refusal{
	"wrong type":             bad(post(createID, `{"debtor": [1]}`), "debtor"),
	"wrong type, deep":       bad(post(createIn, `{"items": [{"label": 7, "quantity": 1, "unit": "pc", "unitprice": 1, "detail": {}}]}`), "items[0].label"),
	"no object":              bad(post(createID, `[]`)),
	"null":                   bad(post(createID, `null`)),
	"missing field":          bad(post(createIn, `{"items": [{"label": "A", "quantity": 1, "unit": "pc", "unitprice": 1}]}`), "items[0].detail"),
	"several wrong":          bad(post(createIn, `{"items": [{"quantity": -1, "unit": "pc", "unitprice": "x", "detail": {}}], "due": "soon"}`), "due", "items[0].label", "items[0].quantity", "items[0].unitprice"),
	"unknown field":          bad(post(createID, `{"colour": "red"}`), "colour"),
	"unknown field, deep":    bad(put(re1, `{"detail": {"dunning": {"off": true}}}`), "detail.dunning.off"),
	"twins":                  bad(post(createID, `{"number": "1", "NUMBER": "2"}`), "NUMBER"),
	"duplicate key":          bad(post(createID, `{"number": "1", "number": "2"}`), "number"),
	"bad enum":               bad(post(createID, `{"kind": "alien"}`), "kind"),
	"bad enum, deep":         bad(put(re1, `{"addresses": [{"kind": "home"}]}`), "addresses[0].kind"),
	"bad date":               bad(post(createIn, `{"due": "2024-02-30"}`), "due"),
	"bad date-time":          bad(put(re1, `{"issued": "2024-01-01T25:00:00Z"}`), "issued"),
	"date-time without zone": bad(put(re1, `{"issued": "2024-01-01T12:00:00"}`), "issued"),
	"date in dunning":        bad(put(re1, `{"detail": {"dunning": {"delayedUntil": "2024-13-01"}}}`), "detail.dunning.delayedUntil"),
	"1e400":                  bad(post(createIn, items(`, "discount": 1e400`)), "items[1].discount"),
	"1e-400":                 bad(post(createIn, items(`, "discount": 1e-400`)), "items[1].discount"),
	"too many decimals":      bad(post(createIn, items(`, "discount": 1.00001`)), "items[1].discount"),
	"negative quantity":      bad(post(createIn, `{"items": [{"label": "A", "quantity": -1, "unit": "pc", "unitprice": 1, "detail": {}}]}`), "items[0].quantity"),
	"discount above price":   bad(post(createIn, items(`, "discount": 1.01`)), "items[1].discount"),
	"tax rate over 100":      bad(post(createIn, items(`, "taxrate": 100.01`)), "items[1].taxrate"),
	"unknown currency":       bad(post(createIn, `{"currency": "XQX"}`), "currency"),
	"bad e-mail":             bad(post(createID, `{"emails": [{"email": "nobody"}]}`), "emails[0].email"),
	"bad reference":          bad(post(createID, `{"reference": "a/b"}`), "reference"),
	"NUL in a text":          bad(post(createID, `{"name": {"company": "a\u0000b"}}`), "name.company"),
	"lone surrogate":         bad(post(createID, `{"name": {"company": "a\ud800b"}}`), "name.company"),
	"invalid UTF-8":          bad(post(createID, "{\"number\": \"\xff\"}"), "number"),
	"no JSON":                bad(post(createID, `{"number": `), "number"),
	"trailing garbage":       bad(post(createID, `{} {}`)),
	"empty body":             bad(post(createID, "").with("Content-Type", "application/json")),
	"meta that is no object": bad(put(re1, `{"meta": [1]}`), "meta"),
	"meta over 64 KiB":       bad(put(re1, `{"meta": {"x": "`+strings.Repeat("x", 64<<10)+`"}}`), "meta"),
	"too many items":         bad(post(createIn, `{"items": [`+strings.Repeat(item+",", 1000)+item+`]}`), "items"),
	"too many addresses":     bad(put(re1, `{"addresses": [`+strings.Repeat("{},", 20)+`{}]}`), "addresses"),
	"a mass of [":            {post(createID, strings.Repeat("[", 3<<20)), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE", []string{"Content-Length"}},
	"a smaller mass of [":    bad(post(createID, strings.Repeat("[", 1<<20-1)), "[0]"),
	"deep meta":              bad(post(createID, `{"meta": {"x": `+strings.Repeat("[", 11_000)+strings.Repeat("]", 11_000)+`}}`).once("deep"), "meta"),

	"wrong media type": {post(createID, `{}`).with("Content-Type", "text/plain"), http.StatusUnsupportedMediaType, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Type"}},
	"no media type":    {post(createID, `{}`).with("Content-Type", ""), http.StatusUnsupportedMediaType, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Type"}},
	"wrong method":     {call{method: "DELETE", path: re1}, http.StatusMethodNotAllowed, "ERR_METHOD_NOT_ALLOWED", nil},
	"unknown path":     {get("/orders"), http.StatusNotFound, "ERR_NOT_FOUND", nil},
	"no credentials":   {post(createID, `{}`).as("-"), http.StatusUnauthorized, "ERR_UNAUTHORIZED", []string{"Authorization"}},
	"unknown user":     {post(createID, `{}`).as("nobody"), http.StatusUnauthorized, "ERR_UNAUTHORIZED", []string{"Authorization"}},
	"user with NUL":    {post(createID, `{}`).as("a\x00b"), http.StatusUnauthorized, "ERR_UNAUTHORIZED", []string{"Authorization"}},
	"user not UTF-8":   {post(createID, `{}`).as("a\xffb"), http.StatusUnauthorized, "ERR_UNAUTHORIZED", []string{"Authorization"}},
	"no Basic":         {post(createID, `{}`).as("-").with("Authorization", "Bearer x"), http.StatusUnauthorized, "ERR_UNAUTHORIZED", []string{"Authorization"}},

	"another merchant's invoice":  {put(re1, `{}`).as(rival), http.StatusNotFound, "ERR_NOT_FOUND", []string{"invoiceReference"}},
	"another merchant's customer": {post(createIn, `{}`).as(rival), http.StatusNotFound, "ERR_NOT_FOUND", []string{"identityReference"}},
	"reference that exists":       {post(createIn, `{"reference": "RE1"}`), http.StatusConflict, "ERR_UNIQUE_VIOLATION", []string{"reference"}},
	"bad path":                    bad(get("/invoices/a%00b"), "invoiceReference"),
	"path not UTF-8":              bad(get("/invoices/a%ffb"), "invoiceReference"),
	"bad If-Match":                bad(put(re1, `{}`).with("If-Match", "1"), "If-Match"),

	"unknown query parameter": bad(get("/invoices?colour=red"), "colour"),
	"unknown query field":     bad(get("/invoices?query[colour]=red"), "query.colour"),
	"unknown operator":        bad(get("/invoices?query[due][$like]=2024"), "query.due.$like"),
	"bad date in query":       bad(get("/invoices?query[due][$lt]=soon"), "query.due.$lt"),
	"bad day in query":        bad(get("/invoices?query[due][$lt]=2024-02-30"), "query.due.$lt"),
	"bad day in search":       bad(get("/identities/K1/invoices?search[due][$lt]=2024-02-30"), "search.due.$lt"),
	"bad amount in query":     bad(get("/invoices?query[total]=x"), "query.total"),
	"order of states":         bad(get("/invoices?query[state][$gt]=none"), "query.state.$gt"),
	"too many in $in":         bad(get("/invoices?query[reference][$in]="+strings.Repeat("a,", 100)+"a"), "query.reference.$in"),
	"NUL in query":            bad(get("/invoices?query[reference]=%00"), "query.reference"),
	"query not UTF-8":         bad(get("/invoices?query[reference]=%ff"), "query.reference"),
	"bad escape in query":     bad(get("/invoices?query[reference]=%zz")),
	"semicolon in query":      bad(get("/invoices?query[reference]=a;sort=due")),
	"brackets left open":      bad(get("/invoices?query[reference=a"), "query[reference"),
	"brackets too deep":       bad(get("/invoices?query[due][$lt][$lt]=2024-01-01"), "query.due.$lt"),
	"brackets empty":          bad(get("/invoices?query[]=a"), "query[]"),
	"repeated query":          bad(get("/invoices?query[reference]=a&query[reference]=b"), "query.reference"),
	"both forms of query":     bad(get("/invoices?query[reference]=a&query[reference][$gt]=b"), "query.reference"),
	"bad sort":                bad(get("/invoices?sort=colour"), "sort"),
	"sort twice":              bad(get("/invoices?sort=due,-due"), "sort"),
	"page 0":                  bad(get("/invoices?page=0"), "page"),
	"page without end":        bad(get("/invoices?page=100000001"), "page"),
	"page that is no number":  bad(get("/invoices?page=1.5"), "page"),
	"pageSize 0":              bad(get("/invoices?pageSize=0"), "pageSize"),
	"pageSize 1001":           bad(get("/invoices?pageSize=1001"), "pageSize"),
	"limit below 0":           bad(get("/identities/K1/invoices?limit=-1"), "limit"),
	"limit 10001":             bad(get("/identities/K1/invoices?limit=10001"), "limit"),
	"offset below 0":          bad(get("/identities/K1/invoices?offset=-1"), "offset"),
	"offset without end":      bad(get("/identities/K1/invoices?offset=100000001"), "offset"),

	"form that is JSON": {post("/invoices/RE1/importExternalDocument", `{}`), http.StatusUnsupportedMediaType, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Type"}},
}

func TestRefusals(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		all := maps.Clone(refusals)
		maps.Copy(all, uploadRefusals)
		for name, r := range all {
			w.run(name, func(w *world) {
				before := w.everything()
				a := w.do(r.call)
				e := a.refused(r.status, r.kind)
				got := e.fields()
				slices.Sort(got)
				if got = slices.Compact(got); !slices.Equal(got, r.fields) {
					w.Errorf("fields %q, want %q: %s", got, r.fields, a.body)
				}
				if len(e.Details) == 0 || len(e.hints()) < len(e.Details) {
					w.Errorf("a hint is missing: %s", a.body)
				}
				if r.status == http.StatusUnauthorized && !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
					w.Errorf("headers %v", a.header)
				}
				if r.status == http.StatusMethodNotAllowed && a.header.Get("Allow") != "OPTIONS, GET, HEAD, PUT" {
					w.Errorf("Allow %q", a.header.Get("Allow"))
				}
				w.unchanged(before)
			})
		}
	})
}

// run is a subtest in the same world.
func (w *world) run(name string, test func(*world)) {
	w.Run(name, func(t *testing.T) {
		inner := *w
		inner.T = t
		test(&inner)
	})
}

// What is another's looks like what is not there.
func TestMissingAndForeignAreTheSame(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		foreign := w.do(get("/invoices/RE1").as(rival)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		missing := w.do(get("/invoices/RE2").as(rival)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		if strings.ReplaceAll(fmt.Sprint(foreign), "RE1", "RE2") != fmt.Sprint(missing) {
			w.Errorf("%+v\n%+v", foreign, missing)
		}
	})
}
