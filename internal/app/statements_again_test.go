package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/camt"
	"github.com/dunwell/dunwell/internal/store"
)

// called gives a statement another id.
func called(id, file string) string { return strings.Replace(file, "<Id>S1<", "<Id>"+id+"<", 1) }

// notified is a statement as a notification (camt.054).
func notified(id, file string) string {
	return called(id, strings.NewReplacer("camt.053", "camt.054", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "Stmt>", "Ntfctn>").Replace(file))
}

// valued gives all entries of a file a value date.
func valued(day, file string) string {
	return strings.ReplaceAll(file, "</BookgDt>", "</BookgDt><ValDt><Dt>"+day+"</Dt></ValDt>")
}

const (
	firstPayer  = "DE89370400440532013000"
	secondPayer = "DE02120300000000202051"
)

// What a bank gives no reference is known by that of the payer, in whatever message it comes; what cannot be told is not booked,
// and said.
func TestImportAgainWithoutReference(t *testing.T) {
	one := ntry{amount: "119.00", e2e: "R-1", iban: firstPayer, text: "Danke"}
	as := func(change func(*ntry)) ntry {
		e := one
		change(&e)
		return e
	}
	nonref, referred, anonymous := as(func(e *ntry) { e.ref = "NONREF" }), as(func(e *ntry) { e.ref = "B1" }), as(func(e *ntry) { e.iban = "" })
	nobody, other := as(func(e *ntry) { e.e2e = "NOTPROVIDED" }), as(func(e *ntry) { e.iban = secondPayer })
	short, back := as(func(e *ntry) { e.text = "R1" }), as(func(e *ntry) { e.amount, e.returned = "-119.00", "AC04" })
	pending := strings.Replace(statement(one, one), "BOOK", "PDNG", 1)
	batch := strings.Replace(statement(ntry{amount: "119.00", e2e: "R-1", iban: firstPayer}), "119.00", "238.00", 1)
	details := batch[strings.Index(batch, "<TxDtls>"):strings.Index(batch, "</NtryDtls>")]
	details = strings.Replace(details, "<RltdPties>", `<AmtDtls><TxAmt><Amt Ccy="EUR">119.00</Amt></TxAmt></AmtDtls><RltdPties>`, 1)
	batch = strings.Replace(batch, batch[strings.Index(batch, "<TxDtls>"):strings.Index(batch, "</NtryDtls>")], details+details, 1)
	cases := []struct {
		name, first, then         string
		booked, duplicates, alike int64 // of then
	}{
		{"statement and notification", statement(one), notified("N1", statement(short)), 0, 1, 0},
		{"notification and statement", notified("N1", statement(nonref)), statement(one), 0, 1, 0},
		{"exports that overlap", statement(one), called("S2", statement(one, as(func(e *ntry) { e.e2e = "R-2" }))), 1, 1, 0},
		{"two that are alike", statement(one, short), called("S2", statement(short, one)), 0, 2, 0},
		{"one of two", statement(one, one), called("S2", statement(one)), 0, 1, 0},
		{"one more", statement(one), called("S2", statement(one, one)), 1, 1, 0},
		{"a return", statement(one, back), notified("N1", statement(back)), 0, 1, 0},
		{"pending before", pending, called("S2", statement(one)), 0, 1, 0},
		{"a batch", batch, called("S2", statement(one, one)), 0, 2, 0},
		{"next month", statement(one), called("S2", strings.ReplaceAll(statement(one), "2026-03-02", "2026-04-02")), 1, 0, 0},
		{"another payer", statement(one), called("S2", statement(other)), 1, 0, 0},
		{"two payers", statement(one, other), called("S2", statement(other)), 0, 1, 0},
		{"without a reference", statement(nobody), called("S1", statement(nobody)), 0, 1, 0},
		{"the value date only", valued("2026-03-03", statement(one)), notified("N1", strings.ReplaceAll(statement(one), "2026-03-02", "2026-03-03")), 0, 1, 0},
		{"the booking date only", valued("2026-03-03", statement(one)), notified("N1", statement(one)), 0, 0, 1},
		{"the booking date only, first", notified("N1", statement(one)), valued("2026-03-03", statement(one)), 0, 0, 1},
		{"booked on a day, valued on another", valued("2026-03-01", statement(one)), called("S2", valued("2026-03-03", statement(one))), 1, 0, 0},
		{"the reference of the bank in one", statement(referred), notified("N1", statement(nonref)), 0, 0, 1},
		{"the reference of the bank in the other", notified("N1", statement(nonref)), statement(referred), 0, 0, 1},
		{"two references of the bank", statement(referred), called("S2", statement(as(func(e *ntry) { e.ref = "B2" }))), 1, 0, 0},
		{"the payer in one", statement(one), notified("N1", statement(anonymous)), 0, 0, 1},
		{"the payer in the other", notified("N1", statement(anonymous)), statement(one), 0, 0, 1},
	}
	each(t, func(b *bench) {
		for n, c := range cases {
			by := System(fmt.Sprint("m", n), store.ActorSystem)
			b.no(b.CreateMerchant(b.Context(), by.Merchant, "ACME", "EUR"))
			b.importsOf(by, c.first)
			i := b.workOf(by, b.uploadOf(by, c.then).ID)
			if got := []int64{i.Booked, i.Duplicates, i.Skipped}; !slices.Equal(got, []int64{c.booked, c.duplicates, c.alike}) {
				b.Errorf("%s: %s", c.name, outcome(i))
			}
			if c.alike > 0 && (len(i.Errors) != 1 || !strings.Contains(i.Errors[0].Error, "looks like the entry on line 2 of the statement '") || i.Errors[0].Line != 2 || i.Errors[0].Hint == "") {
				b.Errorf("%s: %+v", c.name, i.Errors)
			}
			for _, file := range []string{c.first, c.then, c.first} { // again changes nothing
				if i := b.workOf(by, b.uploadOf(by, file).ID); i.Booked > 0 {
					b.Errorf("%s, again: %s", c.name, outcome(i))
				}
			}
		}
	})
}

