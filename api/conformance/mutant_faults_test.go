package conformance

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"

	"github.com/dunwell/dunwell/api"
)

// fault breaks one promise of an honest server.
type fault func(honest http.Handler) http.Handler

// reply is an answer that is still to be sent.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask lets a server answer a request, whose body may be asked with again.
func ask(server http.Handler, r *http.Request) *reply {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, withBody(r, body))
	return &reply{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

// withBody is a request like r with another body.
func withBody(r *http.Request, body []byte) *http.Request {
	other := r.Clone(r.Context())
	other.Body, other.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return other
}

// get is another question than r, by the same caller.
func get(r *http.Request, target string) *http.Request {
	other := httptest.NewRequestWithContext(r.Context(), http.MethodGet, api.BasePath+target, nil)
	other.Header.Set("Authorization", r.Header.Get("Authorization"))
	return other
}

// asking lets somebody else ask.
func asking(r *http.Request, c Credentials) *http.Request {
	other := r.Clone(r.Context())
	other.SetBasicAuth(c.User, c.Password)
	return other
}

func isRivals(r *http.Request) bool { user, _, _ := r.BasicAuth(); return user == rival.User }

func (a *reply) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", fmt.Sprint(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // whoever does not listen any more misses nothing
}

// value is the JSON of the body.
func (a *reply) value() any {
	v, _ := decode(a.body)
	return v
}

func (a *reply) object() object { o, _ := a.value().(object); return o }

func (a *reply) set(v any) { a.body = encode(v) }

// about says whether a request is one: of this method, "*" for any, and of a path such as /invoices/*.
func about(r *http.Request, method, pattern string) bool {
	matched, err := path.Match(api.BasePath+pattern, r.URL.Path)
	if err != nil {
		panic(err)
	}
	return matched && (method == "*" || r.Method == method)
}

// anywhere is any path, in place of a pattern.
const anywhere = ""

func concerns(r *http.Request, method, pattern string) bool {
	if pattern == anywhere {
		return method == "*" || r.Method == method
	}
	return about(r, method, pattern)
}

// requests changes requests on their way to the honest server.
func requests(method, pattern string, change func(*http.Request)) fault {
	return func(honest http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if concerns(r, method, pattern) {
				change(r)
			}
			honest.ServeHTTP(w, r)
		})
	}
}

// answers changes answers, and may ask the honest server more.
func answers(method, pattern string, change func(honest http.Handler, r *http.Request, a *reply)) fault {
	return func(honest http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !concerns(r, method, pattern) {
				honest.ServeHTTP(w, r)
				return
			}
			a := ask(honest, r)
			change(honest, r, a)
			a.send(w)
		})
	}
}

// bodies changes the JSON objects that are sent.
func bodies(method, pattern string, change func(body object)) fault {
	return requests(method, pattern, func(r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		value, _ := decode(text)
		if body, isObject := value.(object); isObject {
			change(body)
			text = encode(body)
		}
		*r = *withBody(r, text)
	})
}

// objects changes the JSON objects that are answered when all went well: a single one, or every row of a list.
func objects(method, pattern string, change func(object)) fault {
	return answers(method, pattern, func(_ http.Handler, _ *http.Request, a *reply) {
		if a.status >= 300 {
			return
		}
		value := a.value()
		rows, _ := value.([]any)
		if page, isObject := value.(object); isObject {
			if list, isPage := page["rows"].([]any); isPage {
				rows = list
			} else {
				change(page)
			}
		}
		for _, row := range rows {
			change(row.(object))
		}
		a.set(value)
	})
}

// queries changes the query of requests.
func queries(pattern string, change func(query []string) []string) fault {
	return requests(http.MethodGet, pattern, func(r *http.Request) {
		r.URL.RawQuery = strings.Join(change(strings.Split(r.URL.RawQuery, "&")), "&")
	})
}

// replyWith is an answer of the fault's own.
func replyWith(status int, v object) *reply {
	return &reply{status, http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"mutant"}}, encode(v)}
}

func refusal(status int, kind string, fields ...string) *reply {
	name := "ClientError"
	if status >= 500 {
		name = "ServerError"
	}
	return replyWith(status, object{"code": status, "name": name, "type": kind, "message": "Refused",
		"details": []any{object{"error": "It is refused.", "fields": append([]string{}, fields...), "hint": "Ask for something else."}}})
}
