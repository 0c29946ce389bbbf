package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

const statementImportColumns = `s.id, s.filename, s.state, s.statements, s.entries, s.booked, s.unallocated, s.duplicates, s.skipped, s.errors,
	s.returns, s.position, s.faults, s.generation, s.lease, s.next, s.created, s.finished, ` + fileColumns

// InsertStatementImport stores that a file is to be read; it was kept before. An empty ID is drawn; Created is set.
func (tx *Tx) InsertStatementImport(i *ar.StatementImport) error {
	if i.ID == "" {
		i.ID = tx.NewID()
	}
	i.Created = tx.Now
	complaints, err := document(i.Errors)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO statement_imports (merchant, id, filename, file_id, state, statements, entries, booked, unallocated, duplicates, skipped, errors,
			returns, position, faults, generation, lease, next, created, finished)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		i.ID, i.Filename, i.File.ID, string(i.State), i.Statements, i.Entries, i.Booked, i.Unallocated, i.Duplicates, i.Skipped, complaints,
		bit(i.Returns), i.Position, int64(i.Faults), i.Generation, millisOrNull(i.Lease), millisOrNull(i.Next), millis(i.Created), millisOrNull(i.Finished))
	return err
}

// UpdateStatementImport stores how far an import has come. generation is the one it had when it was read; when another is
// stored by now, or when the import has ended, the answer is ErrFenced.
func (tx *Tx) UpdateStatementImport(i *ar.StatementImport, generation int64) error {
	complaints, err := document(i.Errors)
	if err != nil {
		return err
	}
	n, err := tx.exec(`UPDATE statement_imports SET state = $4, statements = $5, entries = $6, booked = $7, unallocated = $8, duplicates = $9, skipped = $10, errors = $11,
			returns = $12, position = $13, faults = $14, generation = $15, lease = $16, next = $17, finished = $18
		WHERE merchant = $1 AND id = $2 AND generation = $3 AND finished IS NULL`,
		i.ID, generation, string(i.State), i.Statements, i.Entries, i.Booked, i.Unallocated, i.Duplicates, i.Skipped, complaints,
		bit(i.Returns), i.Position, int64(i.Faults), i.Generation, millisOrNull(i.Lease), millisOrNull(i.Next), millisOrNull(i.Finished))
	if err == nil && n == 0 {
		return ErrFenced
	}
	return err
}

// StatementImport reads an import by its id. In an Update nobody else changes it until the transaction ends.
func (tx *Tx) StatementImport(id string) (*ar.StatementImport, error) {
	var i *ar.StatementImport
	lock := tx.lock
	if lock != "" {
		lock += " OF s" // the file never changes
	}
	err := tx.query(`SELECT `+statementImportColumns+` FROM statement_imports AS s JOIN files AS f ON f.merchant = s.merchant AND f.id = s.file_id
		WHERE s.merchant = $1 AND s.id = $2`+lock, []any{id}, func(r row) error {
		i = new(ar.StatementImport)
		return scanStatementImport(r, i)
	})
	if err == nil && i == nil {
		return nil, ar.Missing("import", "import", id)
	}
	return i, err
}

func scanStatementImport(r row, i *ar.StatementImport) error {
	var faults int64
	err := r.Scan(&i.ID, &i.Filename, (*string)(&i.State), &i.Statements, &i.Entries, &i.Booked, &i.Unallocated, &i.Duplicates, &i.Skipped, parsed{&i.Errors},
		truth{&i.Returns}, &i.Position, &faults, &i.Generation, maybeInstant{&i.Lease}, maybeInstant{&i.Next}, instant{&i.Created}, maybeInstant{&i.Finished},
		&i.File.ID, &i.File.Reference, &i.File.SHA256, &i.File.Size, &i.File.MediaType)
	i.Faults = int(faults)
	return err
}

const dueStatementImports = `SELECT merchant, id FROM statement_imports WHERE coalesce(lease, next) IS NOT NULL AND coalesce(lease, next) <= $1 ORDER BY coalesce(lease, next), merchant, id LIMIT $2`

