package client

import "strings"

// order is the keys of a sort as the contract writes them, such as -created,reference.
type order string

// The types of orders tell the lists apart, like those of conditions.
type (
	// InvoiceOrder is an order of invoices or credit notes.
	InvoiceOrder order
	// IdentityOrder is an order of customers.
	IdentityOrder order
	// TransactionOrder is an order of movements of money.
	TransactionOrder order
	// DocumentOrder is an order of the vouchers in an invoice's documents.
	DocumentOrder order
	// PaymentOrder is an order of an invoice's payments and charges.
	PaymentOrder order
)

// orders are what a SortKey gives.
type orders interface {
	InvoiceOrder | IdentityOrder | TransactionOrder | DocumentOrder | PaymentOrder
}

// SortKey is a field that a list can be sorted by.
type SortKey[O orders] struct{ name string }

func (k *SortKey[O]) as(name string) { k.name = name }

// Ascending puts small and early rows first.
func (k SortKey[O]) Ascending() O { return O(k.name) }

// Descending puts great and late rows first.
func (k SortKey[O]) Descending() O { return O("-" + k.name) }

// Sort joins keys: rows that are equal by the first are ordered by the second, and so on. The id is always the last
// key, so the order of a list is never left to chance.
//
//	client.Sort(client.InvoiceFields.Due.Descending(), client.InvoiceFields.Reference.Ascending())
func Sort[O orders](keys ...O) O {
	written := make([]string, len(keys))
	for i, key := range keys {
		written[i] = string(key)
	}
	return O(strings.Join(written, ","))
}
