package variant

import (
	"context"
	"sync"

	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
)

// implementation adds the small POST to what package benchload does.
type implementation struct {
	*benchload.Implementation

	mu   sync.Mutex
	sent map[string]int // how often, by invoice and key
}

func newImplementation() *implementation {
	return &implementation{Implementation: benchload.New(), sent: make(map[string]int)}
}

// ResendInvoice counts.
func (s *implementation) ResendInvoice(_ context.Context, r server.ResendInvoiceRequestObject) (server.ResendInvoiceResponseObject, error) {
	key := r.InvoiceReference
	if r.Params.IdempotencyKey != nil {
		key += " " + *r.Params.IdempotencyKey
	}
	s.mu.Lock()
	s.sent[key]++
	s.mu.Unlock()
	return server.ResendInvoice200JSONResponse{Body: model.JobResult{Job: "1", Result: "OK", Resultcode: "0"}}, nil
}
