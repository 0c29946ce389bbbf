// Package inprocess compares what is done again and again in one process, such as handlers without a network: time,
// bytes and allocations per request.
package inprocess

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// Contender is one way of a comparison.
type Contender struct {
	Name string
	Run  func(n int) error // does it n times
}

// Result is what a request cost one contender. The garbage collector's share is in it.
type Result struct {
	Workload, Contender string
	Ns                  []float64 // by round
	Bytes, Allocs       float64   // median
}

// Least is the time of the round that was disturbed least.
func (r Result) Least() float64 { return slices.Min(r.Ns) }

// Median is the time of most rounds.
func (r Result) Median() float64 { return median(r.Ns) }

// Ratio is how many times the other's time it took. It compares round by round, and gives the median: a machine that is
// slow for a while is so for both.
func (r Result) Ratio(other Result) float64 {
	ratios := make([]float64, len(r.Ns))
	for i := range r.Ns {
		ratios[i] = r.Ns[i] / other.Ns[i]
	}
	return median(ratios)
}

// Clock tells a time that only differences matter of.
type Clock func() time.Duration

// Compare measures contenders in turn, round after round, so that whatever else the machine does meets all of them. slice
// is about how long each has in a round. With the Processor's clock, call it with GOMAXPROCS=1, or the garbage collector
// works elsewhere for free.
func Compare(workload string, clock Clock, contenders []Contender, rounds int, slice time.Duration) ([]Result, error) {
	series := make([]series, len(contenders))
	for range 2 { // the first time warms up: whoever came first would have too short a turn
		for i, c := range contenders {
			n, err := calibrate(clock, c.Run, slice)
			if err != nil {
				return nil, fmt.Errorf("%s/%s: %w", workload, c.Name, err)
			}
			series[i].n = n
		}
	}
	for round := range rounds {
		for turn := range contenders {
			i := (round + turn) % len(contenders) // nobody is always the first
			if err := series[i].round(clock, contenders[i].Run); err != nil {
				return nil, fmt.Errorf("%s/%s: %w", workload, contenders[i].Name, err)
			}
		}
	}
	results := make([]Result, len(contenders))
	for i, c := range contenders {
		s := &series[i]
		results[i] = Result{workload, c.Name, s.ns, median(s.bytes), median(s.allocs)}
	}
	return results, nil
}

// series are the rounds of a contender, of n requests each.
type series struct {
	n                 int
	ns, bytes, allocs []float64
}

// calibrate finds how many requests fill a slice; they warm the contender up as well.
func calibrate(clock Clock, run func(n int) error, slice time.Duration) (int, error) {
	for n := 1; ; n *= 2 {
		start := clock()
		if err := run(n); err != nil {
			return 0, err
		}
		if took := clock() - start; took >= slice/4 || n >= 1<<20 {
			return max(1, int(float64(n)*float64(slice)/float64(took))), nil
		}
	}
}

func (s *series) round(clock Clock, run func(n int) error) error {
	var before, after runtime.MemStats
	runtime.GC() // what the one before left is not swept at this one's cost
	runtime.ReadMemStats(&before)
	start := clock()
	err := run(s.n)
	took := clock() - start
	runtime.ReadMemStats(&after)
	n := float64(s.n)
	s.ns = append(s.ns, float64(took.Nanoseconds())/n)
	s.bytes = append(s.bytes, float64(after.TotalAlloc-before.TotalAlloc)/n)
	s.allocs = append(s.allocs, float64(after.Mallocs-before.Mallocs)/n)
	return err
}

// Processor is the time this process has used: what others take of the machine meanwhile is not counted.
func Processor() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // it cannot fail for ourselves
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Wall is the time that passes for everybody.
func Wall() time.Duration { return time.Since(began) }

var began = time.Now()

// Serving lets a handler answer requests, with success.
func Serving(h http.Handler, request func() *http.Request) func(n int) error {
	w := &discard{header: make(http.Header)}
	return func(n int) error {
		for range n {
			w.reset()
			h.ServeHTTP(w, request())
			if w.status != http.StatusOK {
				return fmt.Errorf("status %d: %s", w.status, w.head)
			}
		}
		return nil
	}
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
