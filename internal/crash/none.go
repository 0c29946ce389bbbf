//go:build !crash

package crash

import "time"

// At does nothing, and is nothing in the compiled program. Built with the tag crash, it ends the process when
// DUNWELL_TEST_CRASH_AT names the point.
func At(string) {}

// Clock is now itself. Built with the tag crash, it is ahead of it by what DUNWELL_TEST_CRASH_LATER says.
func Clock(now func() time.Time) func() time.Time { return now }
