package main

import (
	"slices"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/store"
)

// datedRow is a row of any list.
type datedRow struct {
	merchant string
	minute   int
}

func (r datedRow) created() time.Time {
	return time.Unix(0, 0).Add(time.Duration(r.minute) * time.Minute)
}

// The newest rows of all merchants are in one order, however they are spread over them.
func TestNewestOf(t *testing.T) {
	data := t.TempDir()
	a, closeAll := openDemo(t, data, time.Now)
	defer closeAll()
	for _, id := range []string{"a", "b", "c"} {
		if err := a.CreateMerchant(t.Context(), id, id, "EUR"); err != nil {
			t.Fatal(err)
		}
	}
	stored := map[string][]datedRow{"a": {{"a", 9}, {"a", 2}, {"a", 1}}, "c": {{"c", 8}, {"c", 7}, {"c", 3}}}
	read := func(by app.Caller) ([]datedRow, error) {
		if by.Actor != store.ActorSystem {
			t.Errorf("read as %+v", by)
		}
		return stored[by.Merchant], nil
	}
	for _, c := range []struct {
		merchant string
		limit    int
		want     []datedRow
	}{
		{"", 4, []datedRow{{"a", 9}, {"c", 8}, {"c", 7}, {"c", 3}}},
		{"", 100, []datedRow{{"a", 9}, {"c", 8}, {"c", 7}, {"c", 3}, {"a", 2}, {"a", 1}}},
		{"a", 2, []datedRow{{"a", 9}, {"a", 2}}},
		{"b", 2, nil},
	} {
		got, err := newestOf(t.Context(), a, c.merchant, c.limit, read)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%d of %q: %v, want %v; %v", c.limit, c.merchant, got, c.want, err)
		}
	}
	if _, err := newestOf(t.Context(), a, "other", 1, read); err == nil {
		t.Error("a merchant that is not there has rows")
	}
}
