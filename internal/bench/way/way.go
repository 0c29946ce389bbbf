// Package way is the ways of calling the API from Go that are compared.
package way

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/gen/model"
)

// The ways.
const (
	Validated   = "client"              // package client as it comes
	Unvalidated = "client, unvalidated" // the same, told not to hold anything against the contract
	Generated   = "generated"           // gen/client, and by hand what is needed around it
)

// Names are all ways, in the order they are shown.
var Names = []string{Unvalidated, Validated, Generated}

// Way calls a server as the benchmarks' user.
type Way interface {
	Name() string
	Get(ctx context.Context, invoice string) error
	Put(ctx context.Context, invoice string, update model.InvoiceUpdate) error
	Walk(ctx context.Context, rows int) error // over a list of so many, and fails if it has another number
	Upload(ctx context.Context, invoice, file string) error
}

// New makes the way of that name. transport may be nil.
func New(name, url string, transport http.RoundTripper) (Way, error) {
	switch name {
	case Validated, Unvalidated:
		return newClient(name, url, transport)
	case Generated:
		return newGenerated(url, transport)
	}
	return nil, fmt.Errorf("there is no way %q", name)
}

// Where calls are compared.
const (
	Loopback = "over loopback"
	Alone    = "the client alone"
)

// Call is an operation to call.
type Call struct {
	Title string // for people
	Do    func(ctx context.Context, w Way, invoice string) error
}

// Calls are what is compared.
var Calls = []Call{
	{"GET invoice, 20 items", func(ctx context.Context, w Way, invoice string) error { return w.Get(ctx, invoice) }},
	{"PUT invoice, 20 items", func(ctx context.Context, w Way, invoice string) error { return w.Put(ctx, invoice, update()) }},
}

// update is the invoice of all benchmarks. Since it stays the same, the server stores it but once.
var update = sync.OnceValue(func() (u model.InvoiceUpdate) {
	if err := json.Unmarshal(benchload.Invoice(), &u); err != nil {
		panic(err) // it does not vary
	}
	return u
})

// Cost is what a process took for a walk or for uploads.
type Cost struct {
	Took time.Duration
	Peak int64 // bytes resident
}

// counted checks that a walk has seen everything.
func counted(found, rows int) error {
	if found != rows {
		return fmt.Errorf("%d rows instead of %d", found, rows)
	}
	return nil
}
