package ar

import (
	"encoding/json"
	"slices"
	"time"
)

// IdentityChange is what a PUT (or the POST that creates) says about an identity.
type IdentityChange struct {
	Number    Change[string]
	Debtor    Change[string]
	Kind      Change[IdentityKind]
	Currency  Change[string]
	Name      NameChange
	Addresses Change[[]Address] // the whole list
	Emails    Change[[]Email]   // the whole list
	Phones    Change[[]Phone]   // the whole list
	Detail    IdentityDetailChange
	Meta      Change[json.RawMessage] // nil or null clears
}

// NameChange changes a name field by field.
type NameChange struct {
	Company    Change[string]
	Salutation Change[string]
	Firstname  Change[string]
	Lastname   Change[string]
	Birthday   Change[string]
}

// IdentityDetailChange changes detail field by field.
type IdentityDetailChange struct {
	Locale  Change[string]
	VatID   Change[string]
	Dunning DunningChange
}

// NewIdentity makes an identity: an individual unless the change says otherwise. The IDs are given by the store.
func NewIdentity(reference string, c IdentityChange, now time.Time) (*Identity, error) {
	id := &Identity{Reference: reference, Kind: Individual, Created: instant(now), Modified: instant(now), Version: 1}
	if _, err := id.Apply(c, now); err != nil {
		return nil, err
	}
	return id, nil
}

// Apply changes the identity, all or nothing. It gives the names of the fields that really changed, in the API's words;
// none if the content is the same. It fails with Invalid if a value makes no sense. Modified becomes now; the Version
// is counted by the store. What is in the change belongs to the identity afterwards.
func (id *Identity) Apply(c IdentityChange, now time.Time) (changed []string, err error) {
	next := *id
	var e edit
	next.take(&e, c)
	if len(e.changed) == 0 {
		return nil, nil
	}
	var wrong faults
	if slices.Contains(e.changed, "currency") && next.Currency != "" {
		checkCurrency(&wrong, next.Currency)
	}
	if slices.Contains(e.changed, "meta") {
		checkMeta(&wrong, next.Meta)
	}
	if err := wrong.invalid(); err != nil {
		return nil, err
	}
	next.Modified = instant(now)
	*id = next
	return e.changed, nil
}

func (id *Identity) take(e *edit, c IdentityChange) {
	put(e, "number", &id.Number, c.Number)
	put(e, "debtor", &id.Debtor, c.Debtor)
	put(e, "kind", &id.Kind, c.Kind)
	put(e, "currency", &id.Currency, c.Currency)
	put(e, "name.company", &id.Name.Company, c.Name.Company)
	put(e, "name.salutation", &id.Name.Salutation, c.Name.Salutation)
	put(e, "name.firstname", &id.Name.Firstname, c.Name.Firstname)
	put(e, "name.lastname", &id.Name.Lastname, c.Name.Lastname)
	put(e, "name.birthday", &id.Name.Birthday, c.Name.Birthday)
	putBy(e, "addresses", &id.Addresses, c.Addresses, slices.Equal)
	putBy(e, "emails", &id.Emails, c.Emails, slices.Equal)
	putBy(e, "phones", &id.Phones, c.Phones, slices.Equal)
	put(e, "detail.locale", &id.Detail.Locale, c.Detail.Locale)
	put(e, "detail.vatId", &id.Detail.VatID, c.Detail.VatID)
	putDunning(e, &id.Detail.Dunning, c.Detail.Dunning)
	putMeta(e, &id.Meta, c.Meta)
}
