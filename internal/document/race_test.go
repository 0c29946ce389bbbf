//go:build race

package document

// underRace says that the children of these tests carry the race detector with them.
const underRace = true
