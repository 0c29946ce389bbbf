package ar

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// actions in the order of the golden table.
var actions = []Action{ChangeContent, ChangeMeta, ChangeDunning, Cancel, Commit, Resend, ModifyDunning, HoldDunning, ImportDocument, Credit, Book, Demand}

// in makes a voucher in a phase, by nothing but the fields a phase follows from.
func in(phase Phase, kind VoucherKind) *Invoice {
	inv := &Invoice{Kind: kind, Unpaid: dec("10")}
	switch phase {
	case Canceled:
		inv.Cancelationdate = &noon
	case Paid:
		inv.Committed, inv.Unpaid = &noon, dec("0.00")
	case Open:
		inv.Committed = &noon
	}
	return inv
}

// TestStates writes down what every action does in every phase: go test ./internal/ar -run TestStates -update
func TestStates(t *testing.T) {
	if len(rules) != len(actions) {
		t.Fatalf("%d actions have rules, %d are tested", len(rules), len(actions))
	}
	var text strings.Builder
	for _, kind := range []VoucherKind{KindInvoice, KindCreditnote} {
		fmt.Fprintf(&text, "%-15s", kind)
		for phase := Draft; phase <= Canceled; phase++ {
			fmt.Fprintf(&text, " %-55s", phase)
		}
		text.WriteString("\n")
		for _, action := range actions {
			fmt.Fprintf(&text, "%-15s", action)
			for phase := Draft; phase <= Canceled; phase++ {
				fmt.Fprintf(&text, " %-55s", cell(t, in(phase, kind), action))
			}
			text.WriteString("\n")
		}
		text.WriteString("\n")
	}
	golden(t, "testdata/states.golden", text.String())
}

func cell(t *testing.T, inv *Invoice, action Action) string {
	err := inv.Allow(action, "here")
	if err == nil {
		return "yes"
	}
	var e *Error
	ok := errors.As(err, &e)
	if !ok || e.Kind != Conflict || e.Code != CodeConflictState || len(e.Details) != 1 || e.Details[0].Hint == "" || e.Details[0].Fields[0] != "here" {
		t.Errorf("%s: a refusal is a conflict with a hint and the fields, not %#v", action, err)
	}
	return "no: " + strings.TrimSuffix(e.Message, ".")
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	got = trimLines(got)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got\n%s", file, got)
	}
}

// trimLines takes the white space off the end of every line.
func trimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func TestPhaseAndState(t *testing.T) {
	for _, c := range []struct {
		name                string
		committed, canceled bool
		unpaid              string
		phase               Phase
		state               State
	}{
		{"draft", false, false, "10", Draft, StateNone},
		{"draft of nothing is not paid", false, false, "0", Draft, StateNone},
		{"open", true, false, "0.01", Open, StateNone},
		{"paid", true, false, "0.00", Paid, StatePaid},
		{"overpaid is a claim of the customer, not settled", true, false, "-0.01", Open, StateNone},
		{"canceled draft", false, true, "10", Canceled, StateCanceled},
		{"canceled", true, true, "10", Canceled, StateCanceled},
		{"canceled after payment", true, true, "0", Canceled, StateCanceled},
	} {
		inv := &Invoice{Unpaid: dec(c.unpaid)}
		if c.committed {
			inv.Committed = &noon
		}
		if c.canceled {
			inv.Cancelationdate = &noon
		}
		if inv.Phase() != c.phase || inv.State() != c.state {
			t.Errorf("%s: %s, %s", c.name, inv.Phase(), inv.State())
		}
	}
}
