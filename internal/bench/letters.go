package main

import (
	"context"
	"time"
)

// printed is what a letter of so many pages cost.
type printed struct {
	Pages, PerSecond float64
	Took             time.Duration
	Bytes            float64 // allocated
}

// letters runs the letters' own benchmark.
func letters(ctx context.Context, h house, benchtime string) (all []printed, err error) {
	outcomes, err := h.benchmark(ctx, "./internal/letter", "BenchmarkPages", benchtime)
	for _, o := range outcomes {
		all = append(all, printed{o.Values["pages"], o.Values["pages/s"], time.Duration(o.Values["ns/op"]), o.Values["B/op"]})
	}
	return all, err
}
