package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// outcome is a line of a package's own benchmark.
type outcome struct {
	Name   []string           // of the sub-benchmark, from the top: sqlite, due, last
	Values map[string]float64 // by unit: ns/op
}

// benchLine is such as BenchmarkListInvoices/sqlite/due/last-2  30  1234567 ns/op  12 pages
var benchLine = regexp.MustCompile(`^Benchmark\w+/(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// benchmark runs one of a package of the main module.
func (h house) benchmark(ctx context.Context, pkg, name, benchtime string) ([]outcome, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^"+name+"$", "-benchtime", benchtime, pkg)
	cmd.Dir = h.root
	cmd.Env = environment()
	out, err := output(cmd)
	if err != nil {
		return nil, err
	}
	return parseBenchmark(out)
}

func parseBenchmark(out []byte) (all []outcome, err error) {
	for line := range bytes.Lines(out) {
		m := benchLine.FindSubmatch(bytes.TrimSpace(line))
		if m == nil {
			continue
		}
		o := outcome{Name: strings.Split(string(m[1]), "/"), Values: make(map[string]float64)}
		for fields := strings.Fields(string(m[2])); len(fields) > 1; fields = fields[2:] {
			if o.Values[fields[1]], err = strconv.ParseFloat(fields[0], 64); err != nil {
				return nil, err
			}
		}
		all = append(all, o)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the benchmark printed no result:\n%s", out)
	}
	return all, nil
}
