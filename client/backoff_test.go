package client

import (
	"math"
	"testing"
	"time"
)

// TestBackoffBounds holds what the random waits are drawn from, which cannot be seen from outside.
func TestBackoffBounds(t *testing.T) {
	for _, tt := range []struct {
		base, most time.Duration
		want       []time.Duration // after 1, 2, … attempts
	}{
		{100, 1000, []time.Duration{100, 200, 400, 800, 1000, 1000}},
		{100, 50, []time.Duration{50, 50}},
		{1, 1 << 62, []time.Duration{1, 2, 4}},
	} {
		p := RetryPolicy{BaseDelay: tt.base, MaxDelay: tt.most}
		for i, want := range tt.want {
			if got := p.backoff(i + 1); got != want {
				t.Errorf("%+v after %d attempts: %v, not %v", p, i+1, got, want)
			}
		}
	}
	p := RetryPolicy{BaseDelay: time.Hour, MaxDelay: 1<<63 - 1}
	if got := p.backoff(1000); got <= 0 {
		t.Errorf("it overflows: %v", got)
	}
}

// TestBudgetBounds: a budget that is counted in tenths does not overflow.
func TestBudgetBounds(t *testing.T) {
	for _, tt := range []struct{ retries, want int }{{math.MaxInt, 2}, {math.MaxInt/10 + 1, 2}, {math.MinInt, 2}, {-1, 2}, {1, 1}} {
		p, err := RetryPolicy{Budget: tt.retries}.complete()
		b, got := newBudget(p.Budget), 0
		for range 2 {
			if b.refund(); b.take() {
				got++
			}
		}
		if err != nil || got != tt.want {
			t.Errorf("%d: %d of 2 retries, %v", tt.retries, got, err)
		}
	}
}

func TestFullJitter(t *testing.T) {
	var low, high int
	for range 1000 {
		switch d := fullJitter(100); {
		case d < 0 || d > 100:
			t.Fatal(d)
		case d < 50:
			low++
		default:
			high++
		}
	}
	if low < 300 || high < 300 {
		t.Errorf("%d low, %d high", low, high)
	}
	if fullJitter(0) != 0 || fullJitter(1<<63-1) < 0 {
		t.Error("its bounds")
	}
}
