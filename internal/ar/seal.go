package ar

import (
	"encoding/json"
	"time"
)

// sealed is what of a committed voucher never changes, in the order in which it is written.
type sealed struct {
	ID             string        `json:"id"`
	Reference      string        `json:"reference"`
	Number         string        `json:"number"`
	Kind           VoucherKind   `json:"kind"`
	Corrects       string        `json:"corrects,omitempty"`
	Label          string        `json:"label,omitempty"`
	Identity       string        `json:"identity"`
	Debtor         string        `json:"debtor,omitempty"`
	Addresses      []Address     `json:"addresses"`
	Accountingdate *time.Time    `json:"accountingdate"`
	Issued         *time.Time    `json:"issued"`
	Due            *time.Time    `json:"due"`
	Orderdate      *time.Time    `json:"orderdate,omitempty"`
	Ordernumber    string        `json:"ordernumber,omitempty"`
	Currency       string        `json:"currency"`
	Netbased       bool          `json:"netbased"`
	Paymentkind    string        `json:"paymentkind,omitempty"`
	Items          []Item        `json:"items"`
	Detail         InvoiceDetail `json:"detail"`
	Totals         Totals        `json:"totals"`
	Committed      *time.Time    `json:"committed"`
}

// Sealed is the canonical form of what a committed voucher keeps for good: JSON with its fields in a fixed order. The
// archive holds its hash, so the same voucher must give the same bytes in every later version of the program.
func (inv *Invoice) Sealed() ([]byte, error) {
	detail := inv.Detail
	detail.Dunning = nil // may change after the commit
	return json.Marshal(sealed{
		ID: inv.ID, Reference: inv.Reference, Number: inv.Number, Kind: inv.Kind, Corrects: inv.Corrects, Label: inv.Label,
		Identity: inv.Identity.ID, Debtor: inv.Identity.Debtor, Addresses: inv.Addresses,
		Accountingdate: inv.Accountingdate, Issued: inv.Issued, Due: inv.Due, Orderdate: inv.Orderdate, Ordernumber: inv.Ordernumber,
		Currency: inv.Currency, Netbased: inv.Netbased, Paymentkind: inv.Paymentkind, Items: inv.Items, Detail: detail, Totals: inv.Totals,
		Committed: inv.Committed,
	})
}
