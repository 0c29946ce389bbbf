//go:build race

package validate

// The race detector makes sync.Pool drop what is put into it now and then, so that allocations cannot be counted.
func init() { countsAllocations = false }
