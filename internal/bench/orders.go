package main

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/dunwell/dunwell/internal/bench/load"
)

// recipient gets all the mails that are counted.
const recipient = "customer@example.com"

// reader is the customer with that address.
const reader = "READER"

// addressee is where the customer lives; a letter needs one.
const addressee = `"addresses":[{"kind":"billing","company":"Müller & Söhne GmbH","street":"Hauptstraße","housenumber":"1a","zipcode":"10115","city":"Berlin","country":"DE"}]`

// plain is an invoice whose letter has one page.
func plain() []byte {
	items := make([]string, 5)
	for i := range items {
		items[i] = fmt.Sprintf(`{"label":"Wartung der Anlage %d","quantity":"2.5","unit":"Std","unitprice":"%d.95","taxrate":"19","detail":{"description":"vor Ort"}}`, i+1, 90+i)
	}
	return []byte(`{"reference":"` + load.Mark + `","currency":"EUR","netbased":true,"paymentkind":"CT",` + addressee + `,"items":[` + strings.Join(items, ",") + `]}`)
}

// Numbers of invoices by what becomes of them: those that get our letter, and those whose document is imported.
// The workers' share is added where workers send mails meanwhile.
const (
	lettered     = 1 // where load.Turn begins as well
	imported     = 100_001
	workersShare = 200_000
)

// drafts makes the invoices that are to be committed, and imports documents for those that get one.
func (s *instance) drafts(ctx context.Context, e effort) error {
	customer := `{"reference":"` + reader + `","emails":[{"kind":"default","email":"` + recipient + `"}],` + addressee + `}`
	if err := s.call(ctx, http.StatusCreated, "/api/identities", customer); err != nil {
		return err
	}
	for _, share := range []uint64{0, workersShare} {
		for _, first := range []uint64{lettered, imported} {
			if _, err := s.load(ctx, e, http.StatusCreated, first+share, e.commits, func(int) (*http.Request, error) {
				return request(http.MethodPost, "/api/identities/"+reader+"/invoices", plain())
			}); err != nil {
				return err
			}
		}
		if _, err := s.load(ctx, e, http.StatusOK, imported+share, e.commits, letterForm); err != nil {
			return err
		}
	}
	return nil
}

// letterForm imports a PDF about as large as our own letter.
func letterForm(int) (*http.Request, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range [][2]string{{"filename", "invoice.pdf"}, {"kind", "invoice"}} {
		_ = w.WriteField(field[0], field[1]) // into memory
	}
	file, _ := w.CreateFormFile("file", "invoice.pdf")
	_, _ = file.Write(pdf(1, 40_000))
	_ = w.Close()
	r, err := request(http.MethodPost, "/api/invoices/"+load.Mark+"/importExternalDocument", b.Bytes())
	if err == nil {
		r.Header.Set("Content-Type", w.FormDataContentType())
	}
	return r, err
}

// order loads the server with all requests that order a mail. workers is how many it has.
func (s *instance) order(ctx context.Context, e effort, workers int) (all []ordered, err error) {
	share, resends := uint64(0), e.resends
	if workers > 0 {
		share, resends = workersShare, e.resends/2 // there are enough mails by now to keep the workers at work
	}
	commit := func(int) (*http.Request, error) { return order(load.Mark, "commitInvoice") }
	resend := func(int) (*http.Request, error) { return order(load.Turn, "resendInvoice") } // one invoice after the other
	loads := []struct {
		title   string
		first   uint64
		n       int
		request func(int) (*http.Request, error)
	}{
		{"commitInvoice", lettered + share, e.commits, commit},
		{"resendInvoice", 0, resends, resend},
		{"commitInvoice, document imported before", imported + share, e.commits, commit},
	}
	for _, l := range loads {
		o := ordered{Request: l.title, Workers: workers}
		before, err := s.processor()
		if err != nil {
			return nil, err
		}
		if o.Result, err = s.load(ctx, e, http.StatusOK, l.first, l.n, l.request); err != nil {
			return nil, fmt.Errorf("%s: %w", l.title, err)
		}
		after, err := s.processor()
		if err != nil {
			return nil, err
		}
		o.Processor = after - before
		all = append(all, o)
	}
	return all, nil
}

// order is a request under an idempotency key of its own.
func order(invoice, operation string) (*http.Request, error) {
	r, err := request(http.MethodPost, "/api/invoices/"+invoice+"/"+operation, []byte("{}"))
	if err == nil {
		r.Header.Set("Idempotency-Key", operation+load.Mark)
	}
	return r, err
}

// load sends n requests, the first of which has that number.
func (s *instance) load(ctx context.Context, e effort, status int, first uint64, n int, request func(int) (*http.Request, error)) (load.Result, error) {
	return load.Run{
		Address: s.address, Connections: connections, Requests: n, Status: status, First: first, Turns: uint64(e.commits), Request: request,
	}.Do(ctx)
}
