package client

import (
	"time"

	"github.com/oapi-codegen/nullable"
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/gen/model"
)

// The contract's types, so that callers import one package. What their fields mean is written there.
type (
	// Customers.
	Identity       = model.Identity
	IdentityCreate = model.IdentityCreate
	IdentityUpdate = model.IdentityUpdate
	IdentityDetail = model.IdentityDetail
	IdentityKind   = model.IdentityKind
	Name           = model.Name
	Address        = model.Address
	AddressKind    = model.AddressKind
	Email          = model.Email
	EmailKind      = model.EmailKind
	Phone          = model.Phone
	Salutation     = model.Salutation

	// Invoices and credit notes.
	Invoice            = model.Invoice
	InvoiceCreate      = model.InvoiceCreate
	InvoiceUpdate      = model.InvoiceUpdate
	InvoiceUpdateState = model.InvoiceUpdateState
	InvoiceCommit      = model.InvoiceCommit
	InvoiceDetail      = model.InvoiceDetail
	InvoiceIdentity    = model.InvoiceIdentity
	InvoiceItem        = model.InvoiceItem
	InvoiceItemInput   = model.InvoiceItemInput
	InvoiceKind        = model.InvoiceKind
	InvoiceState       = model.InvoiceState
	InvoiceTax         = model.InvoiceTax
	ItemDetail         = model.ItemDetail
	CreditnoteCreate   = model.CreditnoteCreate
	Attachment         = model.Attachment
	Paymentkind        = model.Paymentkind

	// Documents.
	VoucherDocuments     = model.VoucherDocuments
	VoucherDocumentsKind = model.VoucherDocumentsKind
	Communication        = model.Communication
	CommunicationKind    = model.CommunicationKind
	ImportedDocument     = model.ImportedDocument

	// Money.
	Payments          = model.Payments
	PaymentEntry      = model.PaymentEntry
	Booking           = model.Booking
	BookingKind       = model.BookingKind
	Transaction       = model.Transaction
	TransactionCreate = model.TransactionCreate
	Assignment        = model.Assignment

	// Dunning.
	DunningModification         = model.DunningModification
	DunningSettings             = model.DunningSettings
	DunningSettingsDeliveryKind = model.DunningSettingsDeliveryKind
	CustomPeriods               = model.CustomPeriods
	DunningCase                 = model.DunningCase
	DunningNotice               = model.DunningNotice
	DunningStep                 = model.DunningStep
	DunningRun                  = model.DunningRun
	DunningRunCreate            = model.DunningRunCreate
	DunningRunEntry             = model.DunningRunEntry
	Claim                       = model.Claim
	ClaimPeriod                 = model.ClaimPeriod
	ClaimDayCount               = model.ClaimDayCount

	// Jobs and the test clock.
	Job             = model.Job
	JobResult       = model.JobResult
	JobState        = model.JobState
	SandboxClock    = model.SandboxClock
	SandboxClockSet = model.SandboxClockSet

	// Refusals.
	ErrorDetail = model.ErrorDetail
	ErrorName   = model.ErrorName
	ErrorType   = model.ErrorType
)

// Scalars.
type (
	// Decimal is an exact decimal number, read and written without losing a digit.
	Decimal = scalar.Decimal

	// Time is a point in time, UTC, in milliseconds.
	Time = scalar.Time

	// Digits is a whole number kept as its digits, such as an account number.
	Digits = scalar.Digits

	// Meta is any JSON object of the merchant's.
	Meta = model.Meta

	// Nullable is a field that can be left out, cleared with null, or set. Make it with [Set] or [Clear].
	Nullable[T any] = nullable.Nullable[T]
)

// What breaks the contract, in a [ContractError].
type (
	Violation  = validate.Violation
	Violations = validate.Violations
)

// MustDecimal reads text such as 12345.45 and panics if it is no decimal number. It is meant for literals.
func MustDecimal(text string) Decimal { return scalar.MustDecimal(text) }

// NewDecimal wraps d, which is written with as many decimals as it carries.
func NewDecimal(d decimal.Decimal) Decimal { return scalar.NewDecimal(d) }

