package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// The time of day is that of the merchant's clock, also on days on which that jumps.
func TestRunTime(t *testing.T) {
	for _, c := range []struct{ at, zone, moment, want string }{
		{"06:30", "Europe/Berlin", "2026-06-04T01:00:00Z", "2026-06-04T04:30:00Z"},
		{"06:30", "Europe/Berlin", "2026-06-04T22:30:00Z", "2026-06-05T04:30:00Z"}, // it is the next day there
		{"06:30", "Europe/Berlin", "2026-01-04T12:00:00Z", "2026-01-04T05:30:00Z"},
		{"00:00", "America/New_York", "2026-06-04T03:59:00Z", "2026-06-03T04:00:00Z"},
		{"02:30", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z"}, // it is never 02:30
	} {
		moment, err := time.Parse(time.RFC3339, c.moment)
		if err != nil {
			t.Fatal(err)
		}
		m := &store.Merchant{Settings: ar.Settings{DunningAt: c.at, Timezone: c.zone}}
		if got := runTime(m, moment).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s on the day of %s: %s, want %s", c.at, c.zone, c.moment, got, c.want)
		}
	}
	if got := runTime(&store.Merchant{}, storetest.Start); !got.IsZero() {
		t.Errorf("without a time: %s", got)
	}
}

func TestCheckDunningAt(t *testing.T) {
	for at, ok := range map[string]bool{"": true, "00:00": true, "06:30": true, "23:59": true, "24:00": false, "6:30": false, "06:60": false, "noon": false, "06:30:00": false} {
		err := checkSettings(ar.Settings{DunningAt: at})
		if (err == nil) != ok || err != nil && !strings.Contains(fmt.Sprintf("%+v", err), "is no time of day") {
			t.Errorf("%q: %v", at, err)
		}
	}
}
