package app

import (
	"cmp"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/letter"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/store"
)

// mailedMessage is what a mail tells whoever took a case over; nil when it is for somebody else.
func mailedMessage(tx *store.Tx, d *ar.Delivery) (*message, error) {
	if d.Kind != ar.MailCollection && d.Kind != ar.MailCollectionReport {
		return nil, nil //nolint:nilnil // there is none, which is no failure
	}
	told, err := tx.CollectionMessageOf(d.Job)
	if err != nil {
		return nil, err
	}
	return readMessage(tx, told)
}

// mailFiles are the files of the mail: that of the case, if a mail can carry it.
func (m *message) mailFiles() []ar.File {
	if m.told.Kind != ar.CollectionCase || !m.carried() {
		return nil
	}
	return []ar.File{m.file.File}
}

// carried tells whether a mail carries the file of the case; else it has a link to it.
func (m *message) carried() bool { return m.file.File.Size <= maxAttachments }

// collectionData is what a mail about a case says.
func (a *App) collectionData(w *work) *mail.Collection {
	m, t, locale := w.told, w.told.text, w.delivery.Locale
	amount := func(text string) string {
		d, err := decimal.NewFromString(text)
		if err != nil {
			return text
		}
		return letter.Amount(locale, d, t.Currency)
	}
	data := &mail.Collection{
		Kind: string(t.Kind), Collector: m.handover.Collector.Name, Merchant: cmp.Or(issuerOf(w.merchant).Name, w.merchant.ID), Reference: t.Invoice,
		HandedOver: letter.Date(locale, m.handover.Day), Principal: amount(t.Open.Principal), Costs: amount(t.Open.Costs),
		Interest: amount(t.Open.Interest), Total: amount(t.Open.Total),
	}
	if t.Amount != "" {
		data.Change = amount(t.Amount)
	}
	if t.Kind == ar.CollectionCase && !m.carried() {
		data.Link = a.fileLink(m, w.delivery.Created)
	}
	return data
}
