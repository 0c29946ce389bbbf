// Package jobs lets work be done later: what a transaction leaves to do is enqueued in the same transaction, and worked
// by this process or another. River keeps the queue, in tables of its own in the application's database.
//
// A job is only a nudge: it names a row that is due. The row says what is to be done, how often it was tried and who has
// it, so a nudge that comes twice, late, or not at all does no harm: the handler looks at the row, and a schedule looks for
// rows that wait without a nudge (see Queue.Remind).
//
// Invariants:
//
//   - A nudge exists if and only if its transaction was committed.
//   - A nudge is handed to one worker at a time. It is handed out again when the handler asks for it or fails, when the
//     queue is stopped before the handler has ended, and, half an hour later, when the process dies.
//   - A tick of a schedule runs in one process only, also while two of them take themselves for the leader.
//   - River compares with the machine's clock, never with the business's.
//
// On SQLite, River shares the one connection that writes, so the two never find the file locked by each other. A transaction
// ends before a fetch can begin, and Add wakes the workers of its process at once. Nudges of other processes on the same
// file, and all scheduled ones, are found by looking once a second, which reads and does not write; an idle queue writes
// every five seconds, when the leader says that it is still there. On PostgreSQL, workers listen. A leader that died is
// replaced within 21 seconds.
package jobs
