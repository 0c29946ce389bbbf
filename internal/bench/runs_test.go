package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/bench/seed"
)

// All that is seeded is planned, a fiftieth is dunned on each of two days, the notices of the first are mailed, and statements pay invoices.
func TestRuns(t *testing.T) {
	h, err := newHouse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(h.temp)
	dunwell, err := h.build(t.Context(), "dunwell", h.root, "./cmd/dunwell")
	if err != nil {
		t.Fatal(err)
	}
	c, err := runsOn(t.Context(), h, dunwell, brief, newSQLiteServer)
	if err != nil {
		t.Fatal(err)
	}
	for n, open := range []int{brief.open / 10, brief.open} {
		p := c.Plans[n]
		if p.Open != open || p.Entries < open || p.Took <= 0 || p.Read <= 0 || p.Idle < 1<<20 || p.Peak < p.Idle || p.PeakWhenAllRead < p.Peak {
			t.Errorf("plan of %d: %+v", open, p)
		}
	}
	for n, kind := range []string{ar.DeliverEmail, ar.DeliverLetter} {
		d := c.Runs[n]
		if d.Kind != kind || d.Mailing > 0 != (kind == ar.DeliverEmail) || d.Notices < brief.open/seed.Share || d.Notices > brief.open/seed.Share+20 || d.Planning <= 0 || d.Processor <= 0 || d.Peak < d.Idle {
			t.Errorf("run by %s: %+v", kind, d)
		}
	}
	for n, entries := range []int{brief.entries / 10, brief.entries} {
		i := c.Imports[n]
		if i.Entries != entries || i.Assigned != entries/named || i.Size < int64(entries)*500 || i.Took <= 0 || i.Processor <= 0 || i.Peak < i.Idle {
			t.Errorf("import of %d: %+v", entries, i)
		}
	}
}

func TestRunsMarkdown(t *testing.T) {
	m := memory{Idle: 50 << 20, Peak: 70 << 20, Program: 30 << 20}
	r := report{Only: "runs", Runs: []collected{{
		Engine:  "SQLite",
		Plans:   []planned{{Open: 100_000, Took: 8 * time.Second, Entries: 100_008, Read: 4 * time.Second, memory: m, PeakWhenAllRead: 71 << 20}},
		Runs:    []dunned{{Kind: "email", Notices: 2000, Planning: 5 * time.Second, Issuing: 40 * time.Second, Mailing: 50 * time.Second, Processor: 60 * time.Second, memory: m}},
		Imports: []booked{{Entries: 100_000, Assigned: 20_000, Size: 60 << 20, Upload: 1500 * time.Millisecond, Took: 80 * time.Second, Processor: 50 * time.Second, memory: m}},
	}}}
	page := r.markdown()
	for _, line := range []string{
		"| SQLite | 100,000 | 8.00 s | 12,501 | 50 MiB | 70 MiB | 30 MiB | 25,002 | 71 MiB |\n",
		"| SQLite | email | 2,000 | 5.00 s | 50.0 | 40.0 | 30.0 ms | 50 MiB | 70 MiB | 30 MiB |\n",
		"| SQLite | 100,000 | 20,000 | 60 MiB | 1.50 s | 80.0 s | 1,250 | 0.50 ms | 50 MiB | 70 MiB | 30 MiB |\n",
	} {
		if !strings.Contains(page, line) {
			t.Errorf("the page lacks %s", line)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}
