package main

import (
	"fmt"
	"strings"

	"github.com/dunwell/dunwell/internal/bench/inprocess"
	"github.com/dunwell/dunwell/internal/bench/way"
)

// ratio is how many times the time of the unvalidated client the validated one took.
func (c clients) ratio(title string) float64 {
	return c.call(title, way.Validated).Ratio(c.call(title, way.Unvalidated))
}

func (c clients) call(title, name string) (found inprocess.Result) {
	for _, result := range c.Calls {
		if result.Workload == title && result.Contender == name {
			found = result
		}
	}
	return found
}

func (r *report) clients(b *strings.Builder) {
	b.WriteString("\n## Clients\n\nPackage `client`, the same without validation, and the generated client with what is written around it by hand (one attempt, a form made in " +
		"memory). Over loopback it calls `dunwell serve` on SQLite, and the time is what passes; alone it is given the same answers at once, and the time is the processor's. " +
		"Ratios are medians of those within a round.\n\n" +
		"| call | way | µs | median µs | × unvalidated | KiB | allocations |\n| --- | --- | --: | --: | --: | --: | --: |\n")
	for _, result := range r.Clients.Calls {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %.2f | %s | %.0f |\n", result.Workload, result.Contender, number(result.Least()/1e3), number(result.Median()/1e3),
			result.Ratio(r.Clients.call(result.Workload, way.Unvalidated)), number(result.Bytes/1024), result.Allocs)
	}
	b.WriteString("\nA walk over a whole list of invoices with three items each, from a server that costs next to nothing. Each line is a process of its own.\n\n" +
		"| way | rows | rows/s | peak |\n| --- | --: | --: | --: |\n")
	for _, c := range r.Clients.Walks {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", c.Way, thousands(fmt.Sprint(c.Size)), number(c.perSecond()), mebibytes(c.Peak))
	}
	b.WriteString("\nUploads of a file of 10 MiB, one after the other, to `api/serve`, which reads and forgets it. Each line is a process of its own.\n\n" +
		"| way | files | MiB/s | peak |\n| --- | --: | --: | --: |\n")
	for _, c := range r.Clients.Uploads {
		fmt.Fprintf(b, "| %s | %d | %s | %s |\n", c.Way, c.Size/(10<<20), number(c.perSecond()/(1<<20)), mebibytes(c.Peak))
	}
}
