package impl

import (
	"maps"

	"github.com/oapi-codegen/nullable"
	"github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/ar"
)

func fromIdentity(m model.IdentityUpdate) ar.IdentityChange {
	c := ar.IdentityChange{
		Number:    change(m.Number),
		Debtor:    changeAs[string](m.Debtor),
		Kind:      changeAs[ar.IdentityKind](m.Kind),
		Currency:  change(m.Currency),
		Addresses: changeList(m.Addresses, fromAddress),
		Emails:    changeList(m.Emails, fromEmail),
		Phones:    changeList(m.Phones, fromPhone),
	}
	if m.Name != nil {
		c.Name = fromName(*m.Name)
	}
	if m.Detail != nil {
		c.Detail = ar.IdentityDetailChange{Locale: change(m.Detail.Locale), VatID: change(m.Detail.VatID), Dunning: fromDunning(m.Detail.Dunning)}
	}
	if m.Meta != nil {
		c.Meta = ar.Set(m.Meta)
	}
	return c
}

func toIdentity(id ar.Identity) model.Identity {
	return model.Identity{
		ID:        id.ID,
		Reference: id.Reference,
		Number:    some(id.Number),
		Debtor:    some(id.Debtor),
		Kind:      model.IdentityKind(id.Kind),
		Currency:  id.Currency,
		Name:      toName(id.Name),
		Addresses: convertAll(id.Addresses, toAddress),
		Emails:    convertAll(id.Emails, toEmail),
		Phones:    convertAll(id.Phones, toPhone),
		Detail:    model.IdentityDetail{Locale: some(id.Detail.Locale), VatID: some(id.Detail.VatID), Dunning: toDunning(id.Detail.Dunning)},
		Meta:      id.Meta,
		Created:   scalar.NewTime(id.Created),
		Modified:  scalar.NewTime(id.Modified),
	}
}

func fromName(m model.Name) ar.NameChange {
	c := ar.NameChange{
		Company:    change(m.Company),
		Salutation: changeAs[string](m.Salutation),
		Firstname:  change(m.Firstname),
		Lastname:   change(m.Lastname),
	}
	if m.Birthday != nil {
		c.Birthday = ar.Set(m.Birthday.String())
	}
	return c
}

func toName(n ar.Name) model.Name {
	return model.Name{
		Company:    some(n.Company),
		Salutation: some(model.Salutation(n.Salutation)),
		Firstname:  some(n.Firstname),
		Lastname:   some(n.Lastname),
		Birthday:   toDate(n.Birthday),
	}
}

func fromAddress(m model.Address) ar.Address {
	return ar.Address{
		Kind:        string(or(m.Kind, "")),
		Company:     or(m.Company, ""),
		Salutation:  string(or(m.Salutation, "")),
		Firstname:   or(m.Firstname, ""),
		Lastname:    or(m.Lastname, ""),
		Street:      or(m.Street, ""),
		Housenumber: or(m.Housenumber, ""),
		Extra:       or(m.Extra, ""),
		Zipcode:     or(m.Zipcode, ""),
		City:        or(m.City, ""),
		State:       or(m.State, ""),
		Country:     or(m.Country, ""),
		Info:        or(m.Info, ""),
	}
}

func toAddress(a ar.Address) model.Address {
	return model.Address{
		Kind:        some(model.AddressKind(a.Kind)),
		Company:     some(a.Company),
		Salutation:  some(model.Salutation(a.Salutation)),
		Firstname:   some(a.Firstname),
		Lastname:    some(a.Lastname),
		Street:      some(a.Street),
		Housenumber: some(a.Housenumber),
		Extra:       some(a.Extra),
		Zipcode:     some(a.Zipcode),
		City:        some(a.City),
		State:       some(a.State),
		Country:     some(a.Country),
		Info:        some(a.Info),
	}
}

func fromEmail(m model.Email) ar.Email {
	return ar.Email{Kind: string(or(m.Kind, "")), Email: string(m.Email)}
}

func toEmail(e ar.Email) model.Email {
	return model.Email{Kind: some(model.EmailKind(e.Kind)), Email: types.Email(e.Email)}
}

// fromPhone takes a number for one in use unless it says otherwise.
func fromPhone(m model.Phone) ar.Phone { return ar.Phone{Phone: m.Phone, Active: or(m.Active, true)} }

func toPhone(p ar.Phone) model.Phone { return model.Phone{Phone: p.Phone, Active: &p.Active} }

func fromDunning(m *model.DunningSettings) ar.DunningChange {
	if m == nil {
		return ar.DunningChange{}
	}
	c := ar.DunningChange{
		Disabled:     change(m.Disabled),
		DeliveryKind: changeAs[string](m.DeliveryKind),
		DelayedUntil: changeNull(m.DelayedUntil, "", types.Date.String),
	}
	if m.CustomPeriods != nil {
		c.CustomPeriods = ar.Set(fromPeriods(*m.CustomPeriods))
	}
	return c
}

func toDunning(d *ar.Dunning) *model.DunningSettings {
	if d == nil {
		return nil
	}
	m := &model.DunningSettings{Disabled: &d.Disabled, DeliveryKind: some(model.DunningSettingsDeliveryKind(d.DeliveryKind)), CustomPeriods: toPeriods(d.CustomPeriods)}
	if date := toDate(d.DelayedUntil); date != nil {
		m.DelayedUntil = nullable.NewNullableWithValue(*date)
	}
	return m
}

// periods are the steps of dunning by their names.
func periods(m *model.CustomPeriods) map[string]**int {
	return map[string]**int{
		"REMINDER": &m.REMINDER, "DUNNING1": &m.DUNNING1, "DUNNING2": &m.DUNNING2, "DUNNING3": &m.DUNNING3, "COLLECTION": &m.COLLECTION,
	}
}

func fromPeriods(m model.CustomPeriods) map[string]int {
	days := map[string]int{}
	for step, period := range periods(&m) {
		if *period != nil {
			days[step] = **period
		}
	}
	return days
}

func toPeriods(days map[string]int) *model.CustomPeriods {
	if len(days) == 0 {
		return nil
	}
	var m model.CustomPeriods
	fields := periods(&m)
	for step, period := range maps.All(days) {
		if field, known := fields[step]; known {
			*field = &period
		}
	}
	return &m
}

// toDate reads a date as the domain keeps it. What is no date is left out; the contract let none in.
func toDate(text string) *types.Date {
	var date types.Date
	if err := date.UnmarshalText([]byte(text)); err != nil {
		return nil
	}
	return &date
}
