package ar

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"
)

// sealedNotice is what of a notice the archive holds, in the order in which it is written. How its interest came about is in
// the letter, which is held by itself.
type sealedNotice struct {
	ID            string          `json:"id"`
	Invoice       string          `json:"invoice"`
	Cycle         int64           `json:"cycle"`
	Level         int             `json:"level"`
	Run           int64           `json:"run"`
	Issued        time.Time       `json:"issued"`
	PayBy         time.Time       `json:"payBy"`
	DeliveryKind  string          `json:"deliveryKind"`
	Fee           decimal.Decimal `json:"fee"`
	Lumpsum       decimal.Decimal `json:"lumpsum"`
	Interest      decimal.Decimal `json:"interest"`
	Principal     decimal.Decimal `json:"principal"`
	Costs         decimal.Decimal `json:"costs"`
	OpenInterest  decimal.Decimal `json:"openInterest"`
	Disputed      decimal.Decimal `json:"disputed"`
	Final         bool            `json:"final"`
	Charges       []string        `json:"charges"`
	Bookings      []string        `json:"bookings"`
	Job           int64           `json:"job"`
	Communication string          `json:"communication"`
}

// Sealed is the canonical form of a notice: JSON with its fields in a fixed order. The archive holds its hash, so the same
// notice must give the same bytes in every later version of the program.
func (n *Notice) Sealed() ([]byte, error) {
	return json.Marshal(sealedNotice{
		ID: n.ID, Invoice: n.InvoiceID, Cycle: n.Cycle, Level: n.Level, Run: n.Run, Issued: n.Issued, PayBy: n.PayBy, DeliveryKind: n.DeliveryKind,
		Fee: n.Fee, Lumpsum: n.Lumpsum, Interest: n.Interest, Principal: n.Demand.Principal, Costs: n.Demand.Costs, OpenInterest: n.Demand.Interest,
		Disputed: n.Disputed, Final: n.Final, Charges: n.Charges, Bookings: n.Bookings, Job: n.Job, Communication: n.Communication,
	})
}
