package main

import (
	"strings"
	"testing"
)

// statement is what a bank says of an account: one payment, and one that is not booked yet.
const statement = `<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id><Acct><Id><IBAN>DE68210501700012345678</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef></Ntry>
<Ntry><Amt Ccy="EUR">4.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>
`

// What is told of bank statements: of those that are booked, were booked before, are broken somewhere, or are none.
func TestImportCamt(t *testing.T) {
	environ := clientOf(t, start(t, nil, "--demo", "--sandbox", "--data", t.TempDir()).base)
	file := goldenHere(t, "import_camt")
	t.Chdir(t.TempDir())
	write(t, "statement.xml", statement)
	write(t, "broken.xml", statement[:strings.Index(statement, "</Stmt>")])
	write(t, "letter.eml", "no statement")
	checkGolden(t, file, masked(session(t, environ, `
		import camt statement.xml
		import camt statement.xml --json
		import camt broken.xml
		import camt broken.xml statement.xml letter.eml missing.xml
		import camt broken.xml statement.xml --json
		import camt statement.xml --no-wait
		import camt statement.xml broken.xml --idempotency-key k
		import camt
		import get 06eavrghr1cxf1r0cmpt9ptjcg
	`)))
}
