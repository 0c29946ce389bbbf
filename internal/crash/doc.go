// Package crash marks the points at which a process may be lost between two effects, so that tests can lose it there:
//
//	crash.At("commit.printed")
//
// In an ordinary build a mark costs nothing. Built with the tag crash, a process whose environment has
// DUNWELL_TEST_CRASH_AT=commit.printed kills itself when it comes there, as kill -9 does: nothing is flushed, closed or
// rolled back. DUNWELL_TEST_CRASH_AT=commit.printed#3 lets it pass twice before.
//
// What a dead process was at is taken from it when its lease has ended. So that a test need not wait for that, the process
// that is started next may believe, by DUNWELL_TEST_CRASH_LATER=20m, that it was started that much later; see Clock.
package crash
