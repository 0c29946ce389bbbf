package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/store"
)

// Import is a document that comes in. Its parts arrive in any order, so what is known of the file may be known only
// after its bytes.
type Import struct {
	File    io.Reader
	Details func() (ImportDetails, error) // is called when File was read to its end
}

// ImportDetails say what a document is.
type ImportDetails struct {
	Filename    string // as it was sent
	Kind        ar.CommunicationKind
	Label       string // its name in lists; the file's name when empty
	Description string
}

// Imported are the references of what was made of a document.
type Imported struct{ Communication, File, Voucher string }

// ImportDocument stores a document from elsewhere and links it to an invoice. The bytes stream to the blob store, are
// looked into there before they are kept, and only then named by rows: whatever fails, no row points at nothing, and
// what was refused is not kept. The fingerprint of once is completed with what came.
func (a *App) ImportDocument(ctx context.Context, by Caller, ref string, in Import, once *Once[Imported]) (Imported, error) {
	switch err := a.importable(ctx, by, ref); { // before 25 MiB are read
	case err != nil && once.keeps(err):
		return a.refuseImport(ctx, by, in, once, err)
	case err != nil:
		return Imported{}, err
	}
	var details ImportDetails
	var file ar.File
	stored, err := a.files.Put(ctx, by.Merchant, in.File,
		func(context.Context, *os.File) (err error) {
			details, err = in.Details()
			return err
		},
		func(ctx context.Context, content *os.File) (err error) {
			file, err = a.inspect(ctx, content, details)
			return err
		})
	if err != nil {
		return Imported{}, err
	}
	file.SHA256, file.Size = stored.SHA256, stored.Size
	once.extend(details.fingerprint(stored.SHA256)...)
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (Imported, error) {
		return addDocument(tx, by, ref, file, details)
	})
}

// refuseImport gives the answer to an import that is not allowed, and keeps it. What was sent belongs to the fingerprint,
// so it is read after all, but goes nowhere.
func (a *App) refuseImport(ctx context.Context, by Caller, in Import, once *Once[Imported], refused error) (Imported, error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, in.File); err != nil {
		return Imported{}, err
	}
	details, err := in.Details()
	if err != nil {
		return Imported{}, err
	}
	once.extend(details.fingerprint(hex.EncodeToString(hash.Sum(nil)))...)
	return updateOnce(ctx, a, by, once, func(*store.Tx) (Imported, error) { return Imported{}, refused })
}

// fingerprint is what makes an import another one.
func (d ImportDetails) fingerprint(sha256 string) []string {
	return []string{d.Filename, string(d.Kind), d.Label, d.Description, sha256}
}

// importable is nil if there is an invoice that takes a document.
func (a *App) importable(ctx context.Context, by Caller, ref string) error {
	return a.db.View(ctx, by.Merchant, func(tx *store.Tx) error {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return err
		}
		return inv.Allow(ar.ImportDocument)
	})
}

// inspect lets a file pass whose name, content and kind agree.
func (a *App) inspect(ctx context.Context, content *os.File, details ImportDetails) (ar.File, error) {
	name, err := document.Filename(details.Filename)
	if err != nil {
		return ar.File{}, err
	}
	info, err := a.documents.Inspect(ctx, content, name)
	if err != nil {
		return ar.File{}, err
	}
	return ar.File{Name: name, MediaType: info.MediaType}, document.CheckKind(details.Kind, info.MediaType)
}

func addDocument(tx *store.Tx, by Caller, ref string, file ar.File, details ImportDetails) (Imported, error) {
	inv, err := tx.Invoice(ar.KindInvoice, ref)
	if err != nil {
		return Imported{}, err
	}
	if err := inv.Allow(ar.ImportDocument); err != nil {
		return Imported{}, err
	}
	if _, err := tx.KeepFile(&file); err != nil {
		return Imported{}, err
	}
	c := ar.Communication{InvoiceID: inv.ID, Kind: details.Kind, Label: details.Label, Comment: details.Description, File: file}
	if c.Label == "" {
		c.Label = file.Name
	}
	if err := tx.InsertCommunication(&c); err != nil {
		return Imported{}, err
	}
	if err := tx.AppendEvent(&store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: eventImported, Fields: []string{"documents"}}); err != nil {
		return Imported{}, err
	}
	entry, err := fileEntry(journalImported, &c)
	if err == nil {
		err = tx.AppendJournal(entry)
	}
	return Imported{Communication: c.Reference, File: file.Reference, Voucher: inv.Reference}, err
}

