package client

import (
	"io"
	"sync"
)

// progress tells a function how many bytes of a file have passed. When an attempt fails and another begins, it starts
// again at 0, and what the old one still does in the background is not told any more.
type progress struct {
	tell    func(done, total int64) // nil: nobody wants to know
	mu      sync.Mutex
	attempt int // the one that may tell
}

// begin starts an attempt and tells so.
func (p *progress) begin(total int64) *passing {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempt++
	if p.tell != nil {
		p.tell(0, total)
	}
	return &passing{progress: p, attempt: p.attempt, total: total}
}

// end ends the telling with the call: a transport may read a file still when its answer has come.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempt++
}

// passing counts the bytes of one attempt.
type passing struct {
	progress    *progress
	attempt     int
	done, total int64
}

// add counts n bytes more.
func (a *passing) add(n int) {
	a.done += int64(n)
	p := a.progress
	if n == 0 || p.tell == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.attempt == p.attempt {
		p.tell(a.done, a.total)
	}
}

// watched is a file whose bytes are counted when they are read.
type watched struct {
	io.Reader
	passing *passing
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	w.passing.add(n)
	return n, err
}
