//go:build race

package conformance

// raceEnabled: a program under the race detector takes a second to start, and each PDF that is imported starts one.
const raceEnabled = true
