package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/bench/seed"
	"github.com/dunwell/dunwell/internal/camt"
)

// A statement is read by our own reader, and pays each invoice it names once, in full.
func TestStatement(t *testing.T) {
	of := statement{first: 1000, entries: 600, day: time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)}
	var file bytes.Buffer
	w := bufio.NewWriter(&file)
	count := &counter{w: w}
	of.write(count)
	if err := w.Flush(); err != nil || count.n != int64(file.Len()) {
		t.Fatal(count.n, file.Len(), err)
	}
	entries, paid := 0, map[string]bool{}
	_, err := camt.Read(&file, func(e camt.Entry) error {
		entries++
		_, number, names := strings.Cut(strings.Join(e.Remittance, " "), "Rechnung ")
		if !names {
			return nil
		}
		invoice := payable((of.first + entries - 1) / named)
		if number != seed.Number(invoice) || !e.Amount.Equal(seed.Total(invoice)) || e.Currency != "EUR" || !e.Credit || paid[number] || invoice%seed.Share < 2 {
			t.Errorf("invoice %d: %+v", invoice, e)
		}
		paid[number] = true
		return nil
	})
	if err != nil || entries != of.entries || len(paid) != of.entries/named {
		t.Errorf("%d entries, of which %d pay: %v", entries, len(paid), err)
	}
}