// NewTime is t in UTC without what is shorter than a millisecond.
func NewTime(t time.Time) Time { return scalar.NewTime(t) }

// Date is midnight UTC of a day, as the contract reads a plain date.
func Date(year int, month time.Month, day int) Time {
	return NewTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// Set gives a value to a field that null would clear.
func Set[T any](value T) Nullable[T] { return nullable.NewNullableWithValue(value) }

// Clear clears a field with null.
func Clear[T any]() Nullable[T] { return nullable.NewNullNullable[T]() }

// The contract's values. A newer server may answer others.
const (
	IdentityKindIncorporate = model.IdentityKindIncorporate
	IdentityKindIndividual  = model.IdentityKindIndividual

	AddressKindBilling  = model.AddressKindBilling
	AddressKindDefault  = model.AddressKindDefault
	AddressKindShipping = model.AddressKindShipping

	EmailKindBilling = model.EmailKindBilling
	EmailKindDefault = model.EmailKindDefault
	EmailKindDunning = model.EmailKindDunning

	SalutationMr = model.SalutationMr
	SalutationMs = model.SalutationMs
	SalutationMx = model.SalutationMx

	InvoiceUpdateStateCanceled = model.InvoiceUpdateStateCanceled
	InvoiceUpdateStateNone     = model.InvoiceUpdateStateNone
	InvoiceUpdateStatePaid     = model.InvoiceUpdateStatePaid

	InvoiceKindCreditnote = model.InvoiceKindCreditnote
	InvoiceKindInvoice    = model.InvoiceKindInvoice

	InvoiceStateCanceled = model.InvoiceStateCanceled
	InvoiceStateNone     = model.InvoiceStateNone
	InvoiceStatePaid     = model.InvoiceStatePaid

	PaymentkindCC = model.PaymentkindCC
	PaymentkindCD = model.PaymentkindCD
	PaymentkindCT = model.PaymentkindCT
	PaymentkindDD = model.PaymentkindDD
	PaymentkindIN = model.PaymentkindIN
	PaymentkindOT = model.PaymentkindOT
	PaymentkindPP = model.PaymentkindPP

	VoucherDocumentsKindCreditnote = model.VoucherDocumentsKindCreditnote
	VoucherDocumentsKindInvoice    = model.VoucherDocumentsKindInvoice

	CommunicationKindCreditnote = model.CommunicationKindCreditnote
	CommunicationKindDunning1   = model.CommunicationKindDunning1
	CommunicationKindDunning2   = model.CommunicationKindDunning2
	CommunicationKindDunning3   = model.CommunicationKindDunning3
	CommunicationKindDunning4   = model.CommunicationKindDunning4
	CommunicationKindEmail      = model.CommunicationKindEmail
	CommunicationKindInvoice    = model.CommunicationKindInvoice
	CommunicationKindLetter     = model.CommunicationKindLetter
	CommunicationKindReminder   = model.CommunicationKindReminder

	BookingKindCredit   = model.BookingKindCredit
	BookingKindFee      = model.BookingKindFee
	BookingKindInterest = model.BookingKindInterest
	BookingKindLumpsum  = model.BookingKindLumpsum
	BookingKindPayment  = model.BookingKindPayment
	BookingKindReversal = model.BookingKindReversal
	BookingKindWaiver   = model.BookingKindWaiver
	BookingKindWriteoff = model.BookingKindWriteoff

	DunningSettingsDeliveryKindEmail  = model.DunningSettingsDeliveryKindEmail
	DunningSettingsDeliveryKindLetter = model.DunningSettingsDeliveryKindLetter

	ClaimDayCountAct365 = model.ClaimDayCountAct365
	ClaimDayCountActAct = model.ClaimDayCountActAct
	ClaimDayCountN30360 = model.ClaimDayCountN30360

	JobStateDone    = model.JobStateDone
	JobStateFailed  = model.JobStateFailed
	JobStateQueued  = model.JobStateQueued
	JobStateRunning = model.JobStateRunning

	ErrorNameClientError = model.ErrorNameClientError
	ErrorNameServerError = model.ErrorNameServerError
)
