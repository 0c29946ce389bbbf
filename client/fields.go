package client

// InvoiceFields are what lists of invoices and of credit notes can be filtered and sorted by.
//
//	c.Invoices(ctx, client.InvoiceFields.State.Is(client.InvoiceStateNone), client.InvoiceFields.Due.Before(today))
//
// Like all such variables here it is to be read, not to be set.
var InvoiceFields struct {
	Reference       SortableTextField[InvoiceCondition, InvoiceOrder]
	Number          SortableTextField[InvoiceCondition, InvoiceOrder]
	State           ChoiceField[InvoiceCondition, InvoiceState]
	Identity        TextField[InvoiceCondition] // the reference of the customer
	Debtor          TextField[InvoiceCondition] // the customer's account, digits
	Currency        TextField[InvoiceCondition]
	Paymentkind     ChoiceField[InvoiceCondition, Paymentkind]
	Ordernumber     TextField[InvoiceCondition]
	Accountingdate  SortableTimeField[InvoiceCondition, InvoiceOrder]
	Issued          SortableTimeField[InvoiceCondition, InvoiceOrder]
	Due             SortableTimeField[InvoiceCondition, InvoiceOrder]
	Orderdate       SortableTimeField[InvoiceCondition, InvoiceOrder]
	Cancelationdate TimeField[InvoiceCondition]
	Dunninglevel    LevelField[InvoiceCondition, InvoiceOrder]
	Total           DecimalField[InvoiceCondition, InvoiceOrder] // gross
	Unpaid          DecimalField[InvoiceCondition, InvoiceOrder]
	Created         SortableTimeField[InvoiceCondition, InvoiceOrder]
	Modified        SortableTimeField[InvoiceCondition, InvoiceOrder]
}

// IdentityFields are what the list of customers can be filtered and sorted by.
var IdentityFields struct {
	Reference SortableTextField[IdentityCondition, IdentityOrder]
	Number    SortableTextField[IdentityCondition, IdentityOrder]
	Debtor    SortableTextField[IdentityCondition, IdentityOrder] // the customer's account, digits
	Kind      ChoiceField[IdentityCondition, IdentityKind]
	Currency  TextField[IdentityCondition]
	Created   SortableTimeField[IdentityCondition, IdentityOrder]
	Modified  SortableTimeField[IdentityCondition, IdentityOrder]
}

// TransactionFields are what the list of movements of money can be filtered and sorted by.
var TransactionFields struct {
	Reference   TextField[TransactionCondition]
	Currency    TextField[TransactionCondition]
	Amount      DecimalField[TransactionCondition, TransactionOrder]
	Unallocated DecimalField[TransactionCondition, TransactionOrder]
	Bookingdate SortableTimeField[TransactionCondition, TransactionOrder]
	Valuedate   SortableTimeField[TransactionCondition, TransactionOrder]
	Created     SortableTimeField[TransactionCondition, TransactionOrder]
}

// DocumentFields are what the list of an invoice's documents can be filtered and sorted by.
var DocumentFields struct {
	Kind    KindField[DocumentCondition, VoucherDocumentsKind]
	Created SortKey[DocumentOrder]
	Issued  SortKey[DocumentOrder]
}

// PaymentFields are what the list of an invoice's payments and charges can be filtered and sorted by.
var PaymentFields struct {
	Kind    KindField[PaymentCondition, BookingKind]
	Created SortKey[PaymentOrder]
}

// The names are given here and not where the fields are declared, so that the documentation shows each field once.
func init() {
	invoice := &InvoiceFields
	invoice.Reference.as("reference")
	invoice.Number.as("number")
	invoice.State.as("state")
	invoice.Identity.as("identity")
	invoice.Debtor.as("debtor")
	invoice.Currency.as("currency")
	invoice.Paymentkind.as("paymentkind")
	invoice.Ordernumber.as("ordernumber")
	invoice.Accountingdate.as("accountingdate")
	invoice.Issued.as("issued")
	invoice.Due.as("due")
	invoice.Orderdate.as("orderdate")
	invoice.Cancelationdate.as("cancelationdate")
	invoice.Dunninglevel.as("dunninglevel")
	invoice.Total.as("total")
	invoice.Unpaid.as("unpaid")
	invoice.Created.as("created")
	invoice.Modified.as("modified")

	identity := &IdentityFields
	identity.Reference.as("reference")
	identity.Number.as("number")
	identity.Debtor.as("debtor")
	identity.Kind.as("kind")
	identity.Currency.as("currency")
	identity.Created.as("created")
	identity.Modified.as("modified")

	transaction := &TransactionFields
	transaction.Reference.as("reference")
	transaction.Currency.as("currency")
	transaction.Amount.as("amount")
	transaction.Unallocated.as("unallocated")
	transaction.Bookingdate.as("bookingdate")
	transaction.Valuedate.as("valuedate")
	transaction.Created.as("created")

	document := &DocumentFields
	document.Kind.as("kind")
	document.Created.as("created")
	document.Issued.as("issued")

	payment := &PaymentFields
	payment.Kind.as("kind")
	payment.Created.as("created")
}
