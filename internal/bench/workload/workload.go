// Package workload names what the servers that are compared have to do.
package workload

import (
	"bytes"
	"net/http"
	"strings"
	"sync"

	"github.com/dunwell/dunwell/api/serve/benchload"
)

// Workload is a kind of request.
type Workload struct {
	Name    string
	Title   string // for people
	Request func() *http.Request
}

// FileSize is how many bytes the file of an upload has.
const FileSize = 10 << 20

// IdempotencyKey is the one of the small POST.
const IdempotencyKey = "2f1c8a4e-5d7b-4c39-9c55-0b8f6a3f7d21"

// ResendPath is where the small POST goes.
const ResendPath = "/api/invoices/RE12345/resendInvoice"

// The workloads.
var (
	PutInvoice    = Workload{"PutInvoice", "PUT invoice, 20 items", put()}
	ListInvoices  = Workload{"ListInvoices", "GET list, 20 rows", benchload.List}
	ResendInvoice = Workload{"ResendInvoice", "POST with Idempotency-Key", resend}
	Upload        = Workload{"Upload", "POST file, 10 MiB", upload()}
)

// All are all workloads.
var All = []Workload{PutInvoice, ListInvoices, ResendInvoice, Upload}

func put() func() *http.Request {
	body := benchload.Invoice()
	return func() *http.Request { return benchload.Put(bytes.NewReader(body)) }
}

func resend() *http.Request {
	r, err := http.NewRequest(http.MethodPost, ResendPath, strings.NewReader("{}"))
	if err != nil {
		panic(err) // nothing of it varies
	}
	r.Header.Set("Authorization", benchload.Authorization)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", IdempotencyKey)
	return r
}

// upload makes its 10 MiB when they are first asked for: a process that never uploads does not hold them.
func upload() func() *http.Request {
	type form struct {
		body        []byte
		contentType string
	}
	made := sync.OnceValue(func() form { body, contentType := benchload.Form(FileSize); return form{body, contentType} })
	return func() *http.Request {
		f := made()
		return benchload.Upload(bytes.NewReader(f.body), f.contentType)
	}
}
