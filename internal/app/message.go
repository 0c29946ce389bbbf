package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	netmail "net/mail"
	"slices"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/letter"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/store"
)

// Bounds of what a mail carries: many mail servers refuse more than 25 MB, and base64 makes a third more of it.
const (
	maxAttachment  = 10 << 20 // bytes of one fetched file
	maxAttachments = 20 << 20 // of all fetched files together
)

// write makes the message of a delivery, unless an earlier attempt has: the bytes are stored, so that all attempts send
// the same. An outcome with a state means that there is nothing to send.
func (a *App) write(ctx context.Context, by Caller, w *work) (ar.Outcome, error) {
	if w.delivery.Communication != "" {
		return ar.Outcome{}, nil
	}
	files, outcome, err := a.enclosures(ctx, by, w)
	if err != nil || outcome.State != "" {
		return outcome, err
	}
	crash.At("deliver.fetched")
	message := a.compose(ctx, by, w, files)
	stored, err := a.putMessage(ctx, by, message)
	switch {
	case errors.Is(err, mail.ErrAddress):
		return ar.Outcome{State: ar.DeliveryRejected, Reason: "The address of the customer or of the sender is none that mail can be sent to."}, nil
	case err != nil:
		return ar.Outcome{}, err
	}
	crash.At("deliver.written")
	written, err := update(ctx, a, by, func(tx *store.Tx) (*ar.Delivery, error) {
		file := stored
		if _, err := tx.KeepFile(&file); err != nil {
			return nil, err
		}
		file.Name = w.voucher.Number + ".eml"
		c := ar.Communication{InvoiceID: w.voucher.ID, Kind: ar.CommEmail, Label: file.Name, File: file}
		if err := tx.InsertCommunication(&c); err != nil {
			return nil, err
		}
		delivery := *w.delivery
		delivery.Communication = c.ID
		return &delivery, tx.UpdateDelivery(&delivery, delivery.Generation)
	})
	if err == nil { // only now is it true
		w.delivery = written
	}
	crash.At("deliver.recorded")
	return ar.Outcome{}, err
}

// putMessage renders a message straight into the blob store.
func (a *App) putMessage(ctx context.Context, by Caller, m mail.Message) (ar.File, error) {
	r, w := io.Pipe()
	go func() { w.CloseWithError(a.templates.Render(w, m)) }()
	stored, err := a.files.Put(ctx, by.Merchant, r)
	_ = r.CloseWithError(errors.New("app: the message is not wanted any more")) // ends Render where Put gave up
	return ar.File{SHA256: stored.SHA256, Size: stored.Size, MediaType: mediaMail}, err
}

// openMessage opens the message of a delivery, and tells its size.
func (a *App) openMessage(ctx context.Context, by Caller, w *work) (io.ReadCloser, int64, error) {
	file, err := a.File(ctx, by, w.delivery.Communication)
	if err != nil {
		return nil, 0, err
	}
	return file.Content, file.Size, nil
}

// enclosures are the files of a mail: the document, and those a caller wanted to go with it. Those are fetched once and
// stored; one that cannot be had now defers the mail, one that can never be had rejects it, because a mail without what
// it announces is another mail than was ordered.
func (a *App) enclosures(ctx context.Context, by Caller, w *work) ([]ar.File, ar.Outcome, error) {
	files, err := a.documentFiles(ctx, by, w)
	if err != nil {
		return nil, ar.Outcome{}, err
	}
	var size int64
	for i := range w.delivery.Attachments {
		file, outcome, err := a.fetch(ctx, by, w, i)
		if err != nil || outcome.State != "" {
			return nil, outcome, err
		}
		files = append(files, file)
		if size += file.Size; size > maxAttachments {
			return nil, ar.Outcome{State: ar.DeliveryRejected, Reason: fmt.Sprintf("The files of the mail are together larger than %d MiB.", maxAttachments>>20)}, nil
		}
	}
	return files, ar.Outcome{}, nil
}

// documentFiles are what a mail is about.
func (a *App) documentFiles(ctx context.Context, by Caller, w *work) ([]ar.File, error) {
	if w.notice != nil {
		return view(ctx, a, by, func(tx *store.Tx) ([]ar.File, error) { return a.noticeFiles(tx, w) })
	}
	if w.told != nil {
		return w.told.mailFiles(), nil
	}
	document, err := view(ctx, a, by, func(tx *store.Tx) (*ar.Communication, error) { return documentOf(tx, w.voucher) })
	if err == nil && document == nil {
		document, err = a.printLate(ctx, by, w)
	}
	if err != nil {
		return nil, err
	}
	return []ar.File{document.File}, nil
}

