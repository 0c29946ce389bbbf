package ar_test

import (
	"slices"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
)

func TestIssuerLacks(t *testing.T) {
	whole := ar.Issuer{Name: "Acme GmbH", Street: "Am Markt", Zipcode: "10115", City: "Berlin", Taxnumber: "27/123/45678"}
	with := func(change func(*ar.Issuer)) ar.Issuer {
		i := whole
		change(&i)
		return i
	}
	for name, c := range map[string]struct {
		issuer ar.Issuer
		want   []string
	}{
		"nothing":         {ar.Issuer{}, []string{"name", "street", "zipcode", "city", "tax number"}},
		"all":             {whole, nil},
		"a VAT id":        {with(func(i *ar.Issuer) { i.Taxnumber, i.VatID = "", "DE123456788" }), nil},
		"both":            {with(func(i *ar.Issuer) { i.VatID = "DE123456788" }), nil},
		"neither":         {with(func(i *ar.Issuer) { i.Taxnumber = "" }), []string{"tax number"}},
		"no name":         {with(func(i *ar.Issuer) { i.Name = "" }), []string{"name"}},
		"a blank street":  {with(func(i *ar.Issuer) { i.Street = " " }), []string{"street"}},
		"no zipcode":      {with(func(i *ar.Issuer) { i.Zipcode = "" }), []string{"zipcode"}},
		"no city":         {with(func(i *ar.Issuer) { i.City = "" }), []string{"city"}},
		"only a house":    {ar.Issuer{Name: "Acme", Housenumber: "1", VatID: "DE1"}, []string{"street", "zipcode", "city"}},
		"all but the law": {with(func(i *ar.Issuer) { i.City, i.Taxnumber = "", "" }), []string{"city", "tax number"}},
	} {
		if got := c.issuer.Lacks(); !slices.Equal(got, c.want) {
			t.Errorf("%s: lacks %q, want %q", name, got, c.want)
		}
	}
}
