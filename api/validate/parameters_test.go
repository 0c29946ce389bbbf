package validate

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// request makes a request with a raw query string and header lines such as "X-Count: 1".
func request(method, path, query string, headers []string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.URL.RawQuery = query
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return r
}

func noPath(string) string { return "" }

func TestQueryParameters(t *testing.T) {
	list := operation(t, newContract(t), "listThings")
	var g golden
	for _, query := range []string{
		"after=x",
		"after=x&page=2&ratio=0.5&exact=true&sort=-created,name&tags=a&tags=b",
		"",
		"after=",
		"page=1",
		"after=x&page=0",
		"after=x&page=",
		"after=x&page=one",
		"after=x&page=1.0",
		"after=x&page=99999999999999999999",
		"after=x&page=1&page=2",
		"after=x&page=2&page=2",
		"after=x&ratio=NaN",
		"after=x&ratio=0x1p-2",
		"after=x&ratio=1e400",
		"after=x&ratio=1.5",
		"after=x&exact=maybe",
		"after=x&sort=size",
		"after=x&tags=a&tags=b&tags=c",
		"after=x&tags=long",
		"after=x&pgae=1",
		"after=x&Page=1",
		"after=x&nothing=like&it=1",
		"after=x&%ff%00%22=1",
		"after=%ff",
		"after=a%00b",
		"after=%zz",
		"after=x;page=1",
		"after=x&query[due]=2024-01-01",
		"after=x&query[due][$lt]=2024-01-01&query[due][$gte]=2023-01-01&query[state][$in]=none,paid&query[level]=5",
		"after=x&query%5Bdue%5D%5B%24lt%5D=2024-01-01",
		"after=x&query[due][$lt]=2024-02-30",
		"after=x&query[due]=tomorrow",
		"after=x&query[due][$like]=2024-01-01",
		"after=x&query[due][$lt][x]=2024-01-01",
		"after=x&query[foo]=1",
		"after=x&query[Due]=2024-01-01",
		"after=x&query[level]=6",
		"after=x&query[level]=x",
		"after=x&query[level]=1.0",
		"after=x&query[level][$in]=1,9",
		"after=x&query[state]=none,paid",
		"after=x&query[state][$in]=",
		"after=x&query[due]=2024-01-01&query[due]=2024-01-02",
		"after=x&query[due]=2024-01-01&query[due][$lt]=2024-01-02",
		"after=x&query[due][$lt]=2024-01-02&query[due]=2024-01-01",
		"after=x&query=1",
		"after=x&query[]=1",
		"after=x&query[due=1",
		"after=x&query[due]x[$lt]=2024-01-01",
		"after=x&query[due]]=1",
		"after=x&query[[due]]=1",
		"after=x&query[due][$lt]=%ff",
		"after=x&query[d%00ue]=1",
		"after=x&query" + strings.Repeat("[a]", 9) + "=1",
		"after=x&queryx[due]=1",
		"page=0&page=1&foo=1&query[foo]=1&exact=2",
	} {
		g.add(query, query, list.Parameters(request("GET", "/things", query, nil), noPath))
	}
	g.compare(t, "query.golden")
}

func TestManyUnknownParameters(t *testing.T) {
	query := url.Values{}
	for _, r := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		query.Set(string(r), "1")
	}
	err := operation(t, newContract(t), "listThings").Parameters(request("GET", "/things", query.Encode(), nil), noPath)
	if v := violationsOf(err); len(v) != MaxViolations {
		t.Errorf("got %d violations, want %d", len(v), MaxViolations)
	}
}

func TestPathAndHeaderParameters(t *testing.T) {
	put := operation(t, newContract(t), "putThing")
	var g golden
	for _, tt := range []struct {
		name, thing string
		headers     []string
	}{
		{"all", "T-1", []string{"Idempotency-Key: abc", "X-Count: 3", "Cookie: session=abc"}},
		{"none", "T-1", nil},
		{"path missing", "", nil},
		{"path in the wrong form", "a/b", nil},
		{"path not UTF-8", "a\xff", nil},
		{"header in the wrong form", "x", []string{"Idempotency-Key: much too long"}},
		{"header empty", "x", []string{"Idempotency-Key: "}},
		{"header repeated", "x", []string{"Idempotency-Key: a", "Idempotency-Key: b"}},
		{"header of wrong type", "x", []string{"X-Count: three"}},
		{"header too small", "x", []string{"X-Count: 0"}},
		{"header not documented", "x", []string{"X-Other: 1"}},
		{"cookie too long", "x", []string{"Cookie: session=abcdef"}},
	} {
		path := func(name string) string {
			if name != "thing" {
				t.Errorf("asked for %s", name)
			}
			return tt.thing
		}
		g.add(tt.name, tt.thing+" "+strings.Join(tt.headers, ", "), put.Parameters(request("PUT", "/things/x", "", tt.headers), path))
	}
	g.compare(t, "parameters.golden")
}

func TestParametersChangeNothing(t *testing.T) {
	r := request("GET", "/things", "after=x", nil)
	if err := operation(t, newContract(t), "listThings").Parameters(r, noPath); err != nil {
		t.Fatal(err)
	}
	if r.URL.RawQuery != "after=x" {
		t.Errorf("the query string became %q", r.URL.RawQuery)
	}
}

// FuzzQuery looks for panics, and for names that are neither documented nor refused.
func FuzzQuery(f *testing.F) {
	list := operation(f, newContract(f), "listThings")
	for _, seed := range []string{"after=x", "query[due][$lt]=2024-01-01&query[due]=1", "query[a]]=1&tags=1", "a=%ff&b", "after=x&query[level]=1e3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := request("GET", "/things", query, nil)
		err := list.Parameters(r, noPath)
		values, bad := url.ParseQuery(query)
		if err != nil {
			return
		}
		if bad != nil {
			t.Fatalf("accepted %q, which cannot be decoded", query)
		}
		for name := range values {
			if list.params.query[name] == nil && !strings.HasPrefix(name, "query[") {
				t.Fatalf("accepted %q with %q", query, name)
			}
		}
	})
}
