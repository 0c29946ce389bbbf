package letter

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func day(s string) *time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return &d
}

var acme = ar.Issuer{
	Name: "Muster & Söhne Werkzeugbau GmbH", Street: "Hauptstraße", Housenumber: "12a", Zipcode: "10115", City: "Berlin", Country: "DE",
	Email: "rechnung@muster-soehne.example", Phone: "+49 30 1234567", Web: "www.muster-soehne.example",
	VatID: "DE123456789", Taxnumber: "29/123/45678", Register: "Amtsgericht Charlottenburg, HRB 12345", Management: "Anna Beispiel",
	IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX", Bank: "Musterbank Berlin",
}

// item is an item of a test; off may be empty.
func item(label, description, quantity, unit, price, rate, off string) ar.Item {
	it := ar.Item{Label: label, Quantity: dec(quantity), Unit: unit, Unitprice: dec(price), Taxrate: dec(rate), Detail: ar.ItemDetail{Description: description}}
	if off != "" {
		d := dec(off)
		it.Discount = &d
	}
	return it
}

// tb is of testing or of rapid.
type tb interface {
	Helper()
	Fatal(...any)
}

// voucher makes a committed voucher: a good one, changed.
func voucher(t tb, kind ar.VoucherKind, number string, change func(*ar.InvoiceChange)) *ar.Invoice {
	t.Helper()
	id := &ar.Identity{ID: "1", Reference: "c-1", Debtor: "10042", Currency: "EUR", Addresses: []ar.Address{{
		Kind: ar.ForBilling, Company: "Kunde AG", Firstname: "Erika", Lastname: "Mustermann", Extra: "Einkauf, 3. Etage",
		Street: "Große Bergstraße", Housenumber: "7", Zipcode: "22767", City: "Hamburg", Country: "DE",
	}}}
	c := ar.InvoiceChange{
		Number: ar.Set(number), Netbased: ar.Set(true), Paymentkind: ar.Set("CT"),
		Issued: ar.Set(day("2026-02-01")), Due: ar.Set(day("2026-02-15")),
		Items: ar.Set([]ar.Item{item("Beratung", "", "1", "h", "100", "19", "")}),
	}
	change(&c)
	inv, err := ar.NewInvoice(id, kind, "r-"+number, c, *day("2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	if err := inv.Commit(number, *day("2026-02-01")); err != nil {
		t.Fatal(err)
	}
	return inv
}

func germanInvoice(t tb) Letter {
	v := voucher(t, ar.KindInvoice, "RE-2026-0001", func(c *ar.InvoiceChange) {
		c.Ordernumber, c.Orderdate = ar.Set("B-4711"), ar.Set(day("2026-01-20"))
		c.Detail.Locale, c.Detail.VatID = ar.Set("de-DE"), ar.Set("DE987654321")
		c.Detail.IntroText = ar.Set([]string{"Guten Tag Frau Mustermann,", "vielen Dank für Ihren Auftrag. Wir haben geliefert und berechnen Ihnen:"})
		c.Detail.FooterText = ar.Set([]string{"Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.\nEs gelten unsere Allgemeinen Geschäftsbedingungen."})
		c.Items = ar.Set([]ar.Item{
			item("Präzisionsfräser 6 mm", "Hartmetall, beschichtet, für Stähle bis 55 HRC. Lieferung in der Holzkassette mit Prüfzeugnis nach DIN EN 10204.", "12", "Stk", "48.50", "19", "58.20"),
			item("Montage vor Ort", "Zwei Monteure, einschließlich An- und Abfahrt", "7.5", "h", "92", "19", ""),
			item("Fachbuch „Zerspanung“", "", "3", "Stk", "39.9065", "7", ""),
		})
	})
	return Letter{Voucher: v, Issuer: acme, Customer: "K-10042"}
}

func grossInvoice(t tb) Letter {
	v := voucher(t, ar.KindInvoice, "INV-88", func(c *ar.InvoiceChange) {
		c.Netbased, c.Paymentkind = ar.Set(false), ar.Set("CC")
		c.Addresses = ar.Set([]ar.Address{{Kind: ar.ForBilling, Firstname: "Nguyễn", Lastname: "Thị Hồng", Street: "Baker Street", Housenumber: "221b", Zipcode: "NW1 6XE", City: "London", Country: "GB"}})
		c.Detail.Locale = ar.Set("en-GB")
		c.Detail.IntroText = ar.Set([]string{"Dear Ms Nguyễn,", "thank you for your order."})
		c.Items = ar.Set([]ar.Item{
			item("Teapot", "Stoneware, 1.2 l", "3", "pcs", "9.99", "19", ""),
			item("Gift wrapping", "", "1", "pcs", "1234.50", "19", "12"),
			item("Cookbook", "", "1", "pcs", "21.40", "7", ""),
		})
	})
	return Letter{Voucher: v, Issuer: acme}
}

func creditNote(t tb) Letter {
	v := voucher(t, ar.KindCreditnote, "RK-2026-0007", func(c *ar.InvoiceChange) {
		c.Items = ar.Set([]ar.Item{item("Präzisionsfräser 6 mm", "Rückgabe", "2", "Stk", "48.50", "19", "")})
	})
	return Letter{Voucher: v, Corrects: germanInvoice(t).Voucher, Issuer: acme, Customer: "K-10042", Locale: "de"}
}

func threePages(t tb) Letter {
	v := voucher(t, ar.KindInvoice, "RE-2026-0300", func(c *ar.InvoiceChange) {
		items := make([]ar.Item, 60)
		for i := range items {
			items[i] = item(fmt.Sprintf("Artikel %d", 1000+i), []string{"", "Ausführung in Edelstahl", ""}[i%3], fmt.Sprint(i+1), "Stk", fmt.Sprintf("%d.95", 3*i+1), "19", "")
		}
		c.Items = ar.Set(items)
		c.Detail.Paymentterm = ar.Set("Zahlbar innerhalb von 14 Tagen ohne Abzug.")
	})
	return Letter{Voucher: v, Issuer: acme, Locale: "de"}
}

func reverseCharge(t tb) Letter {
	v := voucher(t, ar.KindInvoice, "RE-2026-0042", func(c *ar.InvoiceChange) {
		c.Addresses = ar.Set([]ar.Address{{Company: "Łódzka Fabryka Maszyn Sp. z o.o.", Firstname: "Grażyna", Lastname: "Święcicka", Street: "ul. Piotrkowska", Housenumber: "104", Zipcode: "90-926", City: "Łódź", Country: "PL"}})
		c.Detail.ReverseCharge, c.Detail.VatID, c.Detail.PlaceOfSupplyCountry = ar.Set(true), ar.Set("PL1234567890"), ar.Set("PL")
		c.Items = ar.Set([]ar.Item{item("Software-Entwicklung", "Leistungszeitraum Januar 2026", "160", "h", "95", "0", "")})
	})
	return Letter{Voucher: v, Issuer: acme, Locale: "de"}
}

func letters(t tb) map[string]Letter {
	return map[string]Letter{
		"invoice": germanInvoice(t), "gross": grossInvoice(t), "creditnote": creditNote(t), "pages": threePages(t), "reverse": reverseCharge(t),
	}
}
