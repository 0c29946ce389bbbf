// Package store keeps everything that must survive: merchants, keys, identities, vouchers, communications, bookings,
// idempotent answers and the event log, in SQLite or in PostgreSQL. There is one SQL text for both; what differs has a
// name in dialect.go. Every noun has a file with its statements next to the scan that reads them.
//
// Invariants:
//
//   - A transaction belongs to one merchant. Tx carries the merchant, every statement names it as $1, and every primary
//     key begins with it: what belongs to somebody else cannot be reached by forgetting a condition.
//   - An Update that returned nil is on disk. On SQLite many are flushed together (see writer.go), none is acknowledged early.
//   - A statement that fails makes its transaction fail, up to the enclosing Savepoint, on both engines: PostgreSQL has it
//     so, and SQLite is held to it, so that what passes on one passes on the other.
//   - Time is milliseconds of UTC and is read once per transaction (Tx.Now). Sums that are searched are ten-thousandths
//     of the currency unit. What is never searched is one JSON text; meta is kept byte for byte.
//   - Absent values (NULL) sort before all others, on both engines. Text is compared byte by byte.
//   - bookings and events are append-only; triggers see to it.
package store
