package mail

import (
	"net"
	"sync"
	"time"
)

// wire is a connection whose deadlines move on from step to step until the context ends, and not any more after that; but
// an end that comes when a message has left is too late, and only makes the wait for the answer short.
type wire struct {
	conn net.Conn

	mu        sync.Mutex
	ended     bool
	committed bool
}

// allow gives the next step so much time.
func (w *wire) allow(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.deadline(d)
	}
}

// end makes what is going on fail at once.
func (w *wire) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.committed {
		w.ended = true
		w.deadline(-time.Second)
	}
}

// commit says that a message has left, and gives its answer so much time.
func (w *wire) commit(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.committed = true
	w.deadline(d)
}

// hurry gives the answer to a message only so much time from now.
func (w *wire) hurry(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.committed {
		w.deadline(d)
	}
}

// renew makes the connection ready for a next message.
func (w *wire) renew() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended, w.committed = false, false
}

// deadline fails on a closed connection only, and then so does what follows.
func (w *wire) deadline(d time.Duration) { _ = w.conn.SetDeadline(time.Now().Add(d)) }
