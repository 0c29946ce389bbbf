package store

import (
	"fmt"
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
)

// identityDocument is what of an identity is never searched.
type identityDocument struct {
	Name      ar.Name           `json:"name"`
	Addresses []ar.Address      `json:"addresses"`
	Emails    []ar.Email        `json:"emails"`
	Phones    []ar.Phone        `json:"phones"`
	Detail    ar.IdentityDetail `json:"detail"`
}

const identityColumns = `i.id, i.reference, i.number, i.debtor, i.kind, i.currency, i.created, i.modified, i.version, i.document, i.meta`

func scanIdentity(r row, i *ar.Identity, more ...any) error {
	var d identityDocument
	dest := append([]any{
		&i.ID, &i.Reference, &i.Number, &i.Debtor, (*string)(&i.Kind), &i.Currency,
		instant{&i.Created}, instant{&i.Modified}, &i.Version, parsed{&d}, maybeRaw{&i.Meta},
	}, more...)
	err := r.Scan(dest...)
	i.Name, i.Addresses, i.Emails, i.Phones, i.Detail = d.Name, d.Addresses, d.Emails, d.Phones, d.Detail
	return err
}

// InsertIdentity stores a new identity. An empty ID is drawn; Created, Modified and Version are set. A reference that
// exists is a Conflict, and the transaction goes on.
func (tx *Tx) InsertIdentity(i *ar.Identity) error {
	if i.ID == "" {
		i.ID = tx.NewID()
	}
	i.Created, i.Modified, i.Version = tx.Now, tx.Now, 1
	d, err := document(identityDocument{i.Name, i.Addresses, i.Emails, i.Phones, i.Detail})
	if err != nil {
		return err
	}
	n, err := tx.exec(`INSERT INTO identities (merchant, id, reference, number, debtor, kind, currency, created, modified, version, document, meta)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1, $9, $10) ON CONFLICT (merchant, reference) DO NOTHING`,
		i.ID, i.Reference, i.Number, i.Debtor, string(i.Kind), i.Currency, millis(i.Created), d, raw(i.Meta))
	if err == nil && n == 0 {
		return referenceExists("identity", i.Reference)
	}
	return err
}

// UpdateIdentity stores everything but ID, Reference and Created of an identity that was read before. When its Version
// is not the stored one any more, it is a Mismatch. Modified and Version are set.
func (tx *Tx) UpdateIdentity(i *ar.Identity) error {
	d, err := document(identityDocument{i.Name, i.Addresses, i.Emails, i.Phones, i.Detail})
	if err != nil {
		return err
	}
	n, err := tx.exec(`UPDATE identities SET number = $4, debtor = $5, kind = $6, currency = $7, modified = $8, version = version + 1, document = $9, meta = $10
		WHERE merchant = $1 AND id = $2 AND version = $3`,
		i.ID, i.Version, i.Number, i.Debtor, string(i.Kind), i.Currency, millis(tx.Now), d, raw(i.Meta))
	if err != nil {
		return err
	}
	if n == 0 {
		return changedMeanwhile("identity", i.Reference)
	}
	i.Modified, i.Version = tx.Now, i.Version+1
	return nil
}

// Identity reads an identity by its reference. In an Update nobody else changes it until the transaction ends.
func (tx *Tx) Identity(reference string) (*ar.Identity, error) {
	i, err := tx.identity(`i.reference = $2`, reference)
	if err == nil && i == nil {
		return nil, ar.Missing("identityReference", "identity", reference)
	}
	return i, err
}

// IdentityByID reads an identity by its id, with the same lock.
func (tx *Tx) IdentityByID(id string) (*ar.Identity, error) {
	i, err := tx.identity(`i.id = $2`, id)
	if err == nil && i == nil {
		return nil, ar.Missing("id", "identity", id)
	}
	return i, err
}

func (tx *Tx) identity(where, value string) (*ar.Identity, error) {
	var i *ar.Identity
	err := tx.query(`SELECT `+identityColumns+` FROM identities AS i WHERE i.merchant = $1 AND `+where+tx.lock, []any{value}, func(r row) error {
		i = new(ar.Identity)
		return scanIdentity(r, i)
	})
	return i, err
}

// Identities is one page of the merchant's identities.
func (tx *Tx) Identities(page ar.Page) (*List[ar.Identity], error) {
	return paged(tx, identityListing, nil, page, scanIdentity)
}

func referenceExists(noun, reference string) error {
	return ar.UniqueViolation("reference", fmt.Sprintf("There is already %s with reference '%s'.", article(noun), reference),
		"Choose another reference, or leave it out to have one generated.")
}

// article puts the right one before a noun of ours.
func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}

func changedMeanwhile(noun, reference string) error {
	return &ar.Error{
		Kind: ar.Mismatch, Code: ar.CodePreconditionFailed,
		Message: fmt.Sprintf("The %s '%s' was changed by somebody else meanwhile. Read it again.", noun, reference),
	}
}
