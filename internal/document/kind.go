package document

import (
	"slices"

	"github.com/dunwell/dunwell/internal/ar"
)

// kinds says which content each kind of communication can have. An e-mail is what was sent by e-mail; a letter is what
// was printed; an invoice, a credit note or a notice may be kept as either, since older systems sent them as the text
// of an e-mail.
var kinds = map[ar.CommunicationKind][]string{
	ar.CommEmail:      {EML},
	ar.CommLetter:     {PDF},
	ar.CommInvoice:    {PDF, EML},
	ar.CommCreditnote: {PDF, EML},
	ar.CommReminder:   {PDF, EML},
	ar.CommDunning1:   {PDF, EML},
	ar.CommDunning2:   {PDF, EML},
	ar.CommDunning3:   {PDF, EML},
	ar.CommDunning4:   {PDF, EML},
}

// CheckKind refuses a kind that does not go with the content, such as an e-mail that is a PDF.
func CheckKind(kind ar.CommunicationKind, mediaType string) error {
	allowed, known := kinds[kind]
	switch {
	case !known:
		return refuse("kind", "Value for field 'kind' is not one of the kinds of documents.",
			"One of invoice, creditnote, reminder, dunning1, dunning2, dunning3, dunning4, email, letter.", nil)
	case slices.Contains(allowed, mediaType):
		return nil
	case kind == ar.CommEmail:
		return refuse("kind file", "A document of kind 'email' must be an e-mail, but the file is a PDF.",
			"Import the e-mail itself (.eml), or choose the kind that says what the PDF is.", nil)
	}
	return refuse("kind file", "A document of kind '"+string(kind)+"' must be a PDF, but the file is an e-mail.",
		"Import the PDF itself, or choose the kind 'email'.", nil)
}
