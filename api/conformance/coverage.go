package conformance

import (
	"mime"
	"strconv"
	"sync"

	"github.com/dunwell/dunwell/api/validate"
)

// Coverage says how often a documented answer was seen.
type Coverage struct {
	Operation string
	Status    string // as documented: 200, 4XX or default
	MediaType string // "" for an answer without a body
	Seen      int
}

// coverage counts answers by what the contract documents.
type coverage struct {
	contract *validate.Contract
	mu       sync.Mutex
	seen     map[Coverage]int // with Seen 0
	sent     int
}

func newCoverage(contract *validate.Contract) *coverage {
	return &coverage{contract: contract, seen: map[Coverage]int{}}
}

// count notes an answer. Undocumented ones do not count here; they are failures.
func (c *coverage) count(o *validate.Operation, x *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	if o == nil {
		return
	}
	media, _, _ := mime.ParseMediaType(x.header.Get("Content-Type"))
	c.seen[Coverage{Operation: o.ID, Status: statusKey(o, x.status), MediaType: media}]++
}

func (c *coverage) exchanges() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent
}

// table lists every documented answer.
func (c *coverage) table() (all []Coverage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.contract.Operations() {
		for _, r := range o.Responses {
			media := r.MediaTypes
			if len(media) == 0 {
				media = []string{""}
			}
			for _, m := range media {
				row := Coverage{Operation: o.ID, Status: r.Status, MediaType: m}
				row.Seen = c.seen[row]
				all = append(all, row)
			}
		}
	}
	return all
}

// statusKey is the status as an operation documents it, "" if it does not.
func statusKey(o *validate.Operation, status int) string {
	exact := strconv.Itoa(status)
	for _, key := range []string{exact, exact[:1] + "XX", "default"} {
		for _, r := range o.Responses {
			if r.Status == key {
				return key
			}
		}
	}
	return ""
}

// documents says whether an operation documents a status.
func documents(o *validate.Operation, status int) bool { return statusKey(o, status) != "" }
