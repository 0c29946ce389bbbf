package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
)

const fileOf = "/v1/communication/*/file"

var documentMutants = []mutant{
	{name: "a byte of a download changed", breaks: "documents.download documents.link",
		fault: answers("GET", fileOf, func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusOK {
				a.body[len(a.body)/2]++
			}
		})},
	{name: "line ends of a download changed", breaks: "documents.download",
		fault: answers("GET", fileOf, func(_ http.Handler, _ *http.Request, a *reply) {
			if a.header.Get("Content-Type") == "message/rfc822" {
				a.body = a.body[:len(a.body)-1]
			}
		})},
	{name: "one media type for all files", breaks: "documents.download",
		fault: answers("GET", fileOf, func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusOK {
				a.header.Set("Content-Type", "application/pdf")
			}
		})},
	{name: "file names of ASCII", breaks: "documents.names",
		fault: answers("GET", fileOf, func(_ http.Handler, _ *http.Request, a *reply) {
			a.header.Set("Content-Disposition", `attachment; filename="document.eml"`)
		})},
	{name: "signatures not checked", breaks: "documents.link-altered",
		fault: answers("GET", fileOf, func(honest http.Handler, r *http.Request, a *reply) {
			if a.status == http.StatusForbidden {
				*a = *ask(honest, asking(get(r, r.URL.Path[len("/api"):]), acme))
			}
		})},
	{name: "the end of links not signed", breaks: "documents.link-altered",
		fault: answers("GET", fileOf, func(honest http.Handler, r *http.Request, a *reply) {
			if a.status == http.StatusForbidden && r.URL.Query().Get("expires") == "9999999999" {
				*a = *ask(honest, asking(get(r, r.URL.Path[len("/api"):]), acme))
			}
		})},
	{name: "links that ask for credentials", breaks: "documents.link",
		fault: requests("GET", fileOf, func(r *http.Request) { r.URL.RawQuery = "" })},
	{name: "links that work once", breaks: "documents.link", fault: onceOnly},
	{name: "files for everybody", breaks: "documents.closed",
		fault: requests("GET", fileOf, func(r *http.Request) { r.SetBasicAuth(acme.User, acme.Password) })},
	{name: "documents that do not agree taken", breaks: "documents.agree",
		fault: answers("POST", "/invoices/*/importExternalDocument", func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusBadRequest {
				a.status, a.body = http.StatusOK, []byte(`{"communicationReference": "_1", "fileReference": "_2", "voucherReference": "R"}`)
			}
		})},
	{name: "files of any size taken", breaks: "documents.size",
		fault: answers("POST", "/invoices/*/importExternalDocument", func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusRequestEntityTooLarge {
				a.status, a.body = http.StatusOK, []byte(`{"communicationReference": "_1", "fileReference": "_2", "voucherReference": "R"}`)
			}
		})},
	{name: "the same bytes stored again", breaks: "documents.same-bytes", fault: storesAgain()},
	{name: "labels lost", breaks: "documents.listed", fault: communications(func(c object) { c["label"] = "Document" })},
	{name: "the newest document first", breaks: "documents.listed",
		fault: objects("GET", "/invoices/*/documents", func(voucher object) { slices.Reverse(voucher["communications"].([]any)) })},
	{name: "generated references like anybody's files", breaks: "documents.references",
		fault: objects("POST", "/invoices/*/importExternalDocument", func(made object) { made["fileReference"] = "F1" })},
	{name: "no documents of nothing", breaks: "documents.missing",
		fault: answers("GET", "/invoices/*/documents", func(_ http.Handler, _ *http.Request, a *reply) {
			if a.status == http.StatusNotFound {
				a.status, a.body = http.StatusOK, []byte("[]")
			}
		})},
}

// communications changes the documents that are listed.
func communications(change func(communication object)) fault {
	return objects("GET", "/invoices/*/documents", func(voucher object) {
		for _, c := range voucher["communications"].([]any) {
			change(c.(object))
		}
	})
}

// storesAgain gives every import a file of its own.
func storesAgain() fault {
	var count atomic.Int64
	return objects("POST", "/invoices/*/importExternalDocument", func(made object) { made["fileReference"] = fmt.Sprintf("_%d", count.Add(1)) })
}

// onceOnly forgets a link when it was followed.
func onceOnly(honest http.Handler) http.Handler {
	followed := make(chan map[string]bool, 1)
	followed <- map[string]bool{}
	return requests("GET", fileOf, func(r *http.Request) {
		links := <-followed
		if _, _, known := r.BasicAuth(); !known && links[r.URL.String()] {
			r.URL.RawQuery = "signature=used&expires=1"
		}
		links[r.URL.String()] = true
		followed <- links
	})(honest)
}
