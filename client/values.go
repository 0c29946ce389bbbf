package client

import "github.com/dunwell/dunwell/gen/model"

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
