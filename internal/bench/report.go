package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/bench/inprocess"
	"github.com/dunwell/dunwell/internal/bench/load"
	"github.com/dunwell/dunwell/internal/bench/variant"
	"github.com/dunwell/dunwell/internal/bench/way"
	"github.com/dunwell/dunwell/internal/bench/workload"
)

// report is all that was measured.
type report struct {
	Machine   machine
	Date      time.Time
	Short     bool
	Only      string // the part that was measured; empty: all
	InProcess []inprocess.Result
	Loopback  map[string]map[string]load.Result // by workload and variant
	Uploads   []uploaded
	Durables  []durable
	Mails     []mailed
	Runs      []collected
	Jobs      []nudged
	Letters   []printed
	Lists     []listed
	Clients   clients
	Missing   string // why an engine was not measured
}

// markdown is the page.
func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString("# Benchmarks\n\n<!-- Written by make bench; changes by hand are lost. -->\n\n")
	if r.Short {
		b.WriteString("**A short run that only shows that measuring works. The numbers mean nothing.**\n\n")
	}
	fmt.Fprintf(&b, "Measured on %s. %s\n\nVersions: %s.\n\n", r.Date.Format(time.DateOnly), r.Machine, strings.Join(r.Machine.Modules, ", "))
	b.WriteString(howToRead)
	for _, part := range []struct {
		measured bool
		write    func(*strings.Builder)
	}{
		{r.Only == "", r.targets},
		{len(r.InProcess) > 0, r.inProcess},
		{len(r.Loopback) > 0, r.loopback},
		{len(r.Uploads) > 0, r.uploads},
		{len(r.Durables) > 0, r.durables},
		{len(r.Mails) > 0, r.mails},
		{len(r.Runs) > 0, r.runs},
		{len(r.Jobs) > 0, r.jobs},
		{len(r.Letters) > 0, r.letters},
		{len(r.Lists) > 0, r.lists},
		{len(r.Clients.Calls) > 0, r.clients},
	} {
		if part.measured {
			part.write(&b)
		}
	}
	if r.Missing != "" {
		fmt.Fprintf(&b, "\n%s\n", r.Missing)
	}
	return b.String()
}

const howToRead = `**How to read this.** Ratios within a table count; absolute numbers belong to one machine at one time. All servers of the
first two tables have the same implementation behind them, which keeps the invoice in a map, and check the same
credentials. *unvalidated* is the generated strict server on Echo with our decoder and no validation; *middleware* is the
same server with its own decoder behind the validator that is published for it, used as its README shows; *ogen* is the
server ogen generates from the same contract (it cannot express the lists' nested filter, and leaves it out); *ours* is
` + "`api/serve`" + `, which besides validating limits the body and the time, refuses unknown parameters, names the request and
counts it for the log. Only *ours* checks the contract's own format of dates. Variants take turns, round after round, in one run.
`

// targets are what the project wants of itself.
func (r *report) targets(b *strings.Builder) {
	b.WriteString("\n## Targets\n\n| what | target | measured | |\n| --- | --: | --: | --- |\n")
	line := func(what, target, measured string, met bool) {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", what, target, measured, map[bool]string{true: "met", false: "**missed**"}[met])
	}
	against := func(what, target, name string, most float64) {
		ratio := r.ratio(workload.PutInvoice, variant.Ours, name)
		line(what, target, fmt.Sprintf("%.2f ×", ratio), ratio <= most)
	}
	against("validated PUT against the unvalidated one, same decoder", "≤ 1.3 ×", variant.Unvalidated, 1.3)
	against("validated PUT against the usual middleware", "≤ 0.2 ×", variant.Middleware, 0.2)
	against("stretch: validated PUT against ogen", "≤ 1.0 ×", variant.Ogen, 1)
	for _, c := range way.Calls {
		if title := c.Title + ", " + way.Loopback; len(r.Clients.Calls) > 0 {
			ratio := r.Clients.ratio(title)
			line("validated call against an unvalidated one, "+title, "≤ 1.2 ×", fmt.Sprintf("%.2f ×", ratio), ratio <= 1.2)
		}
	}
	for _, u := range r.Uploads {
		if u.Name == variant.Ours || u.Name == realServer {
			line(fmt.Sprintf("resident memory, %d uploads of 10 MiB at a time, %s", parallel, u.Name), "< 64 MiB", mebibytes(u.Peak), u.Peak < 64<<20)
		}
	}
}

// ratio is how many times the other's time a variant took.
func (r *report) ratio(w workload.Workload, name, other string) float64 {
	return r.result(w, name).Ratio(r.result(w, other))
}

