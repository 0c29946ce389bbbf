// Package store keeps everything that must survive, in SQLite or in PostgreSQL: merchants, keys, identities, vouchers and
// their numbers, communications, bookings, transactions and the statements they came from, dunning runs, holds, notices and
// hand-overs, jobs, deliveries, callbacks, idempotent answers, the event log and the journal.
// There is one SQL text for both; what differs has a name in dialect.go. Every noun has a file with its statements next to
// the scan that reads them.
//
// Invariants:
//
//   - A transaction belongs to one merchant. Tx carries the merchant, every statement names it as $1, and every primary
//     key begins with it: what belongs to somebody else cannot be reached by forgetting a condition. The sweeps for what is
//     due (DueDeliveries, DueCallbacks, DueRuns and their like) look at all merchants, and see no more than ids.
//   - An Update that returned nil is on disk. On SQLite many are flushed together (see writer.go), none is acknowledged early.
//   - A statement that fails makes its transaction fail, up to the enclosing Savepoint, on both engines: PostgreSQL has it
//     so, and SQLite is held to it, so that what passes on one passes on the other.
//   - Time is milliseconds of UTC and is read once per transaction (Tx.Now). Sums that are searched are ten-thousandths
//     of the currency unit. What is never searched is one JSON text; meta is kept byte for byte. The leases of deliveries,
//     callbacks, runs and imports, and when they are to be worked next, are by a clock that nobody moves, which is handed in.
//   - Absent values (NULL) sort before all others, on both engines. Text is compared byte by byte.
//   - Who works on a delivery, a callback, a run or an import writes with the generation it read: a worker that comes back
//     late changes nothing, and hears ErrFenced. A lease is there only while somebody works, an end exactly when it has ended;
//     checks see to it. What has ended is in no index of what is due.
//   - A merchant has one run under way that issues notices, the schedule one a day, and an invoice one notice of a level in
//     a cycle: unique indexes decide, whoever comes at the same time.
//   - A number that was drawn stays on record, so that every gap has a name.
//   - The journal numbers its entries from 1 without gaps. Its hashes are those of RFC 6962, made in the transaction of the
//     entry, so that they never disagree. VerifyJournal recomputes them; only a head that was kept elsewhere tells of a
//     journal that was made anew as a whole.
//
// What is there for good is held by triggers, whatever the program does. bookings, events, communications, files, numbers,
// callback_attempts, bank_entries, dunning_notices, dunning_drops, handovers, journal and journal_hashes are append-only. A run
// that has ended stays as it is, a hold is only ever lifted, and both stay. Of a committed voucher only state, unpaid,
// dunninglevel, handedover, meta, dunning, modified and version change, and cancelationdate once; it is never a draft again, and never
// deleted. Of a delivery and of a collection message, what was asked for never changes, nor the communication once it is
// there; one that has ended does not change at all, and none is deleted. Somebody with all rights can drop a trigger: for
// that there is the journal.
package store
