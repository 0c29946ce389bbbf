//go:build linux || darwin

package document

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
)

// imposeLimits bounds what this process may take from now on, for good.
func imposeLimits(memory, seconds int64) error {
	debug.SetMemoryLimit(memory / 4 * 3) // the collector works harder before the system says no
	limits := []limit{
		{syscall.RLIMIT_CPU, seconds},
		{syscall.RLIMIT_FSIZE, 0}, // no file can be written
		{syscall.RLIMIT_CORE, 0},
	}
	addresses, data, err := mapped()
	if err == nil {
		limits = append(limits,
			limit{syscall.RLIMIT_DATA, data + memory},
			limit{syscall.RLIMIT_AS, addresses + memory + reserve})
	} else {
		watchMemory(memory)
	}
	for _, l := range limits {
		if err := syscall.Setrlimit(l.resource, &syscall.Rlimit{Cur: uint64(l.value), Max: uint64(l.value)}); err != nil {
			return fmt.Errorf("limiting resource %d: %w", l.resource, err)
		}
	}
	return nil
}

type limit struct {
	resource int
	value    int64
}

// reserve is for addresses that the Go runtime takes without using them, an arena of 64 MiB and its tables at a time.
// The exact limit is the one on writable memory; the one on addresses is for what that does not count.
const reserve = 512 << 20

// mapped is what this process has mapped and how much of it is private and writable, in bytes. Only Linux tells, and
// only Linux keeps to such limits.
func mapped() (addresses, data int64, err error) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0, err
	}
	var resident, shared, text, library int64
	if _, err := fmt.Sscan(string(b), &addresses, &resident, &shared, &text, &library, &data); err != nil {
		return 0, 0, err
	}
	page := int64(os.Getpagesize())
	return addresses * page, data * page, nil
}
