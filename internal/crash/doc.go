// Package crash marks the points at which a process may be lost between two effects, so that tests can lose it there:
//
//	crash.At("commit: PDF stored")
//
// In an ordinary build a mark costs nothing. Built with the tag crash, a process whose environment has
// DUNWELL_CRASH_AT="commit: PDF stored" kills itself when it comes there, as kill -9 does: nothing is flushed, closed or
// rolled back. DUNWELL_CRASH_AT="commit: PDF stored#3" lets it pass twice before.
package crash
