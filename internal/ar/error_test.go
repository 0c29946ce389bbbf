package ar

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Kind
	}{
		{InvalidField("a", "b", "c"), Invalid},
		{ConflictState("a"), Conflict},
		{UniqueViolation("reference", "Reference 'a' exists.", "Choose another."), Conflict},
		{fmt.Errorf("in: %w", Missing("invoiceReference", "invoice", "RE1")), NotFound},
		{io.EOF, Internal},
	} {
		if got := KindOf(c.err); got != c.want {
			t.Errorf("%v: %d, want %d", c.err, got, c.want)
		}
	}
}

func TestErrorText(t *testing.T) {
	err := &Error{Code: CodeInvalidValue, Message: "m", Details: []Detail{{Error: "d1"}, {Error: "d2"}}, Cause: io.EOF}
	if got := err.Error(); got != "ERR_INVALID_VALUE: m; d1; d2: EOF" {
		t.Error(got)
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
}

// No faults are a nil error, not an error that holds a nil *Error.
func TestNoFaults(t *testing.T) {
	if err := (faults{}).invalid(); err != nil {
		t.Error(err)
	}
}
