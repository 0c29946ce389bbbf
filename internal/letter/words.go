package letter

import (
	"strings"

	"golang.org/x/text/language/display"

	"github.com/dunwell/dunwell/internal/ar"
)

// words is the wording of a letter in a language. Those with verbs are formats.
type words struct {
	lang    string // ISO 639-1
	regions display.Namer
	notice  *noticeWords

	invoice, creditnote             string
	invoiceNumber, creditnoteNumber string
	toInvoice, of                   string
	corrected                       string

	issued, customer, order, ordered, due string
	yourVAT, ourVAT, vatID, taxnumber     string
	management, holder, phone             string

	position, item, quantity, price, rate, discount, amount string
	net, gross, carried                                     string

	sumNet, tax, taxIncluded          string // tax: rate, base
	total, credited, paid, toPay      string
	supplied                          string // date
	reverseCharge, directive          string
	payBy, payNow, creditNote, isPaid string // payBy: amount, date
	byCard, byPayPal, byDebit, byCash string // amount

	payee, reference, toBePaid, scan string
	pageOf                           string // page, pages
}

var german = &words{
	lang:    "de",
	regions: display.German.Regions(),
	notice:  germanNotice,

	invoice: "Rechnung",
	// Not Gutschrift: in § 14 (2) UStG that is an invoice which the customer writes to himself, and whoever shows tax
	// under that name can owe it (§ 14c). What corrects an invoice is called what it is (§ 31 (5) UStDV).
	creditnote:       "Rechnungskorrektur",
	invoiceNumber:    "Rechnungsnummer",
	creditnoteNumber: "Belegnummer",
	toInvoice:        "zur Rechnung", of: "vom",
	corrected: "Zur Rechnung",

	issued: "Datum", customer: "Kundennummer", order: "Bestellnummer", ordered: "Bestelldatum", due: "Fällig am",
	yourVAT: "Ihre USt-IdNr.", ourVAT: "Unsere USt-IdNr.", vatID: "USt-IdNr.", taxnumber: "Steuernummer",
	management: "Vertreten durch", holder: "Inhaber", phone: "Tel.",

	position: "Pos.", item: "Bezeichnung", quantity: "Menge", price: "Einzelpreis", rate: "USt", discount: "Rabatt", amount: "Betrag",
	net: "netto", gross: "brutto", carried: "Übertrag",

	sumNet: "Summe netto", tax: "%s USt auf %s", taxIncluded: "darin %s USt auf netto %s",
	total: "Rechnungsbetrag", credited: "Korrekturbetrag", paid: "Bereits gezahlt", toPay: "Zu zahlen",
	supplied:      "Leistungsdatum, soweit nicht anders angegeben: %s",
	reverseCharge: "Steuerschuldnerschaft des Leistungsempfängers", directive: "Art.\u00a0196 der Richtlinie 2006/112/EG",
	payBy: "Bitte zahlen Sie %s bis zum %s.", payNow: "Bitte zahlen Sie %s.",
	creditNote: "Der Betrag wird Ihrem Kundenkonto gutgeschrieben.", isPaid: "Der Betrag ist bereits gezahlt.",
	byCard: "Der Betrag von %s wird Ihrer Kreditkarte belastet.", byPayPal: "Der Betrag von %s wird über PayPal gezahlt.",
	byDebit: "Der Betrag von %s wird per Lastschrift eingezogen.", byCash: "Der Betrag von %s ist bei Lieferung zu zahlen.",

	payee: "Empfänger", reference: "Verwendungszweck", toBePaid: "Betrag", scan: "Mit der Banking-App scannen und zahlen",
	pageOf: "Seite %d von %d",
}

var english = &words{
	lang:    "en",
	regions: display.English.Regions(),
	notice:  englishNotice,

	invoice:          "Invoice",
	creditnote:       "Credit note",
	invoiceNumber:    "Invoice number",
	creditnoteNumber: "Credit note number",
	toInvoice:        "for invoice", of: "of",
	corrected: "For invoice",

	issued: "Date", customer: "Customer number", order: "Order number", ordered: "Order date", due: "Due date",
	yourVAT: "Your VAT ID", ourVAT: "Our VAT ID", vatID: "VAT ID", taxnumber: "Tax number",
	management: "Represented by", holder: "Account holder", phone: "Phone",

	position: "No.", item: "Description", quantity: "Quantity", price: "Unit price", rate: "VAT", discount: "Discount", amount: "Amount",
	net: "net", gross: "gross", carried: "Carried forward",

	sumNet: "Net total", tax: "%s VAT on %s", taxIncluded: "includes %s VAT on net %s",
	total: "Total", credited: "Credited total", paid: "Already paid", toPay: "To be paid",
	supplied:      "Date of supply, unless stated otherwise: %s",
	reverseCharge: "Reverse charge: the recipient of the supply owes the VAT", directive: "Article\u00a0196 of Directive 2006/112/EC",
	payBy: "Please pay %s by %s.", payNow: "Please pay %s.",
	creditNote: "The amount is credited to your customer account.", isPaid: "The amount has been paid already.",
	byCard: "The amount of %s is charged to your credit card.", byPayPal: "The amount of %s is paid through PayPal.",
	byDebit: "The amount of %s is collected by direct debit.", byCash: "The amount of %s is payable on delivery.",

	payee: "Payee", reference: "Reference", toBePaid: "Amount", scan: "Scan with your banking app to pay",
	pageOf: "Page %d of %d",
}

// speak chooses the wording and the form of a locale: German for de, else English. Numbers and dates go with the words,
// because 1.000 means another number in an English letter than in a German one.
func speak(locale string) (*words, *form) {
	lang, region, _ := strings.Cut(locale, "-")
	switch {
	case lang == "de" && (region == "CH" || region == "LI"):
		return german, swissForm(region)
	case lang == "de" && region != "":
		f := *germanForm
		f.country = region
		return german, &f
	case lang == "de":
		return german, germanForm
	case lang == "en" && region == "US":
		return english, americanForm
	case lang == "en" && region != "":
		f := *englishForm
		f.country = region
		return english, &f
	}
	return english, englishForm
}

// kind is what a voucher is called.
func (w *words) kind(k ar.VoucherKind) string {
	if k == ar.KindCreditnote {
		return w.creditnote
	}
	return w.invoice
}

// number is what the number of a voucher is called.
func (w *words) number(k ar.VoucherKind) string {
	if k == ar.KindCreditnote {
		return w.creditnoteNumber
	}
	return w.invoiceNumber
}
