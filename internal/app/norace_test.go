//go:build !race

package app

// someYears is how many random years are tried.
const someYears = 30
