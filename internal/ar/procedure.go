package ar

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // of the default
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// Procedure is how a merchant duns: what happens at which level, and when. It is part of the merchant's settings, and a case
// that is running keeps the one it began with, whatever becomes of the settings.
type Procedure struct {
	Currency      string           `json:"currency"`               // of its amounts; invoices in another one bear no fees, and have no least amount
	IgnoreCredit  bool             `json:"ignoreCredit,omitempty"` // dun also who has credit that is not set off
	CreditPercent decimal.Decimal  `json:"creditPercent"`          // credit of that much of what is open stops dunning
	CostBasis     string           `json:"costBasis,omitempty"`    // what fees towards consumers are the cost of; without it there are none
	Levels        []ProcedureLevel `json:"levels"`                 // reminder, dunning1 … dunning4: the last one given is the end
}

// ProcedureLevel is one notice. All periods are in days.
type ProcedureLevel struct {
	Grace        int                              `json:"grace"`                  // after the base date or the last notice's day to pay by
	PayBy        int                              `json:"payBy"`                  // what a notice gives
	Interval     int                              `json:"interval,omitempty"`     // at least, since the last notice was issued
	MinAmount    decimal.Decimal                  `json:"minAmount,omitzero"`     // of open principal
	Always       bool                             `json:"always,omitempty"`       // any principal is enough
	Fee          map[IdentityKind]decimal.Decimal `json:"fee,omitempty"`          // by who owes
	Lumpsum      bool                             `json:"lumpsum,omitempty"`      // the one the law gives, see Settings.Lumpsum; once per invoice
	Interest     bool                             `json:"interest,omitempty"`     // charge what has accrued
	DeliveryKind string                           `json:"deliveryKind,omitempty"` // email or letter; email when empty
	Texts        map[string]NoticeText            `json:"texts,omitempty"`        // of the merchant's own, by locale: de or en; ours where there is none
}

// NoticeText is what a merchant wants a notice to say around its figures. What is empty is ours.
type NoticeText struct {
	Title   string   `json:"title,omitempty"`   // 2. Mahnung
	Intro   []string `json:"intro,omitempty"`   // paragraphs before the figures
	Closing []string `json:"closing,omitempty"` // and after the account
}

// MaxLevel is the highest dunning level.
const MaxLevel = 5

//go:embed procedure.json
var defaultProcedure []byte

// DefaultProcedure is how a merchant duns who has said nothing about it.
var DefaultProcedure = func() (p Procedure) {
	decoder := json.NewDecoder(bytes.NewReader(defaultProcedure))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		panic(err)
	}
	return p
}()

// Procedure is how the merchant duns as of now.
func (s Settings) Procedure() Procedure {
	if s.Dunning == nil {
		return DefaultProcedure
	}
	return *s.Dunning
}

// Version names the content of the procedure: another one has another name.
func (p Procedure) Version() (string, error) {
	text, err := json.Marshal(p)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// CheckDunning finds what makes no sense about the procedure, and what no court would let stand. The paths begin with
// dunning.
func (s Settings) CheckDunning() []Detail {
	if s.Dunning == nil {
		return nil
	}
	var wrong faults
	p := *s.Dunning
	checkCurrency(&wrong, p.Currency)
	for i := range wrong {
		wrong[i].Fields = []string{"dunning.currency"}
	}
	if p.CreditPercent.IsNegative() || p.CreditPercent.GreaterThan(hundred) {
		wrong.add("dunning.creditPercent", "Value for field 'dunning.creditPercent' is no percentage.", "Send a percentage of what is open from 0 to 100, such as 10.")
	}
	if len(p.Levels) == 0 || len(p.Levels) > MaxLevel {
		wrong.add("dunning.levels", fmt.Sprintf("The procedure has %d levels.", len(p.Levels)), "Send one to five: the reminder, and up to four dunnings.")
	}
	for i := range p.Levels {
		p.checkLevel(&wrong, fmt.Sprintf("dunning.levels[%d]", i), i)
	}
	return wrong
}

func (p Procedure) checkLevel(wrong *faults, path string, i int) {
	const year = 365
	level := p.Levels[i]
	for name, days := range map[string]int{"grace": level.Grace, "payBy": level.PayBy, "interval": level.Interval} {
		if days < 0 || days > year || days == 0 && name == "payBy" {
			wrong.add(path+"."+name, fmt.Sprintf("%d days make no sense.", days), "Send a number of days up to 365; a notice gives at least one to pay.")
		}
	}
	p.checkAmount(wrong, path+".minAmount", level.MinAmount)
	for debtor, fee := range level.Fee {
		path := path + ".fee." + string(debtor)
		p.checkAmount(wrong, path, fee)
		switch {
		case debtor != Individual && debtor != Incorporate:
			wrong.add(path, "There is no such kind of debtor.", "Name individual or incorporate.")
		case i == 0 && fee.IsPositive():
			wrong.add(path, "The reminder costs a fee.", "Leave it out: who is not in default yet does not owe the cost of what puts them there.")
		case debtor == Individual && fee.IsPositive() && p.CostBasis == "":
			wrong.add(path, "The fee has no basis.", "Say in dunning.costBasis what it is the cost of: consumers owe no more than postage and material.")
		}
	}
	if !slices.Contains([]string{"", DeliverEmail, DeliverLetter}, level.DeliveryKind) {
		wrong.add(path+".deliveryKind", fmt.Sprintf("'%s' is not known.", level.DeliveryKind), "Send email or letter.")
	}
}

func (p Procedure) checkAmount(wrong *faults, path string, amount decimal.Decimal) {
	if amount.IsNegative() || !fits(amount) || !money.Round(amount, p.Currency).Equal(amount) {
		wrong.add(path, "Value for field '"+path+"' is no amount.", "Send an amount in "+p.Currency+", such as 2.50.")
	}
}

// How a notice goes out.
const (
	DeliverEmail  = "email"
	DeliverLetter = "letter"
)

// Lumpsum is what the law gives for the costs of recovery, once per invoice, for a debt that arose on a day: § 288 (5) BGB, as
// policies.csv has it. It is in EUR.
func (s Settings) Lumpsum(inv *Invoice, debtor IdentityKind) decimal.Decimal {
	if p, known := policyFor(s.law(), debtor, inv.Arose()); known && inv.Currency == "EUR" {
		return p.lumpsum
	}
	return decimal.Zero
}