// Documents is a voucher with the communications about it.
type Documents struct {
	Voucher        ar.Invoice
	Communications []Linked
}

// Linked is a communication with a link that works without credentials until it expires.
type Linked struct {
	ar.Communication
	PublicURL string
}

// DocumentsPart is which vouchers of an invoice are asked for.
type DocumentsPart struct {
	Kind     ar.VoucherKind // empty: all
	ByIssued bool           // order by the day of issue instead of creation
	Desc     bool
	Limit    int // 0: all
	Offset   int
}

// Documents reads an invoice and its credit notes with their communications.
func (a *App) Documents(ctx context.Context, by Caller, ref string, part DocumentsPart) ([]Documents, error) {
	return view(ctx, a, by, func(tx *store.Tx) ([]Documents, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return nil, err
		}
		notes, err := tx.Creditnotes(inv.ID)
		if err != nil {
			return nil, err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return nil, err
		}
		all := []Documents{}
		for _, voucher := range part.of(append([]ar.Invoice{*inv}, notes...)) {
			communications, err := tx.Communications(voucher.ID)
			if err != nil {
				return nil, err
			}
			all = append(all, Documents{Voucher: voucher, Communications: a.link(merchant, communications, tx.Now)})
		}
		return all, nil
	})
}

// of picks the part of the vouchers that was asked for. They are few: an invoice has a handful of credit notes.
func (p DocumentsPart) of(vouchers []ar.Invoice) []ar.Invoice {
	if p.Kind != "" {
		vouchers = slices.DeleteFunc(vouchers, func(v ar.Invoice) bool { return v.Kind != p.Kind })
	}
	slices.SortStableFunc(vouchers, func(a, b ar.Invoice) int {
		order := p.date(a).Compare(p.date(b))
		if p.Desc {
			return -order
		}
		return order
	})
	vouchers = vouchers[min(p.Offset, len(vouchers)):]
	if p.Limit > 0 {
		vouchers = vouchers[:min(p.Limit, len(vouchers))]
	}
	return vouchers
}

// date is what vouchers are ordered by. A voucher that was not issued yet comes first.
func (p DocumentsPart) date(v ar.Invoice) (date time.Time) {
	switch {
	case !p.ByIssued:
		return v.Created
	case v.Issued != nil:
		return *v.Issued
	default:
		return date
	}
}

func (a *App) link(merchant *store.Merchant, communications []ar.Communication, now time.Time) []Linked {
	linked := make([]Linked, 0, len(communications))
	for _, c := range communications {
		linked = append(linked, Linked{Communication: c, PublicURL: a.publicURL + linkPath(merchant, c.ID, now.Add(a.linkLife))})
	}
	return linked
}

// Download is a stored file on its way out. The reader closes Content.
type Download struct {
	ar.File
	Content io.ReadCloser
}

// File opens the file of a communication. The bytes are verified against their hash while they are read.
func (a *App) File(ctx context.Context, by Caller, communication string) (*Download, error) {
	c, err := view(ctx, a, by, func(tx *store.Tx) (*ar.Communication, error) { return tx.Communication(communication) })
	if err != nil {
		return nil, err
	}
	content, size, err := a.files.Open(ctx, by.Merchant, c.File.SHA256)
	if err != nil {
		return nil, err // not even blob.ErrNotFound is the caller's mistake: there is a row
	}
	if size != c.File.Size {
		return nil, errors.Join(errors.New("app: a stored file has another size than its row says"), content.Close())
	}
	return &Download{File: c.File, Content: content}, nil
}
