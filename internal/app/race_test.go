//go:build race

package app

const (
	raceEnabled = true
	someYears   = 3 // random years that are tried: the race detector makes each take half a minute
)
