package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/camt"
	"github.com/dunwell/dunwell/internal/money"
	"github.com/dunwell/dunwell/internal/store"
)

// errTaken takes back what was booked of an entry that somebody else has booked in between.
var errTaken = errors.New("app: an entry was booked by somebody else in between")

// book books a part of the batch in one transaction, with the position that it brings the import to: what the row says was
// dealt with is booked, and nothing else. What the domain refuses is tried alone, and then passed over.
func (w *statementWork) book(ctx context.Context) error {
	batch := w.batch
	for {
		dealt := 0
		err := w.store(ctx, func(tx *store.Tx, i *ar.StatementImport) (err error) {
			if dealt, err = w.bookSome(tx, i, batch); err != nil {
				return err
			}
			position := w.at
			if dealt < len(w.batch) {
				position = w.batch[dealt].at - 1
			}
			if !i.Returns {
				i.Entries = position
			}
			i.Advance(position, w.app.elapsed())
			return nil
		})
		switch {
		case err == nil:
			w.batch = w.batch[dealt:]
			return nil
		case errors.Is(err, errTaken): // it is there now, so it is found
		case refusal(err) && len(batch) > 1:
			batch = batch[:1]
		case refusal(err):
			batch[0].refused = err
		default:
			return err
		}
	}
}

// bookSome deals with movements in their order, and says with how many: those whose invoices are locked.
func (w *statementWork) bookSome(tx *store.Tx, i *ar.StatementImport, batch []movement) (int, error) {
	known, err := bookedBefore(tx, batch)
	if err != nil {
		return 0, err
	}
	if batch, err = reserve(tx, batch, known); err != nil {
		return 0, err
	}
	for n := range batch {
		m := &batch[n]
		i.Statements = max(i.Statements, int64(m.Number))
		if err := w.bookOne(tx, i, m, known); err != nil {
			return 0, err
		}
	}
	return len(batch), nil
}

// entryKey names an entry among those of all accounts.
func (m *movement) entryKey() string { return m.Account + " " + m.id }

// isOf tells whether a movement is one of those that are known, by their keys.
func (m *movement) isOf(known map[string]bool) bool {
	return known[m.entryKey()] || m.former != "" && known[m.Account+" "+m.former]
}

// bookedBefore tells which movements became transactions, by their keys.
func bookedBefore(tx *store.Tx, batch []movement) (map[string]bool, error) {
	ids := map[string][]string{}
	for _, m := range batch {
		ids[m.Account] = append(ids[m.Account], m.id)
		if m.former != "" {
			ids[m.Account] = append(ids[m.Account], m.former)
		}
	}
	all := map[string]bool{}
	for account, of := range ids {
		known, err := tx.BookedEntries(account, of)
		if err != nil {
			return nil, err
		}
		for id := range known {
			all[account+" "+id] = true
		}
	}
	return all, nil
}

// reserve locks the invoices that movements will probably be booked on, all of them before anything is booked, in the order of
// their references: so nobody waits in a circle. It gives those movements, from the first on, that have nothing to do with each
// other, so that what one books cannot lead the next to another invoice.
func reserve(tx *store.Tx, batch []movement, known map[string]bool) ([]movement, error) {
	if len(batch) == 1 || !tx.Locks() {
		return batch, nil
	}
	var invoices []string
	met := map[string]bool{}
	for n := range batch {
		m := &batch[n]
		if m.skips() != "" || m.isOf(known) {
			continue
		}
		t := m.transaction()
		if t.Check(nil) != nil { // bookOne says why
			continue
		}
		match, seen, err := findMatch(tx, &t, t.Amount)
		if err != nil {
			return nil, err
		}
		touched := touches(&t, match, seen)
		if n > 0 && (m.reverses() || slices.ContainsFunc(touched, func(key string) bool { return met[key] })) {
			batch = batch[:n]
			break
		}
		if match.Payer != nil || len(match.Assigned) > 0 { // else it teaches nobody anything
			for _, key := range touched {
				met[key] = true
			}
		}
		for _, a := range match.Assigned {
			invoices = append(invoices, a.Invoice)
		}
	}
	slices.Sort(invoices)
	for _, ref := range slices.Compact(invoices) {
		if _, err := tx.Invoice(ar.KindInvoice, ref); err != nil {
			return nil, err
		}
	}
	return batch, nil
}

// touches are the customers and the account that the booking of a transaction may depend on.
func touches(t *ar.Transaction, match ar.Match, seen []ar.OpenItem) []string {
	var keys []string
	if t.IBAN != "" {
		keys = append(keys, "account "+t.IBAN)
	}
	if match.Payer != nil {
		keys = append(keys, "customer "+match.Payer.ID)
	}
	for _, item := range seen {
		keys = append(keys, "customer "+item.Customer.ID)
	}
	return keys
}

