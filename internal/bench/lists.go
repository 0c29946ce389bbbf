package main

import (
	"context"
	"fmt"
	"time"
)

// listed is what a page of twenty of 100,000 invoices cost the store.
type listed struct {
	Engine, Sort, Page string
	Took               time.Duration
}

// lists runs the store's own benchmark of lists.
func lists(ctx context.Context, h house, benchtime string) (all []listed, err error) {
	outcomes, err := h.benchmark(ctx, "./internal/store", "BenchmarkListInvoices", benchtime)
	for _, o := range outcomes {
		if len(o.Name) != 3 {
			return nil, fmt.Errorf("lists: %q names no engine, sort and page", o.Name)
		}
		all = append(all, listed{o.Name[0], o.Name[1], o.Name[2], time.Duration(o.Values["ns/op"])})
	}
	return all, err
}