func (r *report) result(w workload.Workload, name string) (found inprocess.Result) {
	for _, result := range r.InProcess {
		if result.Workload == w.Name && result.Contender == name {
			found = result
		}
	}
	return found
}

func (r *report) inProcess(b *strings.Builder) {
	b.WriteString("\n## In process\n\nProcessor time per request, without a network, on one core, garbage collection included. The least and the median of the rounds; ratios" +
		" are medians of those within a round.\n\n")
	b.WriteString("| request | server | µs | median µs | × unvalidated | × middleware | × ogen | KiB | allocations |\n| --- | --- | --: | --: | --: | --: | --: | --: | --: |\n")
	for _, w := range workload.All {
		for _, result := range r.InProcess {
			if result.Workload != w.Name {
				continue
			}
			fmt.Fprintf(b, "| %s | %s | %s | %s |", w.Title, result.Contender, number(result.Least()/1e3), number(result.Median()/1e3))
			for _, other := range []string{variant.Unvalidated, variant.Middleware, variant.Ogen} {
				fmt.Fprintf(b, " %.2f |", r.ratio(w, result.Contender, other))
			}
			fmt.Fprintf(b, " %s | %.0f |\n", number(result.Bytes/1024), result.Allocs)
		}
	}
}

func (r *report) loopback(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Over loopback\n\n%d connections, the server on one core, the load on another. The best of the rounds.\n\n", connections)
	b.WriteString("| request | server | requests/s | × middleware | p50 | p99 |\n| --- | --- | --: | --: | --: | --: |\n")
	for _, w := range workload.All {
		for _, name := range variant.Names {
			result, ok := r.Loopback[w.Name][name]
			if !ok {
				continue
			}
			fmt.Fprintf(b, "| %s | %s | %s | %.2f | %s | %s |\n", w.Title, name, number(result.PerSecond),
				result.PerSecond/r.Loopback[w.Name][variant.Middleware].PerSecond, milliseconds(result.P50), milliseconds(result.P99))
		}
	}
}

func (r *report) uploads(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Memory of uploads\n\n%d uploads of 10 MiB at a time to a fresh process that has answered one small request, so that it knows the credentials. The real server also checks the PDF, in processes of its own whose "+
		"memory has a limit, hashes it, and has it on disk before it answers; the others read it and forget it. Of the peak, pages of the program file are the kernel's to drop.\n\n", parallel)
	b.WriteString("| server | peak before | peak | of it the program file | of its child processes | uploads/s |\n| --- | --: | --: | --: | --: | --: |\n")
	for _, u := range r.Uploads {
		below := "none"
		if u.Children > 0 {
			below = mebibytes(u.Children)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", u.Name, mebibytes(u.Idle), mebibytes(u.Peak), mebibytes(u.Program), below, number(u.Rate.PerSecond))
	}
}

func (r *report) durables(b *strings.Builder) {
	b.WriteString("\n## Durable writes\n\n`dunwell serve` itself, with authentication, validation, events and access log. It answers after the commit is on disk (SQLite with " +
		"`synchronous=FULL`, PostgreSQL with `fsync` and `synchronous_commit` on). Server, engine and load share all cores. The best of three rounds.\n\n")
	b.WriteString("| engine | request | connections | requests/s | p50 | p99 |\n| --- | --- | --: | --: | --: | --: |\n")
	for _, d := range r.Durables {
		fmt.Fprintf(b, "| %s | %s | %d | %s | %s | %s |\n", d.Engine, d.Workload, d.Connections, number(d.PerSecond), milliseconds(d.P50), milliseconds(d.P99))
	}
}

func (r *report) lists(b *strings.Builder) {
	b.WriteString("\n## Long lists\n\nA page of 20 of 100,000 invoices, from the store: the first page, the last one by its number, the same by cursor, and the first one with the total. " +
		"The mean of 30.\n\n| engine | sorted by | first | last | by cursor | with total |\n| --- | --- | --: | --: | --: | --: |\n")
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, sort := range []string{"created", "due"} {
			took := make(map[string]string)
			for _, l := range r.Lists {
				if l.Engine == engine && l.Sort == sort {
					took[l.Page] = milliseconds(l.Took)
				}
			}
			if len(took) > 0 {
				fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", engine, sort, took["first"], took["last"], took["cursor"], took["total"])
			}
		}
	}
}

// number writes three digits that count.
func number(v float64) string {
	switch {
	case v >= 100:
		return thousands(fmt.Sprintf("%.0f", v))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// thousands puts commas into the digits of a whole number.
func thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func milliseconds(d time.Duration) string { return number(d.Seconds()*1e3) + " ms" }

func mebibytes(n int64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }
