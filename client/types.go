package client

import (
	"time"

	"github.com/oapi-codegen/nullable"
	"github.com/oapi-codegen/runtime/types"
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/gen/model"
)

// The contract's types, so that callers import one package. What their fields mean is written there.
type (
	// Identity is a customer.
	Identity = model.Identity

	// IdentityCreate is a customer to create; all fields are optional.
	IdentityCreate = model.IdentityCreate

	// IdentityUpdate is what changes of a customer; fields left out stay as they are.
	IdentityUpdate = model.IdentityUpdate

	// IdentityDetail is language, tax number and dunning wishes of a customer.
	IdentityDetail = model.IdentityDetail

	// IdentityKind says whether a customer is a person or a business.
	IdentityKind = model.IdentityKind

	// Name is the name of a customer.
	Name = model.Name

	// Address is a postal address.
	Address = model.Address

	// AddressKind says what an address is for.
	AddressKind = model.AddressKind

	// Email is an e-mail address.
	Email = model.Email

	// EmailKind says what an e-mail address is for.
	EmailKind = model.EmailKind

	// Phone is a telephone number.
	Phone = model.Phone

	// Salutation is how a person is addressed.
	Salutation = model.Salutation

	// Invoice is an invoice or, by its kind, a credit note.
	Invoice = model.Invoice

	// InvoiceCreate is a draft invoice to create; all fields are optional.
	InvoiceCreate = model.InvoiceCreate

	// InvoiceUpdate is what changes of an invoice; fields left out stay as they are.
	InvoiceUpdate = model.InvoiceUpdate

	// InvoiceUpdateState is the state an update asks for: canceled.
	InvoiceUpdateState = model.InvoiceUpdateState

	// InvoiceCommit is what goes along when an invoice is committed.
	InvoiceCommit = model.InvoiceCommit

	// InvoiceDetail is texts, tax facts and dunning wishes of an invoice.
	InvoiceDetail = model.InvoiceDetail

	// InvoiceIdentity is the customer an invoice is for.
	InvoiceIdentity = model.InvoiceIdentity

	// InvoiceItem is a line of an invoice, with what it comes to.
	InvoiceItem = model.InvoiceItem

	// InvoiceItemInput is a line of an invoice to create or update.
	InvoiceItemInput = model.InvoiceItemInput

	// InvoiceKind says which kind of voucher it is.
	InvoiceKind = model.InvoiceKind

	// InvoiceState is where an invoice stands.
	InvoiceState = model.InvoiceState

	// InvoiceTax is base and tax of all items of one rate.
	InvoiceTax = model.InvoiceTax

	// ItemDetail is what an item is.
	ItemDetail = model.ItemDetail

	// CreditnoteCreate is a credit note to create.
	CreditnoteCreate = model.CreditnoteCreate

	// Attachment is a file that is mailed along with an invoice.
	Attachment = model.Attachment

	// Paymentkind is how an invoice is paid.
	Paymentkind = model.Paymentkind

	// VoucherDocuments is a voucher with the documents exchanged about it.
	VoucherDocuments = model.VoucherDocuments

	// VoucherDocumentsKind says which kind of voucher it is.
	VoucherDocumentsKind = model.VoucherDocumentsKind

	// Communication is one document that was exchanged.
	Communication = model.Communication

	// CommunicationKind is what a document is.
	CommunicationKind = model.CommunicationKind

	// DocumentKind is what a document of the list is.
	DocumentKind = model.DocumentKind

	// ImportedDocument is what was made of an imported document.
	ImportedDocument = model.ImportedDocument

	// Payments is what was booked on an invoice.
	Payments = model.Payments

	// PaymentEntry is one entry of it.
	PaymentEntry = model.PaymentEntry

	// Booking is an amount booked on an invoice.
	Booking = model.Booking

	// BookingKind is what an amount was booked for.
	BookingKind = model.BookingKind

	// Transaction is a movement of money.
	Transaction = model.Transaction

	// TransactionCreate is a movement of money to book.
	TransactionCreate = model.TransactionCreate

	// Assignment is the part of a transaction that belongs to one invoice.
	Assignment = model.Assignment
	// Matching is how a transaction without assignments found its invoices, or why it found none.
	Matching = model.Matching
	// MatchingRule is what decided that.
	MatchingRule = model.MatchingRule
	// MatchingCandidate is an invoice that a transaction may be for.
	MatchingCandidate = model.MatchingCandidate

	// DunningModification sets where the dunning of an invoice stands.
	DunningModification = model.DunningModification

	// DunningSettings is how an invoice or a customer is to be dunned.
	DunningSettings = model.DunningSettings

	// DunningSettingsDeliveryKind is how notices are delivered.
	DunningSettingsDeliveryKind = model.DunningSettingsDeliveryKind

	// CustomPeriods is how many days lie between the steps of dunning.
	CustomPeriods = model.CustomPeriods

	// DunningCase is where the dunning of an invoice stands.
	DunningCase = model.DunningCase

	// DunningCycle is a course through the levels.
	DunningCycle = model.DunningCycle

	// DunningNotice is a notice that was issued.
	DunningNotice = model.DunningNotice

	// DunningNoticeDeliveryKind is how it went out.
	DunningNoticeDeliveryKind = model.DunningNoticeDeliveryKind

	// DunningStep is the step that comes next.
	DunningStep = model.DunningStep

	// DunningStepDeliveryKind is how its notice goes out.
	DunningStepDeliveryKind = model.DunningStepDeliveryKind

	// DunningHandover is how a case was handed over to collection.
	DunningHandover = model.DunningHandover

	// DunningHandoverTarget is where its file goes.
	DunningHandoverTarget = model.DunningHandoverTarget

	// DunningRun is a dunning run, planned or executed.
	DunningRun = model.DunningRun

	// DunningRunCreate is a dunning run to plan or to execute.
	DunningRunCreate = model.DunningRunCreate

	// DunningRunState is where a run stands.
	DunningRunState = model.DunningRunState

	// DunningRunEntry is one invoice of a dunning run.
	DunningRunEntry = model.DunningRunEntry

	// DunningRunEntryOutcome is what became of it.
	DunningRunEntryOutcome = model.DunningRunEntryOutcome

	// DunningRunEntries is a page of what a run does.
	DunningRunEntries = model.DunningRunEntries

	// DunningRunEntryDeliveryKind is how its notice goes out.
	DunningRunEntryDeliveryKind = model.DunningRunEntryDeliveryKind

	// DunningRunEntryGuard is the rule by which it is skipped.
	DunningRunEntryGuard = model.DunningRunEntryGuard

	// DunningHold is what holds dunning back.
	DunningHold = model.DunningHold

	// DunningHoldCreate is a hold to make.
	DunningHoldCreate = model.DunningHoldCreate

	// DunningHoldKind is why dunning is held back.
	DunningHoldKind = model.DunningHoldKind

	// AdjustmentCreate is what to give up, to write off or to take back.
	AdjustmentCreate = model.AdjustmentCreate

	// AdjustmentCreateKind is which of them.
	AdjustmentCreateKind = model.AdjustmentCreateKind

	// AdjustmentCreatePart is what of the debt is lowered.
	AdjustmentCreatePart = model.AdjustmentCreatePart

	// TransactionAssign is what to book the rest of a transaction on.
	TransactionAssign = model.TransactionAssign

	// TransactionImport is how the import of a bank statement stands.
	TransactionImport = model.TransactionImport

	// TransactionImportState is where it stands.
	TransactionImportState = model.TransactionImportState

	// TransactionImportError is something that is wrong with a bank statement.
	TransactionImportError = model.TransactionImportError

	// Claim is what is claimed of an invoice on a day.
	Claim = model.Claim

	// ClaimPeriod is a time of one interest rate.
	ClaimPeriod = model.ClaimPeriod

	// ClaimDayCount is how days of interest are counted.
	ClaimDayCount = model.ClaimDayCount

	// Job is what became of work that a call has started.
	Job = model.Job

	// JobResult names the job that a call has started.
	JobResult = model.JobResult

	// JobState is where a job stands.
	JobState = model.JobState

	// Delivery is a mail on its way to the customer.
	Delivery = model.Delivery

	// DeliveryState is where a mail stands.
	DeliveryState = model.DeliveryState

	// JobCallback is a message that tells of a job, to a URL of the merchant's.
	JobCallback = model.JobCallback

	// JobCallbackKind is who is told.
	JobCallbackKind = model.JobCallbackKind

	// JobCallbackState is where such a message stands.
	JobCallbackState = model.JobCallbackState

	// JobNotification is what the notifyUrl of a call receives.
	JobNotification = model.JobNotification

	// WorkflowNotification is what the workflow webhook of a merchant receives.
	WorkflowNotification = model.WorkflowNotification

	// SandboxClock is the test clock.
	SandboxClock = model.SandboxClock

	// SandboxClockSet is the time to set the test clock to.
	SandboxClockSet = model.SandboxClockSet

	// ErrorDetail is one reason for a refusal.
	ErrorDetail = model.ErrorDetail

	// ErrorName says whose fault a refusal is.
	ErrorName = model.ErrorName

	// ErrorType says what went wrong, one of a list; each has an Err… variable.
	ErrorType = model.ErrorType
)

