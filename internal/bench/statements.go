package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/internal/bench/seed"
)

// booked is the import of a bank statement.
type booked struct {
	Entries   int
	Assigned  int // that pay an invoice they name
	Size      int64
	Upload    time.Duration
	Took      time.Duration // from the answer to the upload until all is booked
	Processor time.Duration
	memory
}

// statement is a bank statement, camt.053.001.02.
type statement struct {
	entries int
	first   int // the number of the first entry, among those of all statements
	day     time.Time
}

// named is one of how many entries names an open invoice.
const named = 5

// statements imports a small and a large bank statement, each by a process of its own.
func (s *instance) statements(ctx context.Context, e effort) (all []booked, err error) {
	first := 0
	for _, entries := range []int{e.entries / 10, e.entries} {
		i, err := s.importStatement(ctx, statement{entries: entries, first: first, day: time.Now().UTC()})
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		first, all = first+entries, append(all, i)
		step(fmt.Sprintf("%s: booked in %s, at most %s resident", s.engine, seconds(i.Took), mebibytes(i.Peak)))
	}
	return all, nil
}

func (s *instance) importStatement(ctx context.Context, of statement) (i booked, err error) {
	if i.memory, err = s.fresh(ctx, "--workers", fmt.Sprint(mailWorkers)); err != nil {
		return i, err
	}
	step(fmt.Sprintf("%s: statement of %d entries", s.engine, of.entries))
	before, err := s.processor()
	if err != nil {
		return i, err
	}
	began := time.Now()
	var as struct {
		ID          string `json:"id"`
		State       string `json:"state"`
		Booked      int    `json:"booked"`
		Unallocated int    `json:"unallocated"`
		Errors      []any  `json:"errors"`
	}
	if i.Size, err = s.uploadStatement(ctx, of, &as); err != nil {
		return i, err
	}
	answered := time.Now()
	i.Upload = answered.Sub(began)
	if err := s.poll(ctx, "/api/transactions/imports/"+as.ID, &as, func() bool { return as.State != "queued" && as.State != "running" }); err != nil {
		return i, err
	}
	i.Took, i.Entries, i.Assigned = time.Since(answered), as.Booked, as.Booked-as.Unallocated
	if as.State != "done" || as.Booked != of.entries || i.Assigned != of.entries/named {
		return i, fmt.Errorf("a statement of %d entries has become %+v", of.entries, as)
	}
	after, err := s.processor()
	if err != nil {
		return i, err
	}
	i.Processor = after - before
	return i, s.full(&i.memory)
}

// uploadStatement sends a statement while it is written.
func (s *instance) uploadStatement(ctx context.Context, of statement, into any) (size int64, err error) {
	body, out := io.Pipe()
	form := multipart.NewWriter(out)
	go func() {
		size, err = of.form(form)
		_ = out.CloseWithError(err)
	}()
	r, err2 := http.NewRequest(http.MethodPost, "/api/transactions/imports", body)
	if err2 != nil {
		return 0, err2
	}
	r.Header.Set("Authorization", benchload.Authorization)
	r.Header.Set("Content-Type", form.FormDataContentType())
	if err := s.send200(ctx, r, into); err != nil {
		return 0, err
	}
	return size, nil // all of the body was read
}

// form writes the statement as a form, and tells how many bytes it has.
func (of statement) form(w *multipart.Writer) (size int64, err error) {
	if err := w.WriteField("filename", "statement.xml"); err != nil {
		return 0, err
	}
	file, err := w.CreateFormFile("file", "statement.xml")
	if err != nil {
		return 0, err
	}
	lines := bufio.NewWriterSize(file, 1<<16)
	count := &counter{w: lines}
	of.write(count)
	if err := lines.Flush(); err != nil {
		return 0, err
	}
	return count.n, w.Close()
}

// counter counts what is written. An error of w is for whoever flushes it.
type counter struct {
	w *bufio.Writer
	n int64
}

func (c *counter) printf(format string, args ...any) {
	n, _ := fmt.Fprintf(c.w, format, args...)
	c.n += int64(n)
}

// write writes the statement. Every fifth entry pays an invoice that its text names; of the others nobody is known.
func (of statement) write(w *counter) {
	w.printf(`<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
		`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-02T21:30:00</CreDtTm></GrpHdr>`+
		`<Stmt><Id>S%d</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>`+"\n", of.first)
	for n := of.first; n < of.first+of.entries; n++ {
		of.entry(w, n)
	}
	w.printf("</Stmt></BkToCstmrStmt></Document>\n")
}

func (of statement) entry(w *counter, n int) {
	amount, text := fmt.Sprintf("%d.%02d", 1+n%900, n%100), "Miete und Nebenkosten"
	if n%named == 0 {
		invoice := payable(n / named)
		amount, text = seed.Total(invoice).StringFixed(2), "Vielen Dank, Rechnung "+seed.Number(invoice)
	}
	day := of.day.Format(time.DateOnly)
	w.printf(`<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>%s</Dt></BookgDt><ValDt><Dt>%[2]s</Dt></ValDt><AcctSvcrRef>B%09d</AcctSvcrRef>`+
		`<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>`+
		`<RltdPties><Dbtr><Nm>Kundin %[3]d</Nm></Dbtr><DbtrAcct><Id><IBAN>%s</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>%s</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`+"\n",
		amount, day, n, iban(n), text)
}

// payable is the nth invoice that no run has dunned, so that exactly its total is owed.
func payable(n int) int {
	const left = seed.Share - 2
	return n/left*seed.Share + 2 + n%left
}

// iban is a valid one, of a German bank.
func iban(n int) string {
	account := fmt.Sprintf("37040044%010d", n)
	rest := 0
	for _, digit := range account + "131400" {
		rest = (rest*10 + int(digit-'0')) % 97
	}
	return fmt.Sprintf("DE%02d%s", 98-rest, account)
}
