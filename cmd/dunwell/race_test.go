//go:build race

package main

// raceEnabled: a program under the race detector takes a second to start, and each PDF that is imported starts one.
const raceEnabled = true
