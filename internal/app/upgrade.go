package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Upgrade enters into the journal what was committed and imported before there was one, so that from then on it is held
// to what it was on the day of the upgrade. It does nothing when that was done before, and goes on where it was cut off.
func (a *App) Upgrade(ctx context.Context) error {
	merchants, err := a.db.Merchants(ctx)
	if err != nil {
		return err
	}
	for _, m := range merchants {
		if !m.Unsealed {
			continue
		}
		for _, kind := range voucherKinds {
			if err := a.sealOlder(ctx, m.ID, kind); err != nil {
				return err
			}
		}
		if err := a.db.Update(ctx, m.ID, func(tx *store.Tx) error { return tx.MarkSealed() }); err != nil {
			return err
		}
	}
	return nil
}

// sealOlder enters what the journal lacks of the vouchers of a kind, page by page.
func (a *App) sealOlder(ctx context.Context, merchant string, kind ar.VoucherKind) error {
	return walk(func(page ar.Page) (next string, err error) {
		err = a.db.Update(ctx, merchant, func(tx *store.Tx) error {
			list, err := tx.Invoices(kind, page)
			if err != nil {
				return err
			}
			next = list.Next
			var entries []*store.JournalEntry
			for i := range list.Rows {
				missing, err := unsealed(tx, &list.Rows[i])
				if err != nil {
					return err
				}
				entries = append(entries, missing...)
			}
			return tx.AppendJournal(entries...)
		})
		return next, err
	})
}

// unsealed are the entries that the journal lacks of a voucher and its documents.
func unsealed(tx *store.Tx, voucher *ar.Invoice) ([]*store.JournalEntry, error) {
	communications, err := tx.Communications(voucher.ID)
	if err != nil {
		return nil, err
	}
	var entries []*store.JournalEntry
	for i := range communications {
		c := &communications[i]
		if there, err := journaled(tx, c.ID, journalImported, journalLetter); err != nil {
			return nil, err
		} else if there || c.State != "" { // a mail is entered when it has left
			continue
		}
		e, err := fileEntry(journalImported, c)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	if voucher.Committed == nil {
		return entries, nil
	}
	for kind, seal := range map[string]func(*ar.Invoice) (*store.JournalEntry, error){journalVoucher: voucherEntry, journalCancel: cancelEntry} {
		there, err := journaled(tx, voucher.ID, kind)
		if err != nil {
			return nil, err
		}
		if there || kind == journalCancel && voucher.Cancelationdate == nil {
			continue
		}
		e, err := seal(voucher)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}
