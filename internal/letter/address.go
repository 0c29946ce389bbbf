package letter

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/dunwell/dunwell/internal/ar"
)

// recipient is the lines of a postal address, as the post of its country wants it: who, the addition, the street, the
// town, and the country if it is not the issuer's. Info is not printed: it is a note of the merchant's.
func (c *composer) recipient(a ar.Address) []string {
	person := oneLine(a.Firstname + " " + a.Lastname)
	lines := []string{oneLine(a.Company), person, oneLine(a.Extra), street(a)}
	lines = append(lines, town(a)...)
	if home := c.home(); a.Country != "" && a.Country != home {
		lines = append(lines, strings.ToUpper(countryName(a.Country, c.posting(home))))
	}
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// home is the country the letter is posted in: the issuer's, else that of the letter's form; empty if neither says.
func (c *composer) home() string { return cmp.Or(c.Issuer.Country, c.form.country) }

// posting is the language in which the country of an address is written: not the letter's, but that of the people who
// sort the mail where it is posted (DIN 5008). English stands for all that are not German.
func (c *composer) posting(home string) display.Namer {
	switch home {
	case "DE", "AT", "CH", "LI":
		return display.German.Regions()
	}
	return display.English.Regions()
}

// countryName is the code itself for a country that has no name.
func countryName(code string, names display.Namer) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return oneLine(code)
	}
	return cmp.Or(oneLine(names.Name(region)), code)
}

// numberFirst are countries where the house number comes before the street.
var numberFirst = []string{"AU", "CA", "FR", "GB", "IE", "IL", "IN", "LU", "MY", "NZ", "PH", "SG", "TH", "US", "ZA"}

func street(a ar.Address) string {
	if slices.Contains(numberFirst, a.Country) {
		return oneLine(a.Housenumber + " " + a.Street)
	}
	return oneLine(a.Street + " " + a.Housenumber)
}

// stateless are countries of Europe whose post has no use for the state, so that it is not printed.
var stateless = []string{
	"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IS", "LI", "LT", "LU", "LV",
	"MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}

func town(a ar.Address) []string {
	city, code, state := oneLine(a.City), oneLine(a.Zipcode), oneLine(a.State)
	switch {
	case slices.Contains([]string{"AU", "CA", "US"}, a.Country):
		return []string{oneLine(city + " " + state + " " + code)}
	case slices.Contains([]string{"GB", "IE"}, a.Country):
		return []string{city, code}
	case a.Country == "" || a.Country == "IT" && state == "" || slices.Contains(stateless, a.Country):
		return []string{oneLine(code + " " + city)}
	case a.Country == "IT":
		return []string{oneLine(code + " " + city + " " + state)}
	default:
		return []string{oneLine(code + " " + city), state}
	}
}

// sender is the line above the recipient to which undelivered mail returns.
func (c *composer) sender() string {
	parts := []string{oneLine(c.Issuer.Name)}
	parts = append(parts, c.seat()...)
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// seat is the issuer's own address without its name.
func (c *composer) seat() []string {
	own := ar.Address{Street: c.Issuer.Street, Housenumber: c.Issuer.Housenumber, Zipcode: c.Issuer.Zipcode, City: c.Issuer.City, Country: c.Issuer.Country}
	return append([]string{street(own)}, town(own)...)
}
