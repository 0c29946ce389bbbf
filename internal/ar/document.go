package ar

import (
	"encoding/json"
	"time"
)

// Communication is a document that was exchanged about a voucher: sent, or imported from elsewhere.
type Communication struct {
	ID        string
	Reference string
	InvoiceID string // the voucher it belongs to
	Kind      CommunicationKind
	Label     string
	Comment   string
	Data      json.RawMessage
	File      File
	Created   time.Time

	State     DeliveryState // of a mail of ours: how far it has come; empty for all else; follows from its delivery, set by the store when it reads
	Recipient string        // of a mail of ours: its address; as State
}

// CommunicationKind says what a document is.
type CommunicationKind string

const (
	CommInvoice    CommunicationKind = "invoice"
	CommCreditnote CommunicationKind = "creditnote"
	CommReminder   CommunicationKind = "reminder"
	CommDunning1   CommunicationKind = "dunning1"
	CommDunning2   CommunicationKind = "dunning2"
	CommDunning3   CommunicationKind = "dunning3"
	CommDunning4   CommunicationKind = "dunning4"
	CommCollection CommunicationKind = "collection" // what a case was handed over to collection with: a ZIP
	CommEmail      CommunicationKind = "email"
	CommLetter     CommunicationKind = "letter"
)

// File is the metadata of stored bytes. The same bytes of a merchant are one file, whatever they are called:
// the name belongs to the communication that shows it.
type File struct {
	ID        string
	Reference string
	SHA256    string // lower-case hex; the name of the bytes in blob storage
	Size      int64  // bytes
	MediaType string // application/pdf or message/rfc822
	Name      string // as the customer sees it, of the communication
}