// fetch gets one attachment, unless an earlier attempt has.
func (a *App) fetch(ctx context.Context, by Caller, w *work, i int) (ar.File, ar.Outcome, error) {
	wanted := w.delivery.Attachments[i]
	if wanted.FileID != "" {
		file, err := view(ctx, a, by, func(tx *store.Tx) (*ar.File, error) { return tx.File(wanted.FileID) })
		if err != nil {
			return ar.File{}, ar.Outcome{}, err
		}
		file.Name = wanted.Filename
		return *file, ar.Outcome{}, nil
	}
	body, mediaType, filename, err := a.outbound.Fetch(ctx, wanted.URL, outbound.Limits{MaxBytes: maxAttachment})
	if err != nil {
		return ar.File{}, a.unfetched(w, i, err), nil
	}
	defer func() { _ = body.Close() }() // it was read to its end, or is not wanted
	stored, err := a.files.Put(ctx, by.Merchant, body)
	if e := (*outbound.Error)(nil); errors.As(err, &e) { // the rest of it never came, or was too much
		return ar.File{}, a.unfetched(w, i, e), nil
	}
	if err != nil {
		return ar.File{}, ar.Outcome{}, err
	}
	crash.At("attachment.stored")
	name := cmp.Or(wanted.Filename, filename)
	var file ar.File
	fetched, err := update(ctx, a, by, func(tx *store.Tx) (*ar.Delivery, error) {
		file = ar.File{SHA256: stored.SHA256, Size: stored.Size, MediaType: mediaType}
		if _, err := tx.KeepFile(&file); err != nil {
			return nil, err
		}
		file.Name = name
		delivery := *w.delivery
		delivery.Attachments = slices.Clone(delivery.Attachments)
		delivery.Attachments[i].FileID, delivery.Attachments[i].Filename = file.ID, name
		return &delivery, tx.UpdateDelivery(&delivery, delivery.Generation)
	})
	if err == nil { // only now is it true
		w.delivery = fetched
	}
	return file, ar.Outcome{}, err
}

// unfetched is the outcome when an attachment could not be had.
func (a *App) unfetched(w *work, i int, err error) ar.Outcome {
	o := ar.Outcome{State: ar.DeliveryDeferred, Reason: fmt.Sprintf("attachments[%d]: %s", i, err)}
	if e := (*outbound.Error)(nil); errors.As(err, &e) && !e.Temporary {
		o.State = ar.DeliveryRejected
	}
	a.log.Warn("attachment not fetched", "merchant", w.merchant.ID, "delivery", w.delivery.ID, "reason", o.Reason, "error", errors.Unwrap(err))
	return o
}

// compose puts a message together.
func (a *App) compose(ctx context.Context, by Caller, w *work, files []ar.File) mail.Message {
	m := mail.Message{
		MessageID: w.delivery.MessageID, Date: localTime(w.merchant, w.delivery.Created), From: a.sender(w.merchant),
		To: netmail.Address{Address: w.delivery.Recipient}, Merchant: w.merchant.ID, Locale: w.delivery.Locale, Kind: w.delivery.Kind,
		ReplyTo: a.replies(w.merchant), Data: mailData(w),
	}
	if w.told != nil {
		m.Data.Collection = a.collectionData(w)
	}
	for _, file := range files {
		m.Attachments = append(m.Attachments, mail.Attachment{Name: file.Name, MediaType: file.MediaType, Open: func() (io.ReadCloser, error) {
			content, _, err := a.files.Open(ctx, by.Merchant, file.SHA256)
			return content, err
		}})
	}
	return m
}

// mailData is what the text of a mail can say, in the form in which the letter says it.
func mailData(w *work) mail.Data {
	v, locale := w.voucher, w.delivery.Locale
	data := mail.Data{
		Customer: customerOf(w), Issuer: issuerOf(w.merchant), Number: v.Number, OrderNumber: v.Ordernumber,
		Total: letter.Amount(locale, v.Totals.Gross, v.Currency),
	}
	if v.Issued != nil {
		data.Issued = letter.Date(locale, *v.Issued)
	}
	if v.Due != nil {
		data.Due = letter.Date(locale, *v.Due)
	}
	if v.ByTransfer() || w.notice != nil { // a notice asks for a transfer, because another way has failed
		issuer := data.Issuer
		data.Payment = &mail.Payment{
			Amount: letter.Amount(locale, v.Unpaid, v.Currency), Holder: cmp.Or(issuer.Holder, issuer.Name),
			IBAN: issuer.IBAN, BIC: issuer.BIC, Bank: issuer.Bank, Reference: ar.RFReference(v.Number),
		}
	}
	if w.notice != nil {
		data.Dunning = noticeData(w)
		data.Payment.Amount = data.Dunning.Asked
	}
	return data
}

// customerOf is whom a mail greets: the addressee of the voucher, as it was when it was committed.
func customerOf(w *work) mail.Customer {
	to, _ := w.voucher.PrintAddress() // without one it would not be committed
	return mail.Customer{Company: to.Company, Salutation: to.Salutation, Firstname: to.Firstname, Lastname: to.Lastname, Country: to.Country}
}
