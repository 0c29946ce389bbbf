package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

func TestSandboxClock(t *testing.T) {
	still, file := storetest.NewClock(), filepath.Join(t.TempDir(), "clock")
	c, err := NewSandboxClock(still.Now, file)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.advance(storetest.Start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	still.Advance(time.Minute) // it goes on from where it was moved to
	if want := storetest.Start.Add(time.Hour + time.Minute); !c.Now().Equal(want) {
		t.Errorf("now %s, want %s", c.Now(), want)
	}
	if err := c.advance(storetest.Start.Add(time.Hour)); ar.KindOf(err) != ar.Conflict {
		t.Errorf("back: %v", err)
	}
	again, err := NewSandboxClock(still.Now, file)
	if err != nil || !again.Now().Equal(c.Now()) {
		t.Errorf("after a restart %v %v", again, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".clock-*")); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

// Time that passes while the clock is moved is no reason to refuse: it is there already.
func TestSandboxClockGoesOnMeanwhile(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		ticks := storetest.NewClock()
		c, err := NewSandboxClock(func() time.Time { ticks.Advance(time.Second); return ticks.Now() }, filepath.Join(t.TempDir(), "clock"))
		b.no(err)
		b.clock, b.App.clock = ticks, c
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{DunningAt: "00:00"}))
		for range 3 {
			to := c.Now().Add(2 * time.Second)
			if now, err := b.AdvanceSandboxClock(b.Context(), to); err != nil || now.Before(to) {
				b.Errorf("moved to %s, it shows %s: %v", to, now, err)
			}
		}
	})
}

// A clock that cannot be kept is not moved.
func TestSandboxClockThatCannotBeKept(t *testing.T) {
	c, err := NewSandboxClock(storetest.NewClock().Now, filepath.Join(t.TempDir(), "gone", "clock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.advance(storetest.Start.Add(time.Hour)); err == nil || !c.Now().Equal(storetest.Start) {
		t.Errorf("%v, now %s", err, c.Now())
	}
	file := filepath.Join(t.TempDir(), "clock")
	if err := os.WriteFile(file, []byte("yesterday"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewSandboxClock(storetest.NewClock().Now, file); err == nil {
		t.Error("a file that holds no duration was taken")
	}
}
