package client

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxDumped is how much of a body is dumped.
const maxDumped = 64 << 10

// dump writes the text of messages. A nil dump writes nothing.
type dump struct {
	mu sync.Mutex
	w  io.Writer
}

// request writes a request as it is about to be sent.
func (d *dump) request(x *exchange, r *http.Request) {
	if d == nil {
		return
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\nHost: %s\n", r.Method, r.URL.RequestURI(), r.URL.Host)
	writeHeader(&b, r.Header)
	b.WriteByte('\n')
	if x.call.upload != nil {
		fmt.Fprintf(&b, "[%d bytes of %s]\n", r.ContentLength, r.Header.Get("Content-Type"))
	} else {
		x.writeBody(&b, x.data)
	}
	d.write(x, '>', b.String())
}

// response writes what x.response has, and the body if it was read.
func (d *dump) response(x *exchange, body []byte) {
	if d == nil {
		return
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\n", x.response.Status, http.StatusText(x.response.Status))
	writeHeader(&b, x.response.Header)
	b.WriteByte('\n')
	if body == nil && x.call.consume != nil {
		fmt.Fprintf(&b, "[a stream of %s]\n", x.response.Header.Get("Content-Type"))
	}
	x.writeBody(&b, body)
	d.write(x, '<', b.String())
}

// write prefixes each line, without secrets, and writes all at once.
func (d *dump) write(x *exchange, mark byte, text string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%c %s, attempt %d\n", mark, x.op.ID, x.response.Attempts)
	for line := range strings.Lines(x.redact(text)) {
		b.WriteByte(mark)
		if line != "\n" {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = d.w.Write(b.Bytes()) // a dump that fails is no reason for a call to fail
}

func writeHeader(b *bytes.Buffer, header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			if slices.Contains(secretHeaders, name) {
				value = redacted
			}
			fmt.Fprintf(b, "%s: %s\n", name, value)
		}
	}
}

func (x *exchange) writeBody(b *bytes.Buffer, body []byte) {
	if len(body) == 0 {
		return
	}
	b.WriteString(x.beginning(body, maxDumped))
	if len(body) > maxDumped {
		fmt.Fprintf(b, " [the beginning of %d bytes]", len(body))
	}
	b.WriteByte('\n')
}
