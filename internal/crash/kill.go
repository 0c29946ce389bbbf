//go:build crash

package crash

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Variables of the environment.
const (
	variable = "DUNWELL_TEST_CRASH_AT"    // the point at which the process is to end
	lateness = "DUNWELL_TEST_CRASH_LATER" // how much later than now the process believes it is
)

var (
	target string
	passes atomic.Int64 // how often the process still comes to the target, the last time included
	later  time.Duration
)

func init() {
	name, times, counted := strings.Cut(os.Getenv(variable), "#")
	n := int64(1)
	if counted {
		var err error
		if n, err = strconv.ParseInt(times, 10, 64); err != nil || n < 1 {
			panic(variable + ": after # comes how many times the point is reached, from 1")
		}
	}
	target = name
	passes.Store(n)
	if text := os.Getenv(lateness); text != "" {
		var err error
		if later, err = time.ParseDuration(text); err != nil || later < 0 {
			panic(lateness + ": how much later it is, such as 20m")
		}
	}
}

// Clock is a clock that is ahead of now by what DUNWELL_TEST_CRASH_LATER says.
func Clock(now func() time.Time) func() time.Time {
	return func() time.Time { return now().Add(later) }
}

// At kills the process if the environment names this point.
func At(point string) {
	if target == "" || point != target || passes.Add(-1) != 0 {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {} // the signal is on its way; nothing happens after this point
}
