//go:build linux || darwin

package document

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
)

// imposeLimits bounds what this process may take from now on, for good. Go reserves far more addresses at its start
// than it uses, so the limit on addresses is counted from there.
func imposeLimits(memory, seconds int64) error {
	debug.SetMemoryLimit(memory / 4 * 3) // the collector works harder before the system says no
	limits := []struct {
		resource int
		value    uint64
	}{
		{syscall.RLIMIT_CPU, uint64(seconds)},
		{syscall.RLIMIT_FSIZE, 0}, // no file can be written
		{syscall.RLIMIT_CORE, 0},
	}
	for _, l := range limits {
		if err := syscall.Setrlimit(l.resource, &syscall.Rlimit{Cur: l.value, Max: l.value}); err != nil {
			return fmt.Errorf("limiting resource %d: %w", l.resource, err)
		}
	}
	reserved, err := addressSpace()
	if err != nil {
		watchMemory(memory)
		return nil
	}
	most := uint64(reserved + memory)
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		watchMemory(memory)
	}
	return nil
}

// addressSpace is what this process has mapped, in bytes. Only Linux tells.
func addressSpace() (int64, error) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var pages int64
	if _, err := fmt.Sscan(string(b), &pages); err != nil {
		return 0, err
	}
	return pages * int64(os.Getpagesize()), nil
}
