package app

import (
	"fmt"
	"runtime/debug"
)

// recovered makes an error of a panic, for whoever defers it: one invoice among thousands must not take the others along, nor
// the process.
func recovered(err *error) {
	if value := recover(); value != nil {
		*err = fmt.Errorf("app: panic: %v\n%s", value, debug.Stack())
	}
}
