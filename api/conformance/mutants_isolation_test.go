package conformance

import (
	"bytes"
	"net/http"
	"strings"
)

var isolationMutants = []mutant{
	{name: "another merchant's things shown", breaks: "isolation.hidden",
		fault: answers("GET", anywhere, func(honest http.Handler, r *http.Request, a *reply) {
			if isRivals(r) && a.status == http.StatusNotFound {
				*a = *ask(honest, asking(r, acme))
			}
		})},
	{name: "403 for what is another merchant's", breaks: "isolation.hidden",
		fault: answers("GET", anywhere, func(honest http.Handler, r *http.Request, a *reply) {
			if isRivals(r) && a.status == http.StatusNotFound && ask(honest, asking(r, acme)).status == http.StatusOK {
				a.status = http.StatusForbidden
				a.body = bytes.Replace(bytes.Replace(a.body, []byte("404"), []byte("403"), 1), []byte("NOT_FOUND"), []byte("FORBIDDEN"), 1)
			}
		})},
	{name: "another text for what is another merchant's", breaks: "isolation.hidden",
		fault: answers("GET", anywhere, func(honest http.Handler, r *http.Request, a *reply) {
			if isRivals(r) && a.status == http.StatusNotFound && ask(honest, asking(r, acme)).status == http.StatusOK {
				envelope := a.object()
				envelope["message"] = "Not yours"
				a.set(envelope)
			}
		})},
	{name: "lists of all merchants", breaks: "isolation.lists",
		fault: requests("GET", "/*", func(r *http.Request) {
			if isRivals(r) {
				r.SetBasicAuth(acme.User, acme.Password)
			}
		})},
	{name: "changes by anybody", breaks: "isolation.untouched isolation.references",
		fault: answers("PUT", "/invoices/*", func(honest http.Handler, r *http.Request, a *reply) {
			if isRivals(r) {
				ask(honest, asking(r, acme))
			}
		})},
	{name: "one room of references for all", breaks: "isolation.references",
		fault: answers("PUT", "/identities/*", func(honest http.Handler, r *http.Request, a *reply) {
			path := strings.TrimPrefix(r.URL.Path, "/api")
			if isRivals(r) && ask(honest, asking(get(r, path), acme)).status == http.StatusOK {
				*a = *ask(honest, asking(r, acme))
			}
		})},
	{name: "documents taken from anybody", breaks: "isolation.untouched isolation.hidden",
		fault: answers("POST", "/invoices/*/importExternalDocument", func(honest http.Handler, r *http.Request, a *reply) {
			if isRivals(r) && a.status == http.StatusNotFound {
				*a = *ask(honest, asking(r, acme))
			}
		})},
}
