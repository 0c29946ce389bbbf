//go:build race

package app

// someYears is how many random years are tried: the race detector makes each take half a minute.
const someYears = 3
