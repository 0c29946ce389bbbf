package ar

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
)

// What banks write where there is no reference is none.
func TestRefers(t *testing.T) {
	for reference, want := range map[string]bool{"E1": true, "00": true, "": false, "NOTPROVIDED": false, "NONREF": false, "NOTAVAILABLE": false, "0": false} {
		if got := (&Transaction{Reference: reference}).Refers(); got != want {
			t.Errorf("%q refers: %v", reference, got)
		}
	}
}

func TestTransactionCheck(t *testing.T) {
	parts := func(pairs ...string) (all []Assignment) {
		for pair := range slices.Chunk(pairs, 2) {
			all = append(all, Assignment{Invoice: pair[0], Amount: dec(pair[1])})
		}
		return all
	}
	for _, c := range []struct {
		name, amount, currency string
		assigned               []Assignment
		want                   []string // paths
	}{
		{"payment", "10.00", "EUR", parts("A", "7", "B", "3.00"), nil},
		{"part of it", "10", "EUR", parts("A", "7"), nil},
		{"nothing assigned", "10", "EUR", nil, nil},
		{"return", "-10", "EUR", parts("A", "-10"), nil},
		{"bank statements have them", "0", "EUR", nil, nil},
		{"too much", "10", "EUR", parts("A", "7", "B", "3.01"), []string{"assignments"}},
		{"too much back", "-10", "EUR", parts("A", "-10.01"), []string{"assignments"}},
		{"both ways", "10", "EUR", parts("A", "12", "B", "-2"), []string{"assignments[1].amount"}},
		{"twice", "10", "EUR", parts("A", "1", "A", "2"), []string{"assignments[1].invoice"}},
		{"half a cent", "0.005", "EUR", nil, []string{"amount"}},
		{"half a yen", "0.5", "JPY", nil, []string{"amount"}},
		{"fils", "0.005", "KWD", nil, nil},
		{"half a cent of it", "10", "EUR", parts("A", "0.005"), []string{"assignments[0].amount"}},
		{"nothing of it", "10", "EUR", parts("A", "0"), []string{"assignments[0].amount"}},
		{"no money", "10", "XXX", nil, []string{"currency"}},
		{"more than there is", "1000000000000", "EUR", nil, []string{"amount"}},
	} {
		err := (&Transaction{Amount: dec(c.amount), Currency: c.currency}).Check(c.assigned)
		if got := paths(err); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v at %v, want %v", c.name, err, got, c.want)
		}
	}
	err := (&Transaction{Amount: dec("1"), Currency: "EUR", Meta: json.RawMessage(`[]`)}).Check(nil)
	if e := (*Error)(nil); !errors.As(err, &e) || e.Kind != Invalid {
		t.Errorf("meta: %v", err)
	}
}
