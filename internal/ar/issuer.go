package ar

import "strings"

// Lacks names what an invoice must say of who it is from, § 14 (4) UStG nos. 1 and 2, and does not, in the order in which
// people write it: the full name and address, and the tax number or the VAT id. A house number is no part of every address.
// Nothing is missing when it is empty.
func (i Issuer) Lacks() []string {
	var missing []string
	for _, part := range []struct{ name, value string }{
		{"name", i.Name}, {"street", i.Street}, {"zipcode", i.Zipcode}, {"city", i.City}, {"tax number", i.Taxnumber + i.VatID},
	} {
		if strings.TrimSpace(part.value) == "" {
			missing = append(missing, part.name)
		}
	}
	return missing
}
