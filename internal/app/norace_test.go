//go:build !race

package app

const (
	raceEnabled = false
	someYears   = 30 // random years that are tried
)
