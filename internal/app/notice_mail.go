package app

import (
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/letter"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/store"
)

// withheld says why a mail must not leave any more, and is empty when it may; voucher is what it is about, as it is now. A mail
// that brings a notice is withheld also when dunning is held back or not wanted, when more is disputed, when the customer has a
// credit by which the invoice may be paid, and when somebody has set since where its dunning stands.
func (w *work) withheld(tx *store.Tx, voucher *ar.Invoice) (string, error) {
	if reason := voucher.Withheld(w.delivery.Kind); reason != "" || w.notice == nil {
		return reason, nil
	}
	if w.notice.Cycle != voucher.DunningCycle {
		return "Where the dunning of the invoice stands was set by hand since.", nil
	}
	cases, err := tx.Cases([]*ar.Invoice{voucher})
	if err != nil {
		return "", err
	}
	return newDossier(w.merchant, &cases[0]).Withheld(w.notice, *today(w.merchant, tx.Now)), nil
}

// noticeFiles are what goes with the mail of a notice: its letter, the document of the invoice, and what of its documents was
// imported from elsewhere, the oldest first, as far as a mail can carry it.
func (a *App) noticeFiles(tx *store.Tx, w *work) (files []ar.File, err error) {
	own, err := tx.Communication(w.notice.Communication)
	if err != nil {
		return nil, err
	}
	files = []ar.File{own.File}
	document, err := documentOf(tx, w.voucher)
	if err != nil {
		return nil, err
	}
	size := own.File.Size
	if document != nil {
		files, size = append(files, document.File), size+document.File.Size
	}
	all, err := tx.Communications(w.voucher.ID)
	if err != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		if !c.Kind.Enclosed() || document != nil && c.ID == document.ID {
			continue
		}
		switch imported, err := tx.Journaled(journalImported, c.ID); {
		case err != nil:
			return nil, err
		case !imported: // a letter of ours, which the customer had
		case size+c.File.Size > maxAttachments:
			a.log.Warn("document left out of a notice's mail", "merchant", w.merchant.ID, "delivery", w.delivery.ID, "communication", c.ID, "size", c.File.Size)
		default:
			files, size = append(files, c.File), size+c.File.Size
		}
	}
	return files, nil
}

// amountIfAny writes an amount, and nothing for none.
func amountIfAny(locale string, d decimal.Decimal, currency string) string {
	if d.IsZero() {
		return ""
	}
	return letter.Amount(locale, d, currency)
}

// noticeData is what the mail of a notice says of it.
func noticeData(w *work) *mail.Dunning {
	n, locale, currency := w.notice, w.delivery.Locale, w.voucher.Currency
	return &mail.Dunning{
		Level: n.Level, Title: letter.NoticeTitle(locale, n), Issued: letter.Date(locale, n.Issued), PayBy: letter.Date(locale, n.PayBy),
		Asked: letter.Amount(locale, n.Asked(), currency), Principal: letter.Amount(locale, n.Demand.Principal, currency),
		Costs: amountIfAny(locale, n.Demand.Costs, currency), Interest: amountIfAny(locale, n.Demand.Interest, currency),
		Disputed: amountIfAny(locale, n.Disputed, currency), Final: n.Final,
	}
}
