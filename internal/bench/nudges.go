package main

import (
	"context"
	"fmt"
)

// nudged is what the job queue did on an engine, with handlers that do nothing.
type nudged struct {
	Engine, Workers  string
	Enqueued, Worked float64 // per second
}

// nudges runs the queue's own benchmark, on databases that flush to disk.
func nudges(ctx context.Context, h house, benchtime string) (all []nudged, err error) {
	outcomes, err := h.benchmark(ctx, "./internal/jobs", "BenchmarkJobs", benchtime)
	for _, o := range outcomes {
		if len(o.Name) != 2 {
			return nil, fmt.Errorf("jobs: %q names no engine and number of workers", o.Name)
		}
		all = append(all, nudged{o.Name[0], o.Name[1], o.Values["enqueued/s"], o.Values["worked/s"]})
	}
	return all, err
}
