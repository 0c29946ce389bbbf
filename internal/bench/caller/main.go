// Command caller is the client's side of the comparison, in a process of its own so that its memory can be seen: it
// calls one operation again and again, walks over a list, or uploads a file, in one of the ways that are compared.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/dunwell/dunwell/internal/bench/resident"
	"github.com/dunwell/dunwell/internal/bench/way"
)

// what the process is asked to do, and how much of it.
type errand struct {
	url     string
	way     string
	invoice string // its reference
	rounds  int
	slice   time.Duration
	rows    int
	file    string
	times   int
}

func main() {
	var e errand
	flag.StringVar(&e.url, "url", "", "base `URL` of the server")
	flag.StringVar(&e.way, "way", way.Validated, "the `way` to walk and to upload")
	flag.StringVar(&e.invoice, "invoice", "RE12345", "`reference` of the invoice to call about")
	flag.IntVar(&e.rounds, "rounds", 0, "compare calls for so many `rounds`")
	flag.DurationVar(&e.slice, "slice", 100*time.Millisecond, "time of each way in a round")
	flag.IntVar(&e.rows, "rows", 0, "walk over so many rows")
	flag.StringVar(&e.file, "file", "", "`file` to upload")
	flag.IntVar(&e.times, "times", 1, "how often to upload it")
	flag.Parse()
	if err := e.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "caller:", err)
		os.Exit(1)
	}
}

// run prints what was measured as JSON.
func (e errand) run(ctx context.Context) error {
	var result any
	var err error
	switch {
	case e.rounds > 0:
		result, err = e.calls(ctx)
	case e.rows > 0:
		result, err = e.timed(func(w way.Way) error { return w.Walk(ctx, e.rows) })
	default:
		result, err = e.timed(func(w way.Way) error {
			for range e.times {
				if err := w.Upload(ctx, e.invoice, e.file); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// timed is how long it takes, and how much memory this process has had by then.
func (e errand) timed(do func(way.Way) error) (c way.Cost, err error) {
	w, err := way.New(e.way, e.url, nil)
	if err != nil {
		return c, err
	}
	start := time.Now()
	if err := do(w); err != nil {
		return c, err
	}
	c.Took = time.Since(start)
	c.Peak, err = resident.Peak(os.Getpid())
	return c, err
}
