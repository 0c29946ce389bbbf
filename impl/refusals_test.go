package impl_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/document/documenttest"
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

// badUpload is an import of a file that is refused.
func badUpload(filename, kind, content string, fields ...string) refusal {
	return bad(upload("RE1", imported(filename, kind, content)...), fields...)
}

// without leaves out a part.
func without(name string) []part {
	return slices.DeleteFunc(imported("a.eml", "email", eml("a")), func(p part) bool { return p.name == name })
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

	"exe renamed to pdf":       badUpload("RE1.pdf", "invoice", "MZ\x90\x00\x03"+strings.Repeat("\x00", 1000), "file", "filename"),
	"eml named pdf":            badUpload("RE1.pdf", "invoice", eml("a"), "file", "filename"),
	"pdf named eml":            badUpload("RE1.eml", "email", documenttest.PDF("a"), "file", "filename"),
	"kind that cannot be":      badUpload("RE1.pdf", "email", documenttest.PDF("a"), "file", "kind"),
	"broken pdf":               badUpload("RE1.pdf", "invoice", documenttest.PDF("a")[:400], "file"),
	"empty file":               badUpload("RE1.pdf", "invoice", "", "file"),
	"no extension":             badUpload("RE1", "invoice", documenttest.PDF("a"), "filename"),
	"another extension":        badUpload("RE1.exe", "invoice", documenttest.PDF("a"), "filename"),
	"only a path":              badUpload("../", "invoice", documenttest.PDF("a"), "filename"),
	"NUL in the filename":      bad(upload("RE1", part{"file", "a.eml", eml("a")}, part{name: "filename", value: "a\x00.eml"}, part{name: "kind", value: "email"}), "filename"),
	"filename not UTF-8":       bad(upload("RE1", part{"file", "a.eml", eml("a")}, part{name: "filename", value: "a\xff.eml"}, part{name: "kind", value: "email"}), "filename"),
	"unknown kind":             badUpload("a.eml", "postcard", eml("a"), "kind"),
	"no kind":                  bad(upload("RE1", without("kind")...), "kind"),
	"no filename":              bad(upload("RE1", without("filename")...), "filename"),
	"no file":                  bad(upload("RE1", without("file")...), "file"),
	"unknown part":             bad(upload("RE1", append(imported("a.eml", "email", eml("a")), part{name: "colour", value: "red"})...), "colour"),
	"duplicate field":          bad(upload("RE1", append(imported("a.eml", "email", eml("a")), part{name: "kind", value: "letter"})...), "kind"),
	"duplicate field in front": bad(upload("RE1", append([]part{{name: "kind", value: "letter"}}, imported("a.eml", "email", eml("a"))...)...), "kind"),
	"two files":                bad(upload("RE1", append(imported("a.eml", "email", eml("a")), part{"file", "b.eml", eml("b")})...), "file"),
	"label too long":           bad(upload("RE1", append(imported("a.eml", "email", eml("a")), part{name: "label", value: strings.Repeat("x", 201)})...), "label"),
	"truncated form":           bad(truncated()),
	"form without boundary":    bad(upload("RE1", imported("a.eml", "email", eml("a"))...).with("Content-Type", "multipart/form-data"), "Content-Type"),
	"form that is JSON":        {post("/invoices/RE1/importExternalDocument", `{}`), http.StatusUnsupportedMediaType, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Type"}},
	"file over 25 MiB":         {upload("RE1", imported("a.eml", "email", strings.Repeat("x", 25<<20+1))...), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE", []string{"file"}},
	"file of 26 MiB":           {upload("RE1", imported("a.eml", "email", strings.Repeat("x", 26<<20))...), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE", []string{"Content-Length"}},
	"chunks without end":       {upload("RE1", imported("a.eml", "email", strings.Repeat("x", 40<<20))...).with("Transfer-Encoding", "chunked"), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE", []string{"file"}},
	"import for nobody":        {upload("RE9", imported("a.eml", "email", eml("a"))...), http.StatusNotFound, "ERR_NOT_FOUND", []string{"invoiceReference"}},
	"import for a rival":       {upload("RE1", imported("a.eml", "email", eml("a"))...).as(rival), http.StatusNotFound, "ERR_NOT_FOUND", []string{"invoiceReference"}},
}

func truncated() call {
	c := upload("RE1", imported("a.eml", "email", eml("a"))...)
	c.body = c.body[:len(c.body)-60]
	return c
}

func TestRefusals(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		for name, r := range refusals {
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

// A filename is stripped of its path, and names nothing on disk.
func TestFilenameWithPath(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		for _, name := range []string{"../../etc/passwd.eml", `C:\Windows\passwd.eml`, "/etc/passwd.eml"} {
			w.do(upload("RE1", part{"file", "x", eml("a")}, part{name: "filename", value: name}, part{name: "kind", value: "email"})).is(http.StatusOK)
			list := w.communications("RE1")
			id := list[len(list)-1].(object)["id"].(string)
			a := w.do(get("/v1/communication/" + id + "/file")).is(http.StatusOK)
			if a.header.Get("Content-Disposition") != "attachment; filename=passwd.eml" {
				w.Errorf("%s became %s", name, a.header.Get("Content-Disposition"))
			}
		}
		if disk := w.onDisk(); len(disk) != 1 || strings.Contains(disk[0], "passwd") {
			w.Errorf("on disk %v", disk)
		}
	})
}

// A caller that hangs up in the middle of a file leaves nothing.
func TestHangUp(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		before := w.everything()
		c := upload("RE1", imported("a.eml", "email", eml("a"))...)
		u, err := url.Parse(w.URL)
		w.no(err)
		conn, err := net.Dial("tcp", u.Host)
		w.no(err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "POST /api%s HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
			c.path, "YWNtZTpwQDU1dzByZA==", c.header["Content-Type"], len(c.body), c.body[:len(c.body)-100])
		w.no(err)
		w.no(conn.(*net.TCPConn).CloseWrite())
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		w.no(err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		w.no(err)
		answer{w, response.StatusCode, response.Header, body}.refused(http.StatusBadRequest, invalid)
		w.unchanged(before)
	})
}
