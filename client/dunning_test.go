package client_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/client/clienttest"
)

// Entries of a run are walked over page by page, to the last.
func TestDunningRunEntries(t *testing.T) {
	fake := clienttest.New(t)
	row := func(invoice string) client.DunningRunEntry {
		return client.DunningRunEntry{Invoice: invoice, Currency: "EUR", Outcome: client.DunningRunEntryOutcomePlanned}
	}
	fake.On("listDunningRunEntries", clienttest.JSON(200, client.DunningRunEntries{Rows: []client.DunningRunEntry{row("A"), row("B")}, HasMore: true, Next: new("n1")}))
	fake.On("listDunningRunEntries", clienttest.JSON(200, client.DunningRunEntries{Rows: []client.DunningRunEntry{row("C")}}))
	fake.On("listDunningRunEntries", clienttest.Refuse(404, "ERR_NOT_FOUND"))
	var walked []string
	for entry, err := range fake.Client().DunningRunEntries(t.Context(), "1") {
		if err != nil {
			t.Fatal(err)
		}
		walked = append(walked, entry.Invoice)
	}
	if calls := fake.Calls("listDunningRunEntries"); !slices.Equal(walked, []string{"A", "B", "C"}) || len(calls) != 2 || calls[1].Query.Get("after") != "n1" {
		t.Errorf("%v by %v", walked, calls)
	}
	for _, err := range fake.Client().DunningRunEntries(t.Context(), "1") {
		if !errors.Is(err, client.ErrNotFound) {
			t.Errorf("%v", err)
		}
	}
}
