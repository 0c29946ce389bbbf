package client

// InvoiceFields are what lists of invoices and of credit notes can be filtered and sorted by.
//
//	c.Invoices(ctx, client.InvoiceFields.State.Is(client.InvoiceStateNone), client.InvoiceFields.Due.Before(today))
//
// Like all such variables here it is to be read, not to be set.
var InvoiceFields = struct {
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
}{
	Reference:       sortableText[InvoiceCondition, InvoiceOrder]("reference"),
	Number:          sortableText[InvoiceCondition, InvoiceOrder]("number"),
	State:           ChoiceField[InvoiceCondition, InvoiceState]{"state"},
	Identity:        TextField[InvoiceCondition]{"identity"},
	Debtor:          TextField[InvoiceCondition]{"debtor"},
	Currency:        TextField[InvoiceCondition]{"currency"},
	Paymentkind:     ChoiceField[InvoiceCondition, Paymentkind]{"paymentkind"},
	Ordernumber:     TextField[InvoiceCondition]{"ordernumber"},
	Accountingdate:  sortableTime[InvoiceCondition, InvoiceOrder]("accountingdate"),
	Issued:          sortableTime[InvoiceCondition, InvoiceOrder]("issued"),
	Due:             sortableTime[InvoiceCondition, InvoiceOrder]("due"),
	Orderdate:       sortableTime[InvoiceCondition, InvoiceOrder]("orderdate"),
	Cancelationdate: TimeField[InvoiceCondition]{"cancelationdate"},
	Dunninglevel:    LevelField[InvoiceCondition, InvoiceOrder]{SortKey[InvoiceOrder]{"dunninglevel"}},
	Total:           DecimalField[InvoiceCondition, InvoiceOrder]{SortKey[InvoiceOrder]{"total"}},
	Unpaid:          DecimalField[InvoiceCondition, InvoiceOrder]{SortKey[InvoiceOrder]{"unpaid"}},
	Created:         sortableTime[InvoiceCondition, InvoiceOrder]("created"),
	Modified:        sortableTime[InvoiceCondition, InvoiceOrder]("modified"),
}

// IdentityFields are what the list of customers can be filtered and sorted by.
var IdentityFields = struct {
	Reference SortableTextField[IdentityCondition, IdentityOrder]
	Number    SortableTextField[IdentityCondition, IdentityOrder]
	Debtor    SortableTextField[IdentityCondition, IdentityOrder] // the customer's account, digits
	Kind      ChoiceField[IdentityCondition, IdentityKind]
	Currency  TextField[IdentityCondition]
	Created   SortableTimeField[IdentityCondition, IdentityOrder]
	Modified  SortableTimeField[IdentityCondition, IdentityOrder]
}{
	Reference: sortableText[IdentityCondition, IdentityOrder]("reference"),
	Number:    sortableText[IdentityCondition, IdentityOrder]("number"),
	Debtor:    sortableText[IdentityCondition, IdentityOrder]("debtor"),
	Kind:      ChoiceField[IdentityCondition, IdentityKind]{"kind"},
	Currency:  TextField[IdentityCondition]{"currency"},
	Created:   sortableTime[IdentityCondition, IdentityOrder]("created"),
	Modified:  sortableTime[IdentityCondition, IdentityOrder]("modified"),
}

// TransactionFields are what the list of movements of money can be filtered and sorted by.
var TransactionFields = struct {
	Reference   TextField[TransactionCondition]
	Currency    TextField[TransactionCondition]
	Amount      DecimalField[TransactionCondition, TransactionOrder]
	Bookingdate SortableTimeField[TransactionCondition, TransactionOrder]
	Valuedate   SortableTimeField[TransactionCondition, TransactionOrder]
	Created     SortableTimeField[TransactionCondition, TransactionOrder]
}{
	Reference:   TextField[TransactionCondition]{"reference"},
	Currency:    TextField[TransactionCondition]{"currency"},
	Amount:      DecimalField[TransactionCondition, TransactionOrder]{SortKey[TransactionOrder]{"amount"}},
	Bookingdate: sortableTime[TransactionCondition, TransactionOrder]("bookingdate"),
	Valuedate:   sortableTime[TransactionCondition, TransactionOrder]("valuedate"),
	Created:     sortableTime[TransactionCondition, TransactionOrder]("created"),
}

// DocumentFields are what the list of an invoice's documents can be filtered and sorted by.
var DocumentFields = struct {
	Kind    KindField[DocumentCondition, VoucherDocumentsKind]
	Created SortKey[DocumentOrder]
	Issued  SortKey[DocumentOrder]
}{
	Kind:    KindField[DocumentCondition, VoucherDocumentsKind]{"kind"},
	Created: SortKey[DocumentOrder]{"created"},
	Issued:  SortKey[DocumentOrder]{"issued"},
}

// PaymentFields are what the list of an invoice's payments and charges can be filtered and sorted by.
var PaymentFields = struct {
	Kind    KindField[PaymentCondition, BookingKind]
	Created SortKey[PaymentOrder]
}{
	Kind:    KindField[PaymentCondition, BookingKind]{"kind"},
	Created: SortKey[PaymentOrder]{"created"},
}
