// Package load is a load generator: connections over loopback that send a request, wait for the answer, and send the
// next. It costs little beside what it measures, since requests are made once and only marked anew.
package load

import (
	"bytes"
	"fmt"
	"net/http"
)

// Mark is where a request differs each time it is sent: in its path, its body or a header, at several places too. It is
// replaced by as many digits. All of its characters may stand in a URL.
const Mark = "~mark~mark~mark~"

// Turn is a mark at which the requests of a run take turns: the number of the first one follows that of the last, see
// Run.Turns.
const Turn = "~turn~turn~turn~"

// Request is one as it goes over the wire.
type Request struct {
	method string
	wire   []byte
	marks  []int // none when all are the same
	turns  []int
}

// NewRequest takes the bytes of r. host is where it goes.
func NewRequest(r *http.Request, host string) (*Request, error) {
	r.Host = host
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	wire := b.Bytes()
	return &Request{method: r.Method, wire: wire, marks: all(wire, Mark), turns: all(wire, Turn)}, nil
}

// all finds where a mark is.
func all(wire []byte, mark string) (places []int) {
	for at := 0; ; at += len(mark) {
		found := bytes.Index(wire[at:], []byte(mark))
		if found < 0 {
			return places
		}
		at += found
		places = append(places, at)
	}
}

// Digits are what a mark is replaced by in the nth request.
func Digits(n uint64) []byte { return fmt.Appendf(nil, "%0*d", len(Mark), n) }

// number makes it the nth, and the one of a turn; no two of a run have the same number.
func (r *Request) number(n, turn uint64) {
	for _, at := range r.marks {
		copy(r.wire[at:], Digits(n))
	}
	for _, at := range r.turns {
		copy(r.wire[at:], Digits(turn))
	}
}