// Scalars.
type (
	// Decimal is an exact decimal number, read and written without losing a digit.
	Decimal = scalar.Decimal

	// Time is a point in time, UTC, in milliseconds.
	Time = scalar.Time

	// Day is a day without a time, such as the one that money counts from. Make it with [NewDay].
	Day = types.Date

	// Digits is a whole number kept as its digits, such as an account number.
	Digits = scalar.Digits

	// Meta is any JSON object of the merchant's.
	Meta = model.Meta

	// Nullable is a field that can be left out, cleared with null, or set. Make it with [Set] or [Clear].
	Nullable[T any] = nullable.Nullable[T]
)

// What a [ContractError] holds.
type (
	// Violation is one thing in a message that breaks the contract.
	Violation = validate.Violation

	// Violations are all of them; they are an error.
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

// NewDay is a day of the calendar.
func NewDay(year int, month time.Month, day int) Day {
	return Day{Time: time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
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

	DocumentKindCollection = model.DocumentKindCollection
	DocumentKindCreditnote = model.DocumentKindCreditnote
	DocumentKindDunning1   = model.DocumentKindDunning1
	DocumentKindDunning2   = model.DocumentKindDunning2
	DocumentKindDunning3   = model.DocumentKindDunning3
	DocumentKindDunning4   = model.DocumentKindDunning4
	DocumentKindEmail      = model.DocumentKindEmail
	DocumentKindInvoice    = model.DocumentKindInvoice
	DocumentKindLetter     = model.DocumentKindLetter
	DocumentKindReminder   = model.DocumentKindReminder

	BookingKindCredit   = model.BookingKindCredit
	BookingKindFee      = model.BookingKindFee
	BookingKindInterest = model.BookingKindInterest
	BookingKindLumpsum  = model.BookingKindLumpsum
	BookingKindPayment  = model.BookingKindPayment
	BookingKindReversal = model.BookingKindReversal
	BookingKindWaiver   = model.BookingKindWaiver
	BookingKindWriteoff = model.BookingKindWriteoff

	MatchingRuleAmount    = model.MatchingRuleAmount
	MatchingRuleNone      = model.MatchingRuleNone
	MatchingRuleNumber    = model.MatchingRuleNumber
	MatchingRuleReference = model.MatchingRuleReference
	MatchingRuleReturn    = model.MatchingRuleReturn
	MatchingRuleSubset    = model.MatchingRuleSubset
	MatchingRuleTolerance = model.MatchingRuleTolerance

	DunningStepDeliveryKindEmail  = model.DunningStepDeliveryKindEmail
	DunningStepDeliveryKindLetter = model.DunningStepDeliveryKindLetter

	DunningSettingsDeliveryKindEmail  = model.DunningSettingsDeliveryKindEmail
	DunningSettingsDeliveryKindLetter = model.DunningSettingsDeliveryKindLetter

	DunningRunStateDone    = model.DunningRunStateDone
	DunningRunStateFailed  = model.DunningRunStateFailed
	DunningRunStateQueued  = model.DunningRunStateQueued
	DunningRunStateRunning = model.DunningRunStateRunning

	DunningRunEntryOutcomeDropped    = model.DunningRunEntryOutcomeDropped
	DunningRunEntryOutcomeHandedOver = model.DunningRunEntryOutcomeHandedOver
	DunningRunEntryOutcomeIssued     = model.DunningRunEntryOutcomeIssued
	DunningRunEntryOutcomePlanned    = model.DunningRunEntryOutcomePlanned
	DunningRunEntryOutcomeSkipped    = model.DunningRunEntryOutcomeSkipped

	DunningHoldKindBlock   = model.DunningHoldKindBlock
	DunningHoldKindDispute = model.DunningHoldKindDispute
	DunningHoldKindPromise = model.DunningHoldKindPromise

	AdjustmentCreateKindReversal = model.AdjustmentCreateKindReversal
	AdjustmentCreateKindWaiver   = model.AdjustmentCreateKindWaiver
	AdjustmentCreateKindWriteoff = model.AdjustmentCreateKindWriteoff

	AdjustmentCreatePartCosts     = model.AdjustmentCreatePartCosts
	AdjustmentCreatePartInterest  = model.AdjustmentCreatePartInterest
	AdjustmentCreatePartPrincipal = model.AdjustmentCreatePartPrincipal

	TransactionImportStateDone    = model.TransactionImportStateDone
	TransactionImportStateFailed  = model.TransactionImportStateFailed
	TransactionImportStateQueued  = model.TransactionImportStateQueued
	TransactionImportStateRunning = model.TransactionImportStateRunning

	DunningRunEntryDeliveryKindEmail  = model.DunningRunEntryDeliveryKindEmail
	DunningRunEntryDeliveryKindLetter = model.DunningRunEntryDeliveryKindLetter

	DunningRunEntryGuardG1 = model.DunningRunEntryGuardG1
	DunningRunEntryGuardG2 = model.DunningRunEntryGuardG2
	DunningRunEntryGuardG3 = model.DunningRunEntryGuardG3
	DunningRunEntryGuardG4 = model.DunningRunEntryGuardG4
	DunningRunEntryGuardG5 = model.DunningRunEntryGuardG5
	DunningRunEntryGuardG6 = model.DunningRunEntryGuardG6
	DunningRunEntryGuardG7 = model.DunningRunEntryGuardG7
	DunningRunEntryGuardG8 = model.DunningRunEntryGuardG8

	DunningNoticeDeliveryKindEmail  = model.DunningNoticeDeliveryKindEmail
	DunningNoticeDeliveryKindLetter = model.DunningNoticeDeliveryKindLetter

	DunningHandoverTargetEmail   = model.DunningHandoverTargetEmail
	DunningHandoverTargetFolder  = model.DunningHandoverTargetFolder
	DunningHandoverTargetWebhook = model.DunningHandoverTargetWebhook

	ClaimDayCountAct365 = model.ClaimDayCountAct365
	ClaimDayCountActAct = model.ClaimDayCountActAct
	ClaimDayCountN30360 = model.ClaimDayCountN30360

	JobStateDone    = model.JobStateDone
	JobStateFailed  = model.JobStateFailed
	JobStateQueued  = model.JobStateQueued
	JobStateRunning = model.JobStateRunning

	DeliveryStateAccepted   = model.DeliveryStateAccepted
	DeliveryStateDeferred   = model.DeliveryStateDeferred
	DeliveryStateQueued     = model.DeliveryStateQueued
	DeliveryStateRejected   = model.DeliveryStateRejected
	DeliveryStateSending    = model.DeliveryStateSending
	DeliveryStateSuppressed = model.DeliveryStateSuppressed
	DeliveryStateUnknown    = model.DeliveryStateUnknown

	JobCallbackKindCollection = model.JobCallbackKindCollection
	JobCallbackKindNotify     = model.JobCallbackKindNotify
	JobCallbackKindWorkflow   = model.JobCallbackKindWorkflow

	JobCallbackStateDelivered = model.JobCallbackStateDelivered
	JobCallbackStateFailed    = model.JobCallbackStateFailed
	JobCallbackStateGone      = model.JobCallbackStateGone
	JobCallbackStateQueued    = model.JobCallbackStateQueued
	JobCallbackStateSending   = model.JobCallbackStateSending

	ErrorNameClientError = model.ErrorNameClientError
	ErrorNameServerError = model.ErrorNameServerError
)
