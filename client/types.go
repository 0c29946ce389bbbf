package client

import (
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