// DueStatementImports are DueDeliveries, of imports.
func (db *DB) DueStatementImports(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	return db.due(ctx, dueStatementImports, now, limit)
}

// BankEntry says which movement of which account became a transaction.
type BankEntry struct {
	Account     string // IBAN, else its number
	Entry       string // hash of what tells it from the others of the account
	Transaction string // id
	Import      string // id
	Statement   string // id of the statement it was read from
	Reference   string // the bank's, or empty
	Line        int64  // of the file
}

// InsertBankEntry stores an entry for good. It reports whether it is new: if not, somebody else has booked it since it was
// looked for.
func (tx *Tx) InsertBankEntry(e BankEntry) (bool, error) {
	transaction, err := strconv.ParseInt(e.Transaction, 10, 64)
	if err != nil {
		return false, err
	}
	n, err := tx.exec(`INSERT INTO bank_entries (merchant, account, entry, transaction_id, import_id, statement, reference, line)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`, e.Account, e.Entry, transaction, e.Import, e.Statement, e.Reference, e.Line)
	return n == 1, err
}

// BookedEntries tells which of some entries of an account, at most 500, became transactions.
func (tx *Tx) BookedEntries(account string, entries []string) (map[string]bool, error) {
	known := map[string]bool{}
	if len(entries) == 0 {
		return known, nil
	}
	places, args := make([]string, len(entries)), make([]any, len(entries)+1)
	args[0] = account
	for i, entry := range entries {
		places[i], args[i+1] = "$"+strconv.Itoa(i+3), entry
	}
	err := tx.query(`SELECT entry FROM bank_entries WHERE merchant = $1 AND account = $2 AND entry IN (`+strings.Join(places, ", ")+`)`, args, func(r row) error {
		var entry string
		err := r.Scan(&entry)
		known[entry] = true
		return err
	})
	return known, err
}

// EntriesLike are entries of an account, at most 100, that became transactions such as one: of its reference, amount and
// currency, of its value date or of the only day that either has, and not of another payer's account; empty: it is not known.
func (tx *Tx) EntriesLike(account, payer string, t *ar.Transaction) (all []BankEntry, err error) {
	sum, err := units(t.Amount)
	if err != nil {
		return nil, err
	}
	args := []any{account}
	err = tx.query(`SELECT id FROM transactions WHERE merchant = $1 AND reference = $2 AND amount = $3 AND currency = $4
			AND (valuedate = $5 OR valuedate = $6 AND bookingdate = $6 OR bookingdate = $5 AND $5 = $6)
			AND (iban = $7 OR iban = '' OR $7 = '') LIMIT 100`,
		[]any{t.Reference, sum, t.Currency, millis(t.Valuedate), millis(t.Bookingdate), payer}, func(r row) error {
			var id int64
			err := r.Scan(&id)
			args = append(args, id)
			return err
		})
	ids := len(args) - 1
	if err != nil || ids == 0 {
		return nil, err
	}
	err = tx.query(`SELECT entry, import_id, statement, reference, line FROM bank_entries
		WHERE merchant = $1 AND account = $2 AND transaction_id IN (`+places(3, ids)+`)`, args, func(r row) error {
		e := BankEntry{Account: account}
		err := r.Scan(&e.Entry, &e.Import, &e.Statement, &e.Reference, &e.Line)
		all = append(all, e)
		return err
	})
	return all, err
}

// Locks tells whether others may write at the same time, so that the order counts in which rows are locked. On SQLite nobody
// does.
func (tx *Tx) Locks() bool { return tx.lock != "" }

// Importing tells whether a bank statement is under way.
func (tx *Tx) Importing() (bool, error) {
	var one int64
	return tx.first(`SELECT 1 FROM statement_imports WHERE merchant = $1 AND state IN ('queued', 'running') LIMIT 1`, nil, &one)
}
