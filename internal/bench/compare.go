package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"time"

	"github.com/dunwell/dunwell/internal/bench/inprocess"
	"github.com/dunwell/dunwell/internal/bench/load"
	"github.com/dunwell/dunwell/internal/bench/variant"
	"github.com/dunwell/dunwell/internal/bench/workload"
)

// effort is how long things are measured.
type effort struct {
	rounds  int
	slice   time.Duration // in process, of each variant in a round
	loops   int           // rounds over loopback
	over    time.Duration // over loopback, of each variant in a round
	durable time.Duration // of each load on the real server in a round
	uploads int           // by each process whose memory is looked at
	rows    int           // of the long list
	commits int           // of each kind, while workers send mails and while none do
	resends int           // while none do, and half as many while they do
	prompt  int           // mails one after the other
	open    int           // invoices, of which some are dunned in each of two runs
	all     bool          // then all others are dunned in a third
	entries int           // of a bank statement
	nudges  string        // benchtimes of what packages measure themselves
	letters string
	pages   string // of the long list
}

// thorough is what the published numbers are made with: a quarter of an hour. brief shows whether it works.
var (
	thorough = effort{rounds: 60, slice: 40 * time.Millisecond, loops: 5, over: 1200 * time.Millisecond, durable: 2500 * time.Millisecond, uploads: 48, rows: 200_000,
		commits: 200, resends: 1600, prompt: 50, open: 100_000, entries: 100_000,
		nudges: "2000x", letters: "1s", pages: "30x"}
	brief = effort{rounds: 2, slice: 10 * time.Millisecond, loops: 1, over: 100 * time.Millisecond, durable: 200 * time.Millisecond, uploads: 8, rows: 1000,
		commits: 16, resends: 32, prompt: 3, open: 1000, entries: 500,
		nudges: "50x", letters: "1x", pages: "1x"}
)

// connections of the loads over loopback.
const connections = 16

// inProcess lets the contender measure all variants in one process.
func inProcess(ctx context.Context, contender string, e effort) ([]inprocess.Result, error) {
	out, err := output(exec.CommandContext(ctx, contender, "-rounds", fmt.Sprint(e.rounds), "-slice", e.slice.String()))
	if err != nil {
		return nil, err
	}
	var results []inprocess.Result
	return results, json.Unmarshal(out, &results)
}

// loopback loads a process of each variant in turn. Each has one core, which leaves the other for the load. Of the rounds
// the one with most requests counts: it is the one least disturbed.
func loopback(ctx context.Context, h house, contender string, e effort) (map[string]map[string]load.Result, error) {
	processes := make(map[string]*process)
	defer func() {
		for _, p := range processes {
			p.stop()
		}
	}()
	for _, name := range variant.Names {
		p, err := start(ctx, h.temp, []string{"GOMAXPROCS=1"}, contender, "-serve", name)
		if err != nil {
			return nil, err
		}
		processes[name] = p
	}
	best := make(map[string]map[string]load.Result)
	for _, w := range []workload.Workload{workload.PutInvoice, workload.ListInvoices, workload.ResendInvoice} {
		best[w.Name] = make(map[string]load.Result)
		for range e.loops {
			for _, name := range variant.Names {
				result, err := send(processes[name].address, w, e.over).Do(ctx)
				if err != nil {
					return nil, fmt.Errorf("%s/%s: %w", w.Name, name, err)
				}
				if result.PerSecond > best[w.Name][name].PerSecond {
					best[w.Name][name] = result
				}
			}
		}
	}
	return best, nil
}

func send(address string, w workload.Workload, d time.Duration) load.Run {
	return load.Run{
		Address: address, Connections: connections, Duration: d, Status: http.StatusOK,
		Request: func(int) (*http.Request, error) { return w.Request(), nil },
	}
}
