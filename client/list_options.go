package client

import "strconv"

// The options of a list are conditions on its own fields, orders of its own, how much of it is wanted, and every
// [CallOption]. Each list has a type of option, so that a condition on another list's field does not compile.
type (
	// InvoiceListOption is an option of the lists of invoices and of credit notes.
	InvoiceListOption interface{ invoiceList(*listCall) }
	// IdentityListOption is an option of the list of customers.
	IdentityListOption interface{ identityList(*listCall) }
	// TransactionListOption is an option of the list of movements of money.
	TransactionListOption interface{ transactionList(*listCall) }
	// IdentityInvoiceListOption is an option of the list of a customer's invoices.
	IdentityInvoiceListOption interface{ identityInvoiceList(*listCall) }
	// DocumentListOption is an option of the list of an invoice's documents.
	DocumentListOption interface{ documentList(*listCall) }
	// PaymentListOption is an option of the lists of an invoice's payments and charges.
	PaymentListOption interface{ paymentList(*listCall) }
)

// ListOption is an option of every list.
type ListOption func(*listCall)

// PageOption is an option of the lists that come in pages: invoices, credit notes, customers, movements of money.
type PageOption func(*listCall)

// SpanOption is an option of the lists below an object: a customer's invoices, an invoice's documents and payments.
type SpanOption func(*listCall)

// PageSize sets how many rows one request asks for. Without it a page has as many as the server likes, 20 by the
// contract, or 100 below an object, and a walk over a list asks for more at once than that. The contract allows 1 to 1000 rows
// where lists come in pages ([PageOption]), and 1 to 10,000 below an object ([SpanOption]), where a [Limit] that is smaller wins.
func PageSize(rows int) ListOption { return func(l *listCall) { l.pageSize = rows } }

// SortBy sorts by fields named as in the contract, comma-separated, a minus before a field for descending, such as
// -created,reference. It is for what is only known at run time; otherwise see [Sort]. Several orders are applied one
// after the other.
func SortBy(fields string) ListOption { return func(l *listCall) { l.sortBy(fields) } }

// PageNumber begins with this page, from 1. It is meant for looking around; a walk over a long list is better
// continued with [After], since rows move between numbered pages as rows are added.
func PageNumber(number int) PageOption {
	return func(l *listCall) { l.values.Set("page", strconv.Itoa(number)) }
}

// After continues behind the row that a cursor stands for: the Next of an earlier [Page]. Conditions and order must be those
// of that page.
func After(cursor string) PageOption { return func(l *listCall) { l.values.Set("after", cursor) } }

// WithTotal asks for the number of all rows that match, in Total of the [Page]. It costs the server time on long lists. A walk,
// which gives no pages, does not ask for it.
func WithTotal() PageOption { return func(l *listCall) { l.values.Set("withTotal", "true") } }

// Limit is how many rows are wanted altogether; 0 means all there are. A walk takes any number, one request at most 10,000.
func Limit(rows int) SpanOption { return func(l *listCall) { l.limit = &rows } }

// Offset is how many rows to leave out at the start.
func Offset(rows int) SpanOption { return func(l *listCall) { l.offset = rows } }

// What takes what. Each line is a sentence: a condition on invoices goes into lists of invoices.

func (o ListOption) invoiceList(l *listCall)         { o(l) }
func (o ListOption) identityList(l *listCall)        { o(l) }
func (o ListOption) transactionList(l *listCall)     { o(l) }
func (o ListOption) identityInvoiceList(l *listCall) { o(l) }
func (o ListOption) documentList(l *listCall)        { o(l) }
func (o ListOption) paymentList(l *listCall)         { o(l) }

func (o PageOption) invoiceList(l *listCall)     { o(l) }
func (o PageOption) identityList(l *listCall)    { o(l) }
func (o PageOption) transactionList(l *listCall) { o(l) }

func (o SpanOption) identityInvoiceList(l *listCall) { o(l) }
func (o SpanOption) documentList(l *listCall)        { o(l) }
func (o SpanOption) paymentList(l *listCall)         { o(l) }

func (o CallOption) invoiceList(l *listCall)         { l.calls = append(l.calls, o) }
func (o CallOption) identityList(l *listCall)        { l.calls = append(l.calls, o) }
func (o CallOption) transactionList(l *listCall)     { l.calls = append(l.calls, o) }
func (o CallOption) identityInvoiceList(l *listCall) { l.calls = append(l.calls, o) }
func (o CallOption) documentList(l *listCall)        { l.calls = append(l.calls, o) }
func (o CallOption) paymentList(l *listCall)         { l.calls = append(l.calls, o) }

func (c Condition) invoiceList(l *listCall)         { l.where(condition(c)) }
func (c Condition) identityList(l *listCall)        { l.where(condition(c)) }
func (c Condition) transactionList(l *listCall)     { l.where(condition(c)) }
func (c Condition) identityInvoiceList(l *listCall) { l.where(condition(c)) }
func (c Condition) documentList(l *listCall)        { l.where(condition(c)) }
func (c Condition) paymentList(l *listCall)         { l.where(condition(c)) }

func (c InvoiceCondition) invoiceList(l *listCall)         { l.where(condition(c)) }
func (c InvoiceCondition) identityInvoiceList(l *listCall) { l.where(condition(c)) }
func (c IdentityCondition) identityList(l *listCall)       { l.where(condition(c)) }
func (c TransactionCondition) transactionList(l *listCall) { l.where(condition(c)) }
func (c DocumentCondition) documentList(l *listCall)       { l.where(condition(c)) }
func (c PaymentCondition) paymentList(l *listCall)         { l.where(condition(c)) }

func (o InvoiceOrder) invoiceList(l *listCall)         { l.sortBy(string(o)) }
func (o InvoiceOrder) identityInvoiceList(l *listCall) { l.sortBy(string(o)) }
func (o IdentityOrder) identityList(l *listCall)       { l.sortBy(string(o)) }
func (o TransactionOrder) transactionList(l *listCall) { l.sortBy(string(o)) }
func (o DocumentOrder) documentList(l *listCall)       { l.sortBy(string(o)) }
func (o PaymentOrder) paymentList(l *listCall)         { l.sortBy(string(o)) }
