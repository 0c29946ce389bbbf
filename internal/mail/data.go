package mail

import (
	"cmp"
	"strings"

	bcp47 "golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/dunwell/dunwell/internal/ar"
)

// Data is what a template can say. Amounts and dates are texts in the form of the locale, as the document has them.
type Data struct {
	Customer    Customer
	Issuer      ar.Issuer   // Name must be set
	Number      string      // of the voucher
	Issued      string      // date
	Due         string      // date; empty when there is none
	Total       string      // with its currency
	OrderNumber string      // the customer's, empty when there is none
	Payment     *Payment    // nil when nothing is to be transferred: credit notes, direct debit, paid
	Dunning     *Dunning    // of the kinds reminder and dunning1 to dunning4, and only of these
	Collection  *Collection // of the kinds collection and collectionReport, and only of these: such a mail goes to whoever collects
}

// Dunning is the notice that a mail brings; Number, Issued and Due are those of its invoice. Payment is over what is Asked.
type Dunning struct {
	Level     int    // 1 is the reminder, 2 to 5 are dunning1 to dunning4
	Title     string // what the letter calls itself: 2. Mahnung
	Issued    string // date of the letter
	Asked     string // in all
	PayBy     string // date
	Principal string // what is open of the invoice itself
	Costs     string // open fees and lump sum; empty when there are none
	Interest  string // open default interest; empty when there is none
	Disputed  string // what of the principal is disputed and not asked for; empty when nothing is
	Final     bool   // the case is handed over if this notice is not paid
}

// Collection is what whoever took a case over is told; Number, Issued and Due are those of its invoice.
type Collection struct {
	Kind       string // case, booked, recalled or canceled
	Collector  string // who is told; empty when the merchant names nobody
	Merchant   string // whose case it is
	Reference  string // of the invoice
	HandedOver string // date
	Change     string // booked: what was paid, credited or given up, negative, or went back, positive; empty else
	Principal  string // what is open now
	Costs      string
	Interest   string
	Total      string
	Link       string // to the file of the case, where it is too large to go with the mail; empty else
}

// Customer is who is addressed.
type Customer struct {
	Company    string
	Salutation string // mr, ms, mx or empty
	Firstname  string
	Lastname   string
	Country    string // ISO 3166-1 alpha-2; where it is another than the issuer's, the mail names the issuer's
}

// Payment is what is to be transferred, and to where.
type Payment struct {
	Amount    string // with its currency
	Holder    string // of the account
	IBAN      string // without spaces; empty: the mail names no account
	BIC       string
	Bank      string
	Reference string // RF reference, or what else the transfer should say
}

// view is Data as a template sees it.
type view struct {
	Data
	Locale  string // de or en
	Subject string // set when text and HTML are made
}

// language is de or en.
func language(locale string) string {
	if len(locale) >= 2 && strings.EqualFold(locale[:2], "de") && (len(locale) == 2 || locale[2] == '-' || locale[2] == '_') {
		return "de"
	}
	return "en"
}

// words of ours by locale.
var words = map[string]struct {
	mr, ms, name, nobody                string // see Greeting
	holder, reference                   string // see Account
	principal, costs, interest          string // see Demand
	disputed, asked                     string
	phone, management, vatID, taxnumber string // see Imprint
	regions                             display.Namer
}{
	"de": {
		"Sehr geehrter Herr ", "Sehr geehrte Frau ", "Guten Tag ", "Sehr geehrte Damen und Herren",
		"Empfänger", "Verwendungszweck",
		"Hauptforderung", "Kosten", "Verzugszinsen", "Abzüglich bestrittener Teil", "Zu zahlen",
		"Tel. ", "Geschäftsführung: ", "USt-IdNr. ", "Steuernummer ",
		display.German.Regions(),
	},
	"en": {
		"Dear Mr ", "Dear Ms ", "Dear ", "Dear Sir or Madam",
		"Account holder", "Payment reference",
		"Principal", "Costs", "Default interest", "Less disputed part", "To be paid",
		"Phone ", "Management: ", "VAT ID ", "Tax number ",
		display.English.Regions(),
	},
}

// Greeting is the first line of a letter, without the comma. A person without a salutation, or who wants neither Herr nor
// Frau, is addressed by the whole name.
func (v view) Greeting() string {
	w, c := words[v.Locale], v.Customer
	switch name := oneLine(c.Firstname + " " + c.Lastname); {
	case c.Salutation == "mr" && c.Lastname != "":
		return w.mr + oneLine(c.Lastname)
	case c.Salutation == "ms" && c.Lastname != "":
		return w.ms + oneLine(c.Lastname)
	case name != "":
		return w.name + name
	}
	return w.nobody
}

// fact is a line of a table.
type fact struct{ Label, Value string }

// Account is where a payment goes, and what the transfer should say; empty when the mail asks for none.
func (v view) Account() []fact {
	p, w := v.Payment, words[v.Locale]
	if p == nil || p.IBAN == "" {
		return nil
	}
	return present(fact{w.holder, p.Holder}, fact{"IBAN", group(p.IBAN)}, fact{"BIC", p.BIC}, fact{"Bank", p.Bank}, fact{w.reference, p.Reference})
}

// Demand is what a notice asks for in its parts; empty in other mails, and where the principal is all of it.
func (v view) Demand() []fact {
	d, w := v.Dunning, words[v.Locale]
	if d == nil || d.Costs == "" && d.Interest == "" && d.Disputed == "" {
		return nil
	}
	return present(fact{w.principal, d.Principal}, fact{w.costs, d.Costs}, fact{w.interest, d.Interest}, fact{w.disputed, d.Disputed}, fact{w.asked, d.Asked})
}

// present are the facts that have a value.
func present(all ...fact) (facts []fact) {
	for _, f := range all {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// Imprint is what a business letter must say of its sender, e-mails included (§ 35a GmbHG, § 37a HGB), in lines.
func (v view) Imprint() []string {
	w, i := words[v.Locale], v.Issuer
	street, city := join(" ", i.Street, i.Housenumber), join(" ", i.Zipcode, i.City)
	lines := []string{
		join(", ", i.Name, street, city, v.country()),
		join(" · ", labelled(w.phone, i.Phone), i.Email, i.Web),
		join(" · ", i.Register, labelled(w.management, i.Management)),
		join(" · ", labelled(w.vatID, i.VatID), labelled(w.taxnumber, i.Taxnumber)),
	}
	lines = append(lines, i.Notes...)
	kept := lines[:0]
	for _, line := range lines {
		if line = oneLine(line); line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

// country is the issuer's, in words; empty for customers of the same one, as in the letter.
func (v view) country() string {
	home := v.Issuer.Country
	if v.Customer.Country == "" || v.Customer.Country == home {
		return ""
	}
	region, err := bcp47.ParseRegion(home)
	if err != nil {
		return home
	}
	return cmp.Or(words[v.Locale].regions.Name(region), home)
}

func labelled(label, s string) string {
	if s == "" {
		return ""
	}
	return label + s
}

// join puts what there is one after the other.
func join(separator string, parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, separator)
}

// group writes an IBAN in fours.
func group(s string) string {
	var b strings.Builder
	for i, r := range []rune(strings.ReplaceAll(oneLine(s), " ", "")) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
