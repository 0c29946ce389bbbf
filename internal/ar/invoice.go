package ar

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"
)

// Invoice is a voucher: an invoice, or a credit note that corrects one. Both have the same shape.
//
// It is a draft until it is committed. From then on only Meta, Detail.Dunning and the cancellation
// change; everything else is corrected by another voucher.
type Invoice struct {
	ID                string // ours, opaque
	Reference         string // the merchant's own, unique within the merchant
	Number            string // printed number; drawn when the invoice is committed if the merchant gave none
	Kind              VoucherKind
	Corrects          string // credit notes: ID of the invoice they correct, if any
	CorrectsReference string // its reference; follows from Corrects, set by the store when it reads
	Label             string
	Identity          Debtor

	Addresses       []Address
	Accountingdate  *time.Time
	Issued          *time.Time
	Due             *time.Time
	Orderdate       *time.Time
	Ordernumber     string
	Cancelationdate *time.Time // set: the invoice is canceled
	Currency        string     // ISO 4217
	Netbased        bool       // unit prices are net; otherwise gross
	Paymentkind     string     // PP, CC, DD, CT, CD, IN, OT
	Items           []Item
	Detail          InvoiceDetail
	Meta            json.RawMessage // a JSON object of the merchant's, kept byte for byte; nil when there is none

	Totals Totals          // follows from Items, Netbased and Currency; see Total
	Unpaid decimal.Decimal // what is still owed; see BalanceOf

	Dunninglevel     int        // 0 none, 1 reminder, 2 dunning1 … 5 dunning4
	StartDunningDate *time.Time // base date of dunning and interest; nil: the due date
	DunningCycle     int64      // number of the DunningCycle it is in; 0 before the first
	HandedOver       *time.Time // the moment it was handed over to collection; nil: it was not, or was recalled
	Committed        *time.Time
	Created          time.Time
	Modified         time.Time
	Version          int64 // counts changes from 1, by the store; the ETag
}

// VoucherKind tells an invoice from a credit note.
type VoucherKind string

const (
	KindInvoice    VoucherKind = "invoice"
	KindCreditnote VoucherKind = "creditnote"
)

// Debtor names the identity an invoice is for.
type Debtor struct {
	ID        string
	Reference string
	Debtor    string
}

// Item is one line of an invoice.
type Item struct {
	Label      string           `json:"label"`
	Quantity   decimal.Decimal  `json:"quantity"`
	Unit       string           `json:"unit"`
	Unitprice  decimal.Decimal  `json:"unitprice"`          // net if the invoice is net-based, else gross
	Taxrate    decimal.Decimal  `json:"taxrate"`            // percent
	Discount   *decimal.Decimal `json:"discount,omitempty"` // amount off the line, in the price's own sense
	Account    string           `json:"account,omitempty"`
	Costcenter string           `json:"costcenter,omitempty"`
	Detail     ItemDetail       `json:"detail"`
}

// ItemDetail describes an item.
type ItemDetail struct {
	Description string `json:"description,omitempty"`
	Taxprofile  string `json:"taxprofile,omitempty"`
}

// InvoiceDetail holds texts, tax facts and dunning wishes of one invoice.
type InvoiceDetail struct {
	IntroText            []string `json:"introText,omitempty"`
	FooterText           []string `json:"footerText,omitempty"`
	IntroTextID          string   `json:"introTextId,omitempty"`
	FooterTextID         string   `json:"footerTextId,omitempty"`
	Paymentterm          string   `json:"paymentterm,omitempty"`
	PaymenttermID        string   `json:"paymenttermId,omitempty"`
	Locale               string   `json:"locale,omitempty"`
	PlaceOfSupplyCountry string   `json:"placeOfSupplyCountry,omitempty"`
	ReverseCharge        bool     `json:"reverseCharge,omitempty"`
	VatID                string   `json:"vatId,omitempty"`
	Dunning              *Dunning `json:"dunning,omitempty"`
}

// Dunning is what a merchant wishes for the dunning of an identity or an invoice.
type Dunning struct {
	Disabled      bool           `json:"disabled,omitempty"`
	DelayedUntil  string         `json:"delayedUntil,omitempty"`  // date, YYYY-MM-DD
	DeliveryKind  string         `json:"deliveryKind,omitempty"`  // email or letter
	CustomPeriods map[string]int `json:"customPeriods,omitempty"` // days by step: REMINDER, DUNNING1, DUNNING2, DUNNING3, COLLECTION
}

// Totals is what an invoice comes to.
type Totals struct {
	Net   decimal.Decimal `json:"net"`
	Tax   decimal.Decimal `json:"tax"`
	Gross decimal.Decimal `json:"gross"`
	Taxes []TaxTotal      `json:"taxes"` // by rate, highest first
	Lines []LineTotal     `json:"lines"` // one per item, same order
}

// TaxTotal is the base and the tax of all items of one rate.
type TaxTotal struct {
	Rate decimal.Decimal `json:"rate"` // percent
	Base decimal.Decimal `json:"base"`
	Tax  decimal.Decimal `json:"tax"`
}

// LineTotal is what one item comes to. Totals are never built from Net4.
type LineTotal struct {
	Net   decimal.Decimal `json:"net"`  // rounded to the currency; the lines of a rate add up to its base
	Net4  decimal.Decimal `json:"net4"` // the four-decimal net of the reference API; equals Net on net-based invoices
	Tax   decimal.Decimal `json:"tax"`
	Gross decimal.Decimal `json:"gross"`
}

// ByTransfer tells whether the voucher is to be paid by a transfer, so that an account has to be named: money is owed, and
// no other way was agreed (PP, CC, DD, CD).
func (inv *Invoice) ByTransfer() bool {
	switch inv.Paymentkind {
	case "", "CT", "IN", "OT":
		return inv.Kind == KindInvoice && inv.Unpaid.IsPositive()
	}
	return false
}