// The invoice of next month is not paid by what paid that of this one.
func TestImportAgainPaysNothing(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		paid := ntry{amount: "100", e2e: "R-1", iban: firstPayer, text: "RE-2026-0001"}
		b.imports(statement(paid))
		b.bill("K1", "RE2", "100")
		paid.text = ""
		b.imports(notified("N1", statement(paid)))
		if got := b.booked("RE1") + b.booked("RE2"); got != "payment principal -100 by 1" {
			b.Error(got)
		}
		b.verified()
	})
}

// What an earlier version has booked is known in the same file, and is not booked of another.
func TestImportAgainOfEarlierVersion(t *testing.T) {
	one := ntry{amount: "119.00", e2e: "R-1", iban: firstPayer, text: "Danke"}
	file := statement(one, one)
	each(t, func(b *bench) {
		b.imports(file)
		b.unguard()
		var ids identifier
		n := 0
		_, err := camt.Read(strings.NewReader(file), func(e camt.Entry) error {
			m := ids.identify(e)
			if want := fmt.Sprint("5ce75546fae6a9746d1a624d58c30767-", n); m.former != want {
				b.Errorf("it was %s, want %s", m.former, want)
			}
			n++
			b.damage(fmt.Sprintf(`UPDATE bank_entries SET entry = '%s' WHERE entry = '%s'`, m.former, m.id))
			return nil
		})
		b.no(err)
		for file, want := range map[string]string{
			file: "done: 1 statements, 2 entries, 0 booked, 0 unallocated, 2 duplicates, 0 skipped",
			called("S2", statement(one)): "done: 1 statements, 1 entries, 0 booked, 0 unallocated, 0 duplicates, 1 skipped; line 2: " +
				"A movement of 119.00 EUR looks like the entry on line 2 of the statement 'S1', which is booked. (Book it by hand, if it is another payment.)",
		} {
			if got := b.imports(file); got != want {
				b.Errorf("%s\nwant\n%s", got, want)
			}
		}
	})
}
