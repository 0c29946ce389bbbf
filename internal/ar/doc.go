// Package ar is the domain of accounts receivable: identities, invoices and what they come to, the states an
// invoice passes through, the documents about it, and the one error type. It does no I/O and never reads the clock.
//
// Invariants:
//
//   - Amounts are decimals; nothing here is a float. Rounding happens in Total and, of interest, in ClaimAsOf.
//   - A committed invoice keeps its content. What may still change is in the table of state.go.
//   - The domain checks meaning. That a request has the right shape was checked against the contract before.
package ar
