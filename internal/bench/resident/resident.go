// Package resident asks the kernel how much of a process is in memory.
package resident

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Now is how many bytes of a process are resident.
func Now(pid int) (int64, error) { return memory(pid, "VmRSS") }

// Peak is the most bytes that ever were since the process began to run its program.
func Peak(pid int) (int64, error) { return memory(pid, "VmHWM") }

// Program is how many of the resident bytes are pages of files, nearly all of them the program's own. They need not be
// written anywhere to make room.
func Program(pid int) (int64, error) { return memory(pid, "RssFile") }

// memory reads a line such as "VmHWM:   23456 kB" of a process's status.
func memory(pid int, field string) (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has no %s", pid, field)
}