// bookOne deals with one movement.
func (w *statementWork) bookOne(tx *store.Tx, i *ar.StatementImport, m *movement, known map[string]bool) error {
	w.doubt(i, m)
	if why := m.skips(); why != "" {
		i.Skipped++
		if m.complains() {
			i.Complain(ar.StatementError{Error: why, Hint: m.hint(), Line: int64(m.Line)})
		}
		return nil
	}
	if m.isOf(known) {
		i.Duplicates++
		return nil
	}
	t := m.transaction()
	if err := t.Check(nil); err != nil { // before anything is asked of the database that no column can hold
		return err
	}
	if ours, err := m.ours(tx, &t); err != nil || !ours {
		i.Skipped++
		return err
	}
	if doubtful, err := m.looksBooked(tx, i, &t); err != nil || doubtful {
		return err
	}
	if err := matchAndMove(tx, w.by, &t, t.Amount); err != nil {
		return err
	}
	fresh, err := tx.InsertBankEntry(store.BankEntry{Account: m.Account, Entry: m.id, Transaction: t.ID, Import: i.ID,
		Statement: m.Statement, Reference: m.BankReference, Line: int64(m.Line)})
	if err != nil {
		return err
	}
	if !fresh {
		return errTaken
	}
	known[m.entryKey()] = true
	i.Booked++
	if !t.Unallocated.IsZero() {
		i.Unallocated++
	}
	return nil
}

// looksBooked tells whether a movement that is not known by its id may be one that is booked all the same, and notes it: of two
// messages of a bank, one may lack its reference, a date, or the payer's account. Somebody has to look, because money that is
// booked twice pays an invoice that is not paid.
func (m *movement) looksBooked(tx *store.Tx, i *ar.StatementImport, t *ar.Transaction) (bool, error) {
	if !refers(m.EndToEnd) {
		return false, nil
	}
	alike, err := tx.EntriesLike(m.Account, m.payer(), t)
	if err != nil {
		return false, err
	}
	for _, e := range alike {
		switch {
		case e.Import == i.ID && e.Statement == m.Statement: // the bank names both
		case ar.IsReference(m.BankReference) && ar.IsReference(e.Reference): // the bank tells them apart
		case strings.HasPrefix(e.Entry, strings.TrimRight(m.id, "0123456789")): // they are numbered
		default:
			i.Skipped++
			i.Complain(ar.StatementError{Line: int64(m.Line), Hint: "Book it by hand, if it is another payment.",
				Error: fmt.Sprintf("A movement of %s %s looks like the entry on line %d of the statement '%s', which is booked.",
					money.Format(m.Amount, m.Currency), m.Currency, e.Line, fitting(e.Statement, maxMovementReference))})
			return true, nil
		}
	}
	return false, nil
}

// doubt notes that a statement is of an account that the merchant does not name. It is booked all the same: a business has more
// accounts than the one its letters show.
func (w *statementWork) doubt(i *ar.StatementImport, m *movement) {
	if w.account != "" && m.Account != w.account {
		i.Complain(ar.StatementError{Error: fmt.Sprintf("The account %s is not that of the settings.", m.Account),
			Hint: "It is booked all the same; see that the statement is this merchant's."})
	}
}

// ours tells whether a movement is one of the receivables': money that came in, or went back. What says nothing of the kind is a
// return if it has the reference and the amount of a payment. What came back of money that went out is not ours, unless that
// went back from us.
func (m *movement) ours(tx *store.Tx, t *ar.Transaction) (bool, error) {
	if m.reverses() != m.Credit {
		return true, nil
	}
	if !t.Refers() {
		return false, nil
	}
	opposite, err := tx.Payments(t.Reference, t.Amount.Neg(), t.Currency, 1)
	return len(opposite) > 0, err
}

// skips is why a movement is not booked as far as the entry alone says, in a sentence; empty: it is booked.
func (m *movement) skips() string {
	switch sum := money.Format(m.Amount, m.Currency) + " " + m.Currency; {
	case m.refused != nil:
		return fmt.Sprintf("A movement of %s was refused: %s", sum, reasonOf(m.refused))
	case m.Skip == camt.SkipPending:
		return "It is not booked yet."
	case m.Skip == camt.SkipUndetailed:
		return fmt.Sprintf("An entry of %s is the sum of several movements, which the file does not name.", sum)
	case m.Skip == camt.SkipMismatch:
		return fmt.Sprintf("The movements of an entry do not come to its sum of %s.", sum)
	case m.Amount.IsZero():
		return "It is of no money."
	}
	return ""
}

// complains tells whether somebody should look at what was skipped.
func (m *movement) complains() bool {
	return m.refused != nil || m.Skip == camt.SkipMismatch || m.Skip == camt.SkipUndetailed && m.Credit
}

func (m *movement) hint() string {
	switch m.Skip {
	case camt.SkipUndetailed:
		return "Import the notification (camt.054) that names them."
	case camt.SkipMismatch:
		return "Those that are named were booked. Ask the bank for the others."
	}
	return "Book it by hand, if it is a payment."
}

// reasonOf is what a refusal says.
func reasonOf(err error) string {
	var e *ar.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if len(e.Details) > 0 {
		return e.Details[0].Error
	}
	return e.Message
}
