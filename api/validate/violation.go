package validate

import (
	"fmt"
	"strings"
)

// MaxViolations is how many violations one message is told about at most.
const MaxViolations = 20

// Where a violation was found.
const (
	InPath   = "path"   // a path parameter
	InQuery  = "query"  // a query parameter
	InHeader = "header" // a header, of a request or of a response
	InCookie = "cookie" // a cookie parameter
	InBody   = "body"   // a JSON body
	InForm   = "form"   // a part of a multipart body
	InStatus = "status" // the status of a response
)

// Violation is one thing wrong with a message. Its texts never hold the offending value, the text of a schema or
// the name of a Go type, so that they can be shown to whoever sent the message.
type Violation struct {
	In    string // where: InPath, InQuery, …
	Path  string // which: items[3].unitprice, query.due.$lt, Idempotency-Key; empty is the whole body
	Rule  string // the keyword of JSON Schema that does not hold, or the name of a rule of additions.go
	Error string // what is wrong, one sentence
	Hint  string // what would be right
}

// Violations are all that is wrong with one message, at most MaxViolations of them. It is never empty when
// returned as an error.
type Violations []Violation

// Error makes Violations an error. The text is for logs; answers take the fields.
func (v Violations) Error() string {
	texts := make([]string, len(v))
	for i, one := range v {
		texts[i] = one.In + ": " + one.Error
	}
	return strings.Join(texts, " ")
}

// err gives v as an error, nil if there are none.
func (v Violations) err() error {
	if len(v) == 0 {
		return nil
	}
	return v
}

// TooLargeError says that a part of an upload has more bytes than the contract allows.
type TooLargeError struct {
	Path  string // name of the part
	Limit int64  // bytes allowed
}

// Error makes *TooLargeError an error.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("part '%s' has more than %d bytes", e.Path, e.Limit)
}
