// Package ar is the domain of accounts receivable: identities, invoices and what they come to, the states an
// invoice passes through, the documents about it, and the one error type. It does no I/O and never reads the clock.
//
// Invariants:
//
//   - Amounts are decimals; nothing here is a float. Rounding happens in Total and, of interest, in ClaimAsOf.
//   - What is unpaid is never below zero, nor are principal and costs. Interest alone may be: what was paid of it and turned out not
//     to be owed counts for the rest, so nobody who books looks at a part alone (Balance.Open). What goes back to the debtor only
//     raises what is unpaid.
//   - A committed invoice keeps its content. What may still change is in the table of state.go.
//   - The domain checks meaning. That a request has the right shape was checked against the contract before.
package ar
