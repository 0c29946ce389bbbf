package app

import "github.com/dunwell/dunwell/internal/ar"

// Seen is what a caller requires of the object it changes: nothing, that it exists, or that it still is the version it
// has seen (the If-Match of HTTP).
type Seen struct {
	Required bool
	Version  int64 // AnyVersion, or the one
}

// AnyVersion requires only that the object exists.
const AnyVersion int64 = 0

// absent is the version of an object that is not there.
const absent int64 = -1

// check compares with the version that is stored.
func (s Seen) check(stored int64) error {
	if !s.Required || s.Version == stored || s.Version == AnyVersion && stored != absent {
		return nil
	}
	return &ar.Error{Kind: ar.Mismatch, Code: ar.CodePreconditionFailed, Message: "The object has changed",
		Details: []ar.Detail{{Error: "The object is no longer the version named by If-Match.", Fields: []string{"If-Match"}, Hint: "Read it again and repeat the change."}}}
}
