package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A server that is killed at every step of the import of a bank statement is followed by one that takes it up: every payment is
// booked, once.
func TestKilledInAStatement(t *testing.T) {
	w := newWorkshop(t)
	points := pointsOf(t, "statement")
	t.Run("all", func(t *testing.T) {
		for _, point := range points {
			for _, engine := range storetest.Engines {
				if engine == storetest.Postgres && point != "statement.booked" { // between two transactions
					continue
				}
				t.Run(fmt.Sprintf("%s %s", engine, point), func(t *testing.T) {
					t.Parallel()
					killedInAStatement(t, w, engine, point)
				})
			}
		}
	})
}

func killedInAStatement(t *testing.T, w *workshop, engine storetest.Engine, point string) {
	const payments = 3
	r := w.rig(t, engine)
	p := r.start("DUNWELL_TEST_CRASH_AT="+point, "DUNWELL_WORKERS=1")
	upload := order{method: "POST", path: "/transactions/imports", body: statementForm(payments), key: "once", media: "multipart/form-data; boundary=b"}
	first, err := upload.send(p.base, retries)
	if err != nil && !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	p.killed()
	p = r.restart("DUNWELL_WORKERS=1")
	again, err2 := upload.send(p.base, retries)
	if err2 != nil || err == nil && first != again {
		t.Fatalf("it was answered %q, now %q, %v\n%s", first, again, err2, p.text())
	}
	var is struct {
		ID, State                            string
		Entries, Booked, Duplicates, Skipped int
	}
	servertest.Until(t, "the statement is booked", func() bool {
		if err := json.Unmarshal([]byte(again), &is); err != nil {
			t.Fatal(err)
		}
		if again, err = (order{method: "GET", path: "/transactions/imports/" + is.ID}).send(p.base, retries); err != nil {
			t.Fatal(err)
		}
		return is.State == "done" || is.State == "failed"
	})
	if is.State != "done" || is.Entries != payments || is.Booked != payments || is.Duplicates != 0 || is.Skipped != 0 {
		t.Errorf("%+v", is)
	}
	all, err := order{method: "GET", path: "/transactions"}.send(p.base, retries)
	if n := strings.Count(all, `"bookingdate"`); err != nil || n != payments {
		t.Errorf("%d transactions: %s, %v", n, all, err)
	}
	p.stop()
	r.verify()
}

// statementForm is a form with a statement of some payments.
func statementForm(payments int) string {
	var entries strings.Builder
	for n := range payments {
		fmt.Fprintf(&entries, `<Ntry><Amt Ccy="EUR">%d.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>%d</AcctSvcrRef></Ntry>`, n+1, n+1)
	}
	statement := `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>S1</Id><Acct><Id><IBAN>DE68210501700012345678</IBAN></Id></Acct>` +
		entries.String() + `</Stmt></BkToCstmrStmt></Document>`
	return strings.ReplaceAll("--b\nContent-Disposition: form-data; name=\"filename\"\n\nstatement.xml\n"+
		"--b\nContent-Disposition: form-data; name=\"file\"; filename=\"statement.xml\"\nContent-Type: application/xml\n\n"+statement+"\n--b--\n", "\n", "\r\n")
}
