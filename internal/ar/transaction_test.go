package ar

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
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

// What went back is not booked again, whichever of several that are alike it was; and what came later is not what went back.
func TestBookable(t *testing.T) {
	for _, c := range []struct {
		name string
		left []string // of transactions 1, 2, …, that are alike
		want []string
	}{
		{"nothing went back", []string{"119"}, []string{"119"}},
		{"all went back", []string{"119", "-119"}, []string{"0"}},
		{"all but what was taken back from an invoice", []string{"20", "-20"}, []string{"0"}},
		{"a part", []string{"119", "-19"}, []string{"100"}},
		{"twice", []string{"119", "-119", "-119"}, []string{"0"}},
		{"one of two", []string{"119", "119", "-119"}, []string{"119", "119"}},
		{"one of two, and the other is booked", []string{"0", "119", "-119"}, []string{"0", "0"}},
		{"sent again", []string{"119", "-119", "119"}, []string{"0", "", "119"}},
		{"both", []string{"119", "-119", "119", "-119"}, []string{"0", "", "0"}},
		{"before it came", []string{"-119", "119"}, []string{"", "119"}},
	} {
		var alike []Transaction
		for n, left := range c.left {
			if left != "0" {
				alike = append(alike, Transaction{ID: strconv.Itoa(n), Amount: dec(left), Unallocated: dec(left)})
			}
		}
		for n, want := range c.want {
			if got := (&Transaction{ID: strconv.Itoa(n)}).Bookable(alike); want != "" && got.String() != want {
				t.Errorf("%s: of transaction %d, %s, want %s", c.name, n+1, got, want)
			}
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
