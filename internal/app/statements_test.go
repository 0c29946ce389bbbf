package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// ntry is an entry of a statement.
type ntry struct {
	amount         string // negative: it went out
	ref, e2e, text string
	iban           string
	returned       string // the reason
}

func (n ntry) xml() string {
	amount, out := strings.CutPrefix(n.amount, "-")
	direction, reason := "CRDT", ""
	if out {
		direction = "DBIT"
	}
	if n.returned != "" {
		reason = "<RtrInf><Rsn><Cd>" + n.returned + "</Cd></Rsn></RtrInf>"
	}
	return fmt.Sprintf(`<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>%s</AcctSvcrRef><NtryDtls><TxDtls>`+
		`<Refs><EndToEndId>%s</EndToEndId></Refs><RltdPties><Dbtr><Nm>Kunde</Nm></Dbtr><DbtrAcct><Id><IBAN>%s</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>%s</Ustrd></RmtInf>%s</TxDtls></NtryDtls></Ntry>`+"\n",
		amount, direction, n.ref, n.e2e, n.iban, n.text, reason)
}

// statement is a file of entries, on a line each from the second on.
func statement(entries ...ntry) string {
	var body strings.Builder
	for _, e := range entries {
		body.WriteString(e.xml())
	}
	return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>S1</Id><Acct><Id><IBAN>DE68210501700012345678</IBAN></Id></Acct>` + "\n" +
		body.String() + `</Stmt></BkToCstmrStmt></Document>`
}

// upload keeps a file for an import.
func (b *bench) upload(file string) *ar.StatementImport {
	b.Helper()
	return b.uploadOf(by, file)
}

func (b *bench) uploadOf(by Caller, file string) *ar.StatementImport {
	b.Helper()
	i, err := b.ImportStatement(b.Context(), by, StatementFile{File: strings.NewReader(file), Name: func() (string, error) { return "a.xml", nil }}, nil)
	b.no(err)
	return i
}

// work works at an import once, as the queue does.
func (b *bench) work(id string) *ar.StatementImport {
	b.Helper()
	return b.workOf(by, id)
}

func (b *bench) workOf(by Caller, id string) *ar.StatementImport {
	b.Helper()
	_, err := b.readStatement(b.Context(), jobs.Nudge{Kind: nudgeStatement, Merchant: by.Merchant, ID: id})
	b.no(err)
	i, err := b.StatementImport(b.Context(), by, id)
	b.no(err)
	return i
}

// imports imports a file, and tells how it ended.
func (b *bench) imports(file string) string {
	b.Helper()
	return b.importsOf(by, file)
}

func (b *bench) importsOf(by Caller, file string) string {
	b.Helper()
	return outcome(b.workOf(by, b.uploadOf(by, file).ID))
}

func outcome(i *ar.StatementImport) string {
	text := fmt.Sprintf("%s: %d statements, %d entries, %d booked, %d unallocated, %d duplicates, %d skipped", i.State, i.Statements, i.Entries, i.Booked, i.Unallocated, i.Duplicates, i.Skipped)
	for _, e := range i.Errors {
		text += fmt.Sprintf("; line %d: %s (%s)", e.Line, e.Error, e.Hint)
	}
	return text
}

// moved are all transactions of a merchant, as text.
func (b *bench) moved(by Caller) (all []string) {
	b.Helper()
	list, err := b.Transactions(b.Context(), by, ar.Page{Size: 1000, Number: 1, Sort: []ar.Order{{Field: ar.FieldAmount}, {Field: ar.FieldReference}}})
	b.no(err)
	for _, t := range list.Rows {
		all = append(all, fmt.Sprintf("%s %s %s %q %q %s", t.Amount, t.Currency, t.Reference, t.Label, t.Peer, t.IBAN))
	}
	slices.Sort(all)
	return all
}

// What banks send is booked: what came in, what went back, and nothing else; and nothing twice, however it comes.
func TestImportStatement(t *testing.T) {
	file := func(name string) string {
		raw, err := os.ReadFile(filepath.Join("../camt/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	each(t, func(b *bench) {
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Issuer: ar.Issuer{IBAN: "DE68210501700012345678"}}))
		b.open() // RE-2026-0001 of 100
		b.bill("K1", "RE2", "59.50")
		b.bill("K1", "RE3", "84.36")
		for _, c := range []struct{ file, want string }{
			{file("camt.053.001.02.xml"), "done: 1 statements, 9 entries, 6 booked, 5 unallocated, 0 duplicates, 3 skipped"},
			{file("camt.053.001.02.xml"), "done: 1 statements, 9 entries, 0 booked, 0 unallocated, 6 duplicates, 3 skipped"},
			{file("camt.054.001.02.xml"), "done: 1 statements, 1 entries, 0 booked, 0 unallocated, 1 duplicates, 0 skipped"},
			{file("camt.054.001.08.xml"), "done: 1 statements, 4 entries, 3 booked, 3 unallocated, 0 duplicates, 1 skipped"},
			{file("camt.053.001.08.xml"), "done: 2 statements, 8 entries, 4 booked, 4 unallocated, 1 duplicates, 3 skipped" +
				"; line 71: An entry of 57.00 EUR is the sum of several movements, which the file does not name. (Import the notification (camt.054) that names them.)" +
				"; line 104: The movements of an entry do not come to its sum of 50.00 EUR. (Those that are named were booked. Ask the bank for the others.)"},
			{file("camt.054.001.04.xml"), "done: 1 statements, 2 entries, 2 booked, 2 unallocated, 0 duplicates, 0 skipped" +
				"; line 0: The account CH9300762011623852957 is not that of the settings. (It is booked all the same; see that the statement is this merchant's.)"},
		} {
			if got := b.imports(c.file); got != c.want {
				b.Errorf("%s\nwant\n%s", got, c.want)
			}
		}
		if got := b.booked("RE2"); got != "payment principal -59.5 by 2" {
			b.Error(got)
		}
		const golden = "testdata/statements.golden"
		got := strings.Join(b.moved(by), "\n") + "\n"
		if *updateGolden {
			b.no(os.WriteFile(golden, []byte(got), 0o600))
		}
		want, err := os.ReadFile(golden)
		if b.no(err); got != string(want) {
			b.Errorf("%s differs; got\n%s", golden, got)
		}
		b.verified()
	})
}

// A return finds its payment also when the file lists the newest first, and what the bank takes for it is not booked.
func TestImportOfReturns(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		got := b.imports(statement(ntry{amount: "-100", ref: "B3", e2e: "E1", returned: "AM04"}, ntry{amount: "-7", ref: "B2", e2e: "E2"}, ntry{amount: "100", ref: "B1", e2e: "E1", text: "RE-2026-0001"}))
		if got != "done: 1 statements, 3 entries, 2 booked, 0 unallocated, 0 duplicates, 1 skipped" {
			b.Error(got)
		}
		if got := b.booked("RE1"); got != "payment principal -100 by 1, reversal principal 100 by 2" {
			b.Error(got)
		}
		// It does not say that it is a return, but the payment of that reference is there.
		b.imports(statement(ntry{amount: "100", ref: "B4", e2e: "E4", text: "RE-2026-0001"}, ntry{amount: "-100", ref: "B5", e2e: "E4"}, ntry{amount: "-99", ref: "B6", e2e: "E4"}))
		b.owes("100", ar.StateNone)
		b.verified()
	})
}

// What is before a fault in the file stays booked, and the file that was mended goes on from there.
func TestImportOfBrokenFile(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		whole := statement(ntry{amount: "-5", ref: "B1", e2e: "E1", returned: "AC04"}, ntry{amount: "60", ref: "B2", text: "RE-2026-0001"}, ntry{amount: "40", ref: "B3", text: "RE-2026-0001"})
		if got, want := b.imports(whole[:strings.Index(whole, "<AcctSvcrRef>B3")]), "failed: 1 statements, 2 entries, 2 booked, 1 unallocated, 0 duplicates, 0 skipped"+
			"; line 4: The XML is broken: unexpected EOF. (Export the statement again; what is before this line was read.)"; got != want {
			b.Error(got)
		}
		b.owes("40", ar.StateNone)
		if got := b.imports(whole); got != "done: 1 statements, 3 entries, 1 booked, 0 unallocated, 2 duplicates, 0 skipped" {
			b.Error(got)
		}
		b.owes("0", ar.StatePaid)
		b.verified()
	})
}

// A statement that is twice in a file is booked once.
func TestImportOfRepeatedStatement(t *testing.T) {
	each(t, func(b *bench) {
		once := statement(ntry{amount: "60", ref: "B1"}, ntry{amount: "60", ref: "B1"}, ntry{amount: "-40", ref: "B2", returned: "AC04"})
		begin, end := strings.Index(once, "<Stmt>"), strings.Index(once, "</BkToCstmrStmt>")
		if got := b.imports(once[:end] + strings.Replace(once[begin:], "S1", "S2", 1)); got != "done: 2 statements, 6 entries, 3 booked, 3 unallocated, 3 duplicates, 0 skipped" {
			b.Error(got)
		}
	})
}

// What is no statement at all is refused before it is kept.
func TestImportRefused(t *testing.T) {
	on(t, storetest.Engines[0], func(b *bench) {
		for _, file := range []string{"", "PK\x03\x04", "Datum;Betrag", "<html/>", strings.ReplaceAll(statement(), "camt.053.001.02", "camt.053.001.03")} {
			_, err := b.ImportStatement(b.Context(), by, StatementFile{File: strings.NewReader(file), Name: func() (string, error) { return "a.xml", nil }}, nil)
			var e *ar.Error
			if !errors.As(err, &e) || e.Kind != ar.Invalid || e.Details[0].Fields[0] != "file" || e.Details[0].Hint == "" {
				b.Errorf("%.20q: %v", file, err)
			}
		}
		for range b.files.List(b.Context()) {
			b.Error("a refused file was kept")
		}
	})
}

// However entries come, in files that are cut, mixed and sent again, the same movements become transactions.
func TestImportInAnyOrder(t *testing.T) {
	var entries []ntry
	for n := range 9 {
		entries = append(entries, ntry{amount: fmt.Sprint(n%3 + 1), ref: fmt.Sprint("B", n), text: "Danke"})
	}
	for n := range 4 { // without a reference of the bank's they differ in their text
		entries = append(entries, ntry{amount: "5", text: fmt.Sprint("Nr. ", n)})
	}
	entries = append(entries, ntry{amount: "-2", ref: "B99", e2e: "E1", returned: "MD01"}, ntry{amount: "-3", ref: "B98", e2e: "E2"})
	each(t, func(b *bench) {
		b.imports(statement(entries...))
		want := b.moved(by)
		if len(want) != len(entries)-1 { // money that went out is nobody's
			b.Fatalf("%q", want)
		}
		merchants := 0
		rapid.Check(b.T, func(t *rapid.T) {
			merchants++
			by := System(fmt.Sprint("m", merchants), store.ActorSystem)
			b.no(b.CreateMerchant(b.Context(), by.Merchant, "ACME", "EUR"))
			for mixed := rapid.Permutation(entries).Draw(t, "entries"); len(mixed) > 0; {
				n := rapid.IntRange(min(4, len(mixed)), len(mixed)).Draw(t, "in a file")
				file := rapid.SliceOfNDistinct(rapid.SampledFrom(entries), 0, 3, rapid.ID).Draw(t, "again")
				for _, e := range mixed[:n] {
					if !slices.Contains(file, e) {
						file = append(file, e)
					}
				}
				mixed = mixed[n:]
				b.importsOf(by, statement(file...))
			}
			if got := b.moved(by); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	})
}

// Two files with the same entries at once, and workers that lose their import to each other: each movement is booked once, and
// the counts tell of each once.
func TestImportConcurrently(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		var entries []ntry
		for n := range 120 {
			entries = append(entries, ntry{amount: "1", ref: fmt.Sprint("B", n), text: []string{"Danke", "RE-2026-0001"}[n%2], iban: []string{"", "DE89370400440532013000"}[n%2]})
		}
		forward := statement(entries...)
		slices.Reverse(entries)
		backward := statement(entries...)
		imports := []*ar.StatementImport{b.upload(forward), b.upload(backward), b.upload(forward)}
		var all sync.WaitGroup
		for range 2 {
			for _, i := range imports {
				all.Go(func() { b.work(i.ID) })
			}
		}
		all.Wait()
		booked, duplicates := int64(0), int64(0)
		for _, i := range imports {
			i = b.work(i.ID)
			if i.State != ar.StatementDone || i.Entries != 120 {
				b.Error(outcome(i))
			}
			booked, duplicates = booked+i.Booked, duplicates+i.Duplicates
		}
		if n := len(b.moved(by)); booked != 120 || duplicates != 240 || n != 120 {
			b.Errorf("%d booked, %d duplicates, %d transactions", booked, duplicates, n)
		}
		b.owes("40", ar.StateNone)
		b.verified()
	})
}

// A worker that died, or whose shift is over, is followed by another that goes on where it was.
func TestImportIsTakenUp(t *testing.T) {
	each(t, func(b *bench) {
		var entries []ntry
		for n := range 2*statementBatch + 5 {
			entries = append(entries, ntry{amount: "1", ref: fmt.Sprint("B", n)})
		}
		entries = append(entries, ntry{amount: "-1", ref: "R", returned: "AC04"})
		id := b.upload(statement(entries...)).ID
		w, err := b.claimStatement(b.Context(), by, id)
		b.no(err)
		w.till = b.elapsed.Now() // after one batch
		if _, err = w.read(b.Context()); !errors.Is(err, errShift) {
			b.Fatal(err)
		}
		if i := b.work(id); i.State != ar.StatementRunning || i.Booked != statementBatch {
			b.Errorf("somebody else works at it: %s", outcome(i))
		}
		b.elapsed.Advance(ar.StatementLease)
		if got, want := outcome(b.work(id)), "done: 1 statements, 106 entries, 106 booked, 106 unallocated, 0 duplicates, 0 skipped"; got != want {
			b.Error(got)
		}
		if _, err := b.endStatement(b.Context(), w, nil, errShift); err != nil {
			b.Error(err)
		}
		if i := b.work(id); i.State != ar.StatementDone {
			b.Errorf("the late worker has changed it: %s", outcome(i))
		}
	})
}

// A storage that is away is waited for, and given up in the end.
func TestImportOfLostFile(t *testing.T) {
	on(t, storetest.Engines[0], func(b *bench) {
		i := b.upload(statement(ntry{amount: "1"}))
		if gone, err := b.files.Delete(b.Context(), by.Merchant, i.File.SHA256, time.Time{}); err != nil || !gone {
			b.Fatal(err)
		}
		for n := range 5 {
			if i = b.work(i.ID); i.Faults != n+1 || i.State.Ended() != (n == 4) {
				b.Fatalf("%d: %+v", n, i)
			}
			b.elapsed.Advance(time.Hour)
		}
		if got := outcome(i); !strings.HasPrefix(got, "failed") || !strings.Contains(got, "internal error, 5 times") {
			b.Error(got)
		}
	})
}

// The queue works at what was sent.
func TestImportIsWorked(t *testing.T) {
	on(t, storetest.Engines[0], func(b *bench) {
		i := b.upload(statement(ntry{amount: "1"}))
		b.no(b.Start(b.Context()))
		b.await("it is read", func() bool {
			i, err := b.StatementImport(b.Context(), by, i.ID)
			b.no(err)
			return i.State == ar.StatementDone
		})
		b.no(b.Stop(b.Context()))
	})
}

// An amount that no invoice can have is refused by itself; the entries around it are booked.
func TestImportStatementWithImpossibleAmounts(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		got := b.imports(statement(
			ntry{amount: "50.00", ref: "B1", text: "RE-2026-0001"},
			ntry{amount: "999999999999999999.99", ref: "B2"},
			ntry{amount: "1.00001", ref: "B3", e2e: "E3"},
			ntry{amount: "-999999999999999999.99", ref: "B4", e2e: "E4"},
			ntry{amount: "-1.00001", ref: "B5", e2e: "E5", returned: "AC04"},
			ntry{amount: "50.00", ref: "B6", text: "RE-2026-0001"},
		))
		if !strings.HasPrefix(got, "done: 1 statements, 6 entries, 2 booked, 0 unallocated, 0 duplicates, 4 skipped") {
			t.Error(got)
		}
		b.owes("0", ar.StatePaid)
	})
}

// jammed is a file store that no worker gets along with.
type jammed struct{ blob.Store }

func (jammed) Open(context.Context, string, string) (io.ReadCloser, int64, error) { panic("jammed") }

// A statement over which workers panic is given up like any other that fails for a fault of ours.
func TestImportStatementOutlivesPanics(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.App.files = jammed{b.App.files}
		i := b.upload(statement(ntry{amount: "1.00", ref: "B1"}))
		for range 5 {
			i = b.work(i.ID)
			b.elapsed.Advance(time.Hour)
		}
		if i.State != ar.StatementFailed || !strings.Contains(outcome(i), "An internal error, 5 times") {
			t.Error(outcome(i))
		}
	})
}
