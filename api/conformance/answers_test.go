package conformance

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Each fault of an answer breaks the law that is about it, and no other.
func TestAnswers(t *testing.T) {
	const refusal = `{"code":404,"name":"ClientError","type":"ERR_NOT_FOUND","message":"Not found","details":[{"error":"No.","fields":["invoiceReference"],"hint":"Look."}]}`
	change := func(from, to string) string { return strings.Replace(refusal, from, to, 1) }
	s := offline(t)
	for name, c := range map[string]struct {
		status int
		body   string
		change func(http.Header)
		want   []string
	}{
		"a refusal":          {404, refusal, nil, nil},
		"no request id":      {404, refusal, func(h http.Header) { h.Del("X-Request-Id") }, []string{"answers.request-id"}},
		"no envelope":        {404, `[]`, nil, []string{"answers.documented", "answers.envelope"}},
		"HTML":               {404, `<p>`, func(h http.Header) { h.Set("Content-Type", "text/html") }, []string{"answers.documented", "answers.envelope"}},
		"another code":       {404, change("404", "400"), nil, []string{"answers.envelope"}},
		"another name":       {404, change("ClientError", "ServerError"), nil, []string{"answers.envelope"}},
		"another type":       {404, change("ERR_NOT_FOUND", "ERR_NOBODY_KNOWS"), nil, []string{"answers.documented"}},
		"no type":            {404, change(`"type":"ERR_NOT_FOUND",`, ""), nil, []string{"answers.documented", "answers.envelope"}},
		"no message":         {404, change("Not found", ""), nil, []string{"answers.envelope"}},
		"no details":         {404, `{"code":404,"name":"ClientError","type":"ERR_NOT_FOUND","message":"Not found"}`, nil, []string{"answers.envelope"}},
		"no fields":          {404, change(`"fields":["invoiceReference"],`, ""), nil, []string{"answers.documented", "answers.envelope"}},
		"no error":           {404, change(`No.`, ""), nil, []string{"answers.envelope"}},
		"undocumented":       {418, change("404", "418"), nil, []string{"answers.documented"}},
		"401 that says how":  {401, change("404", "401"), func(h http.Header) { h.Set("WWW-Authenticate", `Basic realm="x"`) }, nil},
		"401 that does not":  {401, change("404", "401"), nil, []string{"answers.challenge"}},
		"405 without Allow":  {405, change("404", "405"), nil, []string{"answers.allow", "answers.documented"}},
		"500":                {500, `{"code":500,"name":"ServerError","type":"ERR_INTERNAL","message":"Oh"}`, nil, []string{"answers.fault"}},
		"500 of the client":  {500, `{"code":500,"name":"ClientError","type":"ERR_INTERNAL","message":"Oh"}`, nil, []string{"answers.envelope", "answers.fault"}},
		"501, documented":    {501, `{"code":501,"name":"ServerError","type":"ERR_NOT_IMPLEMENTED","message":"No"}`, nil, nil},
		"503":                {503, `{"code":503,"name":"ServerError","type":"ERR_UNAVAILABLE","message":"No"}`, nil, []string{"answers.fault"}},
		"success, no schema": {200, `{}`, nil, []string{"answers.documented"}},
	} {
		t.Run(name, func(t *testing.T) {
			s.answering = &answering{found: map[resultKey]*Result{}}
			x := &exchange{request: request{operation: "getInvoice", method: "GET", url: s.config.URL + "/invoices/RE1"}, status: c.status, body: []byte(c.body),
				header: http.Header{"X-Request-Id": {"1"}, "Content-Type": {"application/json"}}}
			if c.change != nil {
				c.change(x.header)
			}
			trial := newTrial(t.Context(), s, &Law{Name: "test"}, nil)
			s.examine(trial, x)
			broken := []string{}
			for _, r := range s.answering.results() {
				if r.Outcome == Failed {
					broken = append(broken, r.Law)
				}
			}
			if slices.Sort(broken); !slices.Equal(broken, c.want) {
				t.Errorf("breaks %v, want %v", broken, c.want)
			}
		})
	}
}

// Of failures that are alike the one that is easiest to show is kept.
func TestAlikeFailuresAreOne(t *testing.T) {
	var r Result
	for _, curl := range []string{"ccc", "aaaaa", "bb", "dddd"} {
		r.add(Failure{Expected: "more", Curl: curl})
	}
	if len(r.Failures) != 1 || r.Failures[0].Curl != "bb" || r.Omitted != 3 {
		t.Errorf("%+v", r)
	}
}
