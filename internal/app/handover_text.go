package app

import (
	"bytes"
	"embed"
	"strings"
	"text/template"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/letter"
)

//go:embed handover
var handoverTexts embed.FS

func (f *caseFile) readme() ([]byte, error) { return handoverTexts.ReadFile("handover/README.txt") }

// claimText is the claim for people, in the language of whoever collects.
func (f *caseFile) claimText() ([]byte, error) {
	locale := collectionLocale(f.merchant)
	name := "statement." + locale + ".txt"
	t, err := template.New(name).Funcs(f.words(locale)).ParseFS(handoverTexts, "handover/"+name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, f.statement)
	return b.Bytes(), err
}

// words are what a statement says its figures with.
func (f *caseFile) words(locale string) template.FuncMap {
	return template.FuncMap{
		"amount": func(text string) (string, error) {
			d, err := decimal.NewFromString(text)
			return letter.Amount(locale, d, f.statement.Currency), err
		},
		"date": func(text string) (string, error) {
			day, err := time.Parse(time.DateOnly, text)
			return letter.Date(locale, day), err
		},
		"percent": func(text string) string {
			if locale == "de" {
				return strings.ReplaceAll(text, ".", ",")
			}
			return text
		},
		"fared":   func(state ar.DeliveryState) string { return unsentWords[locale][state] },
		"kind":    func(kind ar.BookingKind) string { return bookingWords[locale][kind] },
		"address": addressLines,
		"issuer":  issuerLines,
	}
}

// bookingWords is what bookings are called.
var bookingWords = map[string]map[ar.BookingKind]string{
	"de": {
		ar.BookPayment: "Zahlung", ar.BookCredit: "Gutschrift", ar.BookFee: "Mahngebühr", ar.BookInterest: "Verzugszinsen",
		ar.BookLumpsum: "Verzugspauschale", ar.BookWriteoff: "Ausbuchung", ar.BookWaiver: "Erlass", ar.BookReversal: "Storno",
	},
	"en": {
		ar.BookPayment: "payment", ar.BookCredit: "credit note", ar.BookFee: "dunning fee", ar.BookInterest: "default interest",
		ar.BookLumpsum: "lump sum", ar.BookWriteoff: "write-off", ar.BookWaiver: "waiver", ar.BookReversal: "reversal",
	},
}

// unsentWords is what is said of a notice whose mail is not known to have left.
var unsentWords = map[string]map[ar.DeliveryState]string{
	"de": {
		ar.DeliveryQueued: "noch nicht versandt", ar.DeliverySending: "noch nicht versandt", ar.DeliveryDeferred: "noch nicht versandt",
		ar.DeliverySuppressed: "nicht versandt", ar.DeliveryRejected: "nicht zugestellt", ar.DeliveryUnknown: "Versand ungewiss",
	},
	"en": {
		ar.DeliveryQueued: "not sent yet", ar.DeliverySending: "not sent yet", ar.DeliveryDeferred: "not sent yet",
		ar.DeliverySuppressed: "not sent", ar.DeliveryRejected: "not delivered", ar.DeliveryUnknown: "not known to have been sent",
	},
}

func addressLines(a ar.Address) []string {
	return lines(a.Company, a.Firstname+" "+a.Lastname, a.Extra, a.Street+" "+a.Housenumber, a.Zipcode+" "+a.City, a.Country)
}

func issuerLines(i ar.Issuer) []string {
	account := ""
	if i.IBAN != "" {
		account = "IBAN " + i.IBAN + " " + i.BIC
	}
	return lines(i.Name, i.Street+" "+i.Housenumber, i.Zipcode+" "+i.City, i.Country, i.Email, i.Phone, i.Register, account)
}

// lines are those that say something.
func lines(all ...string) (said []string) {
	for _, line := range all {
		if line = strings.TrimSpace(line); line != "" {
			said = append(said, line)
		}
	}
	return said
}
