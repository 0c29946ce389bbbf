package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// listed is what a page of twenty of 100,000 invoices cost the store.
type listed struct {
	Engine, Sort, Page string
	Took               time.Duration
}

// listLine is a line of the store's own benchmark: BenchmarkListInvoices/sqlite/due/last-2  30  1234567 ns/op
var listLine = regexp.MustCompile(`^BenchmarkListInvoices/(\w+)/(\w+)/(\w+)\S*\s+\d+\s+([0-9.]+) ns/op`)

// lists runs the store's benchmark of lists, often enough for a least value.
func lists(ctx context.Context, h house, repeat int) ([]listed, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkListInvoices$", "-benchtime", fmt.Sprint(repeat, "x"), "./internal/store")
	cmd.Dir = h.root
	cmd.Env = environment()
	out, err := output(cmd)
	if err != nil {
		return nil, err
	}
	return parseLists(out)
}

func parseLists(out []byte) (all []listed, err error) {
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		m := listLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		ns, err := strconv.ParseFloat(m[4], 64)
		if err != nil {
			return nil, err
		}
		all = append(all, listed{m[1], m[2], m[3], time.Duration(ns)})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the store's benchmark printed no result:\n%s", out)
	}
	return all, nil
}
