// Package load is a load generator: connections over loopback that send a request, wait for the answer, and send the
// next. It costs little beside what it measures, since requests are made once and only marked anew.
package load

import (
	"bytes"
	"fmt"
	"net/http"
)

// Mark is where a request differs each time it is sent: in its body or in a header. It is replaced by as many digits.
const Mark = "#mark#mark#mark#"

// Request is one as it goes over the wire.
type Request struct {
	method string
	wire   []byte
	mark   int // -1 when all are the same
}

// NewRequest takes the bytes of r. host is where it goes.
func NewRequest(r *http.Request, host string) (*Request, error) {
	r.Host = host
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	return &Request{method: r.Method, wire: b.Bytes(), mark: bytes.Index(b.Bytes(), []byte(Mark))}, nil
}

// number makes it the nth; no two of a run have the same number.
func (r *Request) number(n uint64) {
	if r.mark >= 0 {
		copy(r.wire[r.mark:], fmt.Appendf(nil, "%0*d", len(Mark), n))
	}
}
