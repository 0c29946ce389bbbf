package ar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNumberPattern(t *testing.T) {
	issued := time.Date(2026, time.March, 9, 0, 0, 0, 0, time.UTC)
	for pattern, want := range map[NumberPattern]struct{ number, series string }{
		"RE-{year}-{n:4}":    {"RE-2026-0042", "invoice-2026"},
		"{yy}{month}{n:3}":   {"2603042", "invoice-2026-03"},
		"{n}":                {"42", "invoice"},
		"R{n:1}/{year}":      {"R42/2026", "invoice-2026"},
		"{year}-{month}-{n}": {"2026-03-42", "invoice-2026-03"},
	} {
		if err := pattern.Check("numbers.invoice"); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
		if got := pattern.Number(42, issued); got != want.number {
			t.Errorf("%s: number %s, want %s", pattern, got, want.number)
		}
		if !pattern.Fits(want.number, issued) || pattern.period() != always && pattern.Fits(want.number, issued.AddDate(1, 0, 0)) || pattern.Fits(want.number+"x", issued) {
			t.Errorf("%s: what fits it is not what it gives", pattern)
		}
		if got := pattern.Series(KindInvoice, issued); got != want.series {
			t.Errorf("%s: series %s, want %s", pattern, got, want.series)
		}
	}
}

func TestNumberPatternRefused(t *testing.T) {
	for _, pattern := range []NumberPattern{"", "RE", "RE-{year}", "{n}{what}", "{n}{", "{n}}", "{month}-{n}", "{year:4}-{n}", "{n}\n", "{n:0}"} {
		if err := pattern.Check("numbers.invoice"); KindOf(err) != Invalid {
			t.Errorf("%q: %v, want a refusal", pattern, err)
		}
	}
}

func TestNumbersNeverComeAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{"{n}", "{n:3}", "{year}", "{yy}", "{month}", "-", "/", "R", "E"})
		pattern := NumberPattern("")
		for _, p := range rapid.SliceOfN(part, 1, 6).Draw(t, "parts") {
			pattern += NumberPattern(p)
		}
		if pattern.Check("") != nil {
			return
		}
		day := rapid.Custom(func(t *rapid.T) time.Time {
			return time.Date(rapid.IntRange(2020, 2030).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC)
		})
		a, b := day.Draw(t, "a"), day.Draw(t, "b")
		n := rapid.Int64Range(1, 100_000).Draw(t, "n")
		if pattern.Series(KindInvoice, a) == pattern.Series(KindInvoice, b) && pattern.Number(n, a) == pattern.Number(n+1, b) {
			t.Fatalf("%s gives number %d of one series to number %d too", pattern, n, n+1)
		}
	})
}
