package conformance

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// answerMutants break what holds for every answer, at every door and of every shape.
var answerMutants = []mutant{
	{name: "no request id", breaks: "answers.request-id", runs: "doors.path",
		fault: answers("*", anywhere, func(_ http.Handler, _ *http.Request, a *reply) { a.header.Del("X-Request-Id") })},
	{name: "an envelope without a name", breaks: "answers.envelope", runs: "doors.path", also: "answers.documented: the name is required by the schema, too",
		fault: refusals(func(e object) { delete(e, "name") })},
	{name: "an envelope with another code than the status", breaks: "answers.envelope", runs: "invoice.update-missing",
		fault: refusals(func(e object) { e["code"] = 499 })},
	{name: "refusals without hints", breaks: "shapes.unknown",
		fault: refusals(func(e object) {
			details, _ := e["details"].([]any)
			for _, d := range details {
				delete(d.(object), "hint")
			}
		})},
	{name: "refusals that name no field", breaks: "shapes.types pages.bounds commit.locks",
		fault: refusals(func(e object) {
			details, _ := e["details"].([]any)
			for _, d := range details {
				d.(object)["fields"] = []any{}
			}
		})},
	{name: "405 as 404", breaks: "doors.method",
		fault: answers("*", anywhere, func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusMethodNotAllowed {
				a.status, a.body = http.StatusNotFound, bytes.ReplaceAll(bytes.ReplaceAll(a.body, []byte("405"), []byte("404")), []byte("METHOD_NOT_ALLOWED"), []byte("NOT_FOUND"))
			}
		})},
	{name: "405 without Allow", breaks: "answers.allow doors.method",
		fault: answers("*", anywhere, func(_ http.Handler, _ *http.Request, a *reply) { a.header.Del("Allow") })},
	{name: "401 without WWW-Authenticate", breaks: "answers.challenge", runs: "doors.credentials",
		fault: answers("*", anywhere, func(_ http.Handler, _ *http.Request, a *reply) { a.header.Del("Www-Authenticate") })},
	{name: "404 as 500", breaks: "answers.fault invoice.update-missing sublist.missing",
		fault: answers("*", anywhere, func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusNotFound {
				a.status = http.StatusInternalServerError
				a.body = bytes.Replace(bytes.Replace(a.body, []byte("404"), []byte("500"), 1), []byte("ClientError"), []byte("ServerError"), 1)
			}
		})},
	{name: "a status that is not documented", breaks: "answers.documented commit.fixes",
		fault: answers("POST", "/invoices/*/commitInvoice", func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusOK {
				a.status = http.StatusAccepted
			}
		})},
	{name: "a media type that is not documented", breaks: "answers.documented invoice.created",
		fault: answers("GET", "/invoices/*", func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusOK {
				a.header.Set("Content-Type", "text/json")
			}
		})},
	{name: "bodies read before credentials are looked at", breaks: "doors.credentials-first",
		fault: requests("POST", "/identities", func(r *http.Request) { // of one operation: each takes seconds to be sure
			text, _ := io.ReadAll(r.Body)
			*r = *withBody(r, text)
		})},
	{name: "any media type taken for JSON", breaks: "doors.media-type",
		fault: requests("*", anywhere, func(r *http.Request) {
			if r.Method != http.MethodGet && !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
				r.Header.Set("Content-Type", "application/json")
			}
		})},
	{name: "unknown fields ignored", breaks: "shapes.unknown",
		fault: bodies("POST", "/identities", func(body object) {
			keep(body, "reference", "number", "debtor", "kind", "currency", "name", "addresses", "emails", "phones", "detail", "meta")
		})},
	{name: "names of fields read in any case", breaks: "shapes.unknown",
		fault: bodies("PUT", "/identities/*", func(body object) {
			for name, value := range body {
				if lower := strings.ToLower(name); lower != name {
					delete(body, name)
					body[lower] = value
				}
			}
		})},
	{name: "texts cut where they are too long", breaks: "shapes.bounds",
		fault: bodies("POST", "/identities", func(body object) {
			if number, isText := body["number"].(string); isText && len(number) > 50 {
				body["number"] = number[:50]
			}
		})},
	{name: "bytes behind the body ignored", breaks: "shapes.json",
		fault: requests("*", anywhere, func(r *http.Request) {
			if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
				text, _ := io.ReadAll(r.Body)
				if end := bytes.LastIndexByte(text, '}'); end >= 0 {
					text = text[:end+1]
				}
				*r = *withBody(r, text)
			}
		})},
}

// refusals changes all error envelopes.
func refusals(change func(envelope object)) fault {
	return answers("*", anywhere, func(_ http.Handler, _ *http.Request, a *reply) {
		if envelope := a.object(); a.status >= 400 && envelope != nil {
			change(envelope)
			a.set(envelope)
		}
	})
}

// keep takes all other members away.
func keep(body object, names ...string) {
	for name := range body {
		if !containsText(names, name) {
			delete(body, name)
		}
	}
}

func containsText(list []string, text string) bool {
	return strings.Contains(" "+strings.Join(list, " ")+" ", " "+text+" ")
}
