//go:build !linux && !darwin

package document

import "runtime/debug"

// imposeLimits bounds the memory of this process. Its time is bounded by the parent alone.
func imposeLimits(memory, _ int64) error {
	debug.SetMemoryLimit(memory / 4 * 3)
	watchMemory(memory)
	return nil
}
