// Package inprocess measures handlers without a network: time, bytes and allocations per request.
package inprocess

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"time"
)

// Contender is one handler of a comparison.
type Contender struct {
	Name    string
	Handler http.Handler
}

// Result is what a request cost one contender. The garbage collector's share is in it.
type Result struct {
	Workload, Contender string
	Ns                  float64 // least of the rounds
	MedianNs            float64
	Bytes, Allocs       float64 // median
}

// Compare measures contenders in turn, round after round, so that whatever else the machine does meets all of them. slice
// is about how long each has in a round. Call it with GOMAXPROCS=1, or the garbage collector works elsewhere for free.
func Compare(workload string, request func() *http.Request, contenders []Contender, rounds int, slice time.Duration) ([]Result, error) {
	series := make([]series, len(contenders))
	for i, c := range contenders {
		n, err := calibrate(c.Handler, request, slice)
		if err != nil {
			return nil, fmt.Errorf("%s/%s: %w", workload, c.Name, err)
		}
		series[i].n = n
	}
	for range rounds {
		for i, c := range contenders {
			if err := series[i].round(c.Handler, request); err != nil {
				return nil, fmt.Errorf("%s/%s: %w", workload, c.Name, err)
			}
		}
	}
	results := make([]Result, len(contenders))
	for i, c := range contenders {
		s := &series[i]
		results[i] = Result{workload, c.Name, slices.Min(s.ns), median(s.ns), median(s.bytes), median(s.allocs)}
	}
	return results, nil
}

// series are the rounds of a contender, of n requests each.
type series struct {
	n                 int
	ns, bytes, allocs []float64
}

// calibrate finds how many requests fill a slice; they warm the handler up as well.
func calibrate(h http.Handler, request func() *http.Request, slice time.Duration) (int, error) {
	for n := 1; ; n *= 2 {
		start := time.Now()
		if err := run(h, request, n); err != nil {
			return 0, err
		}
		if took := time.Since(start); took >= slice/4 || n >= 1<<20 {
			return max(1, int(float64(n)*float64(slice)/float64(took))), nil
		}
	}
}

func (s *series) round(h http.Handler, request func() *http.Request) error {
	var before, after runtime.MemStats
	runtime.GC() // what the one before left is not swept at this one's cost
	runtime.ReadMemStats(&before)
	start := time.Now()
	err := run(h, request, s.n)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	n := float64(s.n)
	s.ns = append(s.ns, float64(took.Nanoseconds())/n)
	s.bytes = append(s.bytes, float64(after.TotalAlloc-before.TotalAlloc)/n)
	s.allocs = append(s.allocs, float64(after.Mallocs-before.Mallocs)/n)
	return err
}

func run(h http.Handler, request func() *http.Request, n int) error {
	w := &discard{header: make(http.Header)}
	for range n {
		w.reset()
		h.ServeHTTP(w, request())
		if w.status != http.StatusOK {
			return fmt.Errorf("status %d: %s", w.status, w.head)
		}
	}
	return nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// discard is a ResponseWriter that keeps the status and the beginning of the answer.
type discard struct {
	header http.Header
	status int
	head   []byte
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) WriteHeader(status int) { d.status = status }

func (d *discard) Write(p []byte) (int, error) {
	d.head = append(d.head, p[:min(len(p), 400-len(d.head))]...)
	return len(p), nil
}

func (d *discard) reset() {
	clear(d.header)
	d.status, d.head = http.StatusOK, d.head[:0]
}
