package mail

import (
	"slices"
	"sync"
	"time"
)

const (
	idleTime    = 10 * time.Second // that a connection waits for a next mail; busy servers hang up after that much
	idleAtOnce  = 8                // connections
	lettersEach = 100              // mails over one connection; servers have a limit, often this one
)

// idle are the connections that wait for a next mail: a mail over one of them saves the handshakes and the login.
type idle struct {
	mu       sync.Mutex
	sessions []*session // the one used last at the end
	closed   bool
}

// take is a connection, nil when none waits.
func (i *idle) take() *session {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.sessions) == 0 {
		return nil
	}
	c := i.sessions[len(i.sessions)-1]
	i.sessions = i.sessions[:len(i.sessions)-1]
	c.expiry.Stop() // if it is too late for that, expire does not find it any more
	return c
}

// put lets a connection wait, or closes it when there are enough.
func (i *idle) put(c *session) {
	c.unwatch()
	c.wire.renew()
	i.mu.Lock()
	full := i.closed || c.spent || len(i.sessions) == idleAtOnce || c.letters >= lettersEach
	if !full {
		i.sessions = append(i.sessions, c)
		c.expiry = time.AfterFunc(idleTime, func() { i.expire(c) })
	}
	i.mu.Unlock()
	if full {
		c.quit()
	}
}

func (i *idle) expire(c *session) {
	i.mu.Lock()
	at := slices.Index(i.sessions, c)
	if at >= 0 {
		i.sessions = slices.Delete(i.sessions, at, at+1)
	}
	i.mu.Unlock()
	if at >= 0 {
		c.quit()
	}
}

func (i *idle) close() {
	i.mu.Lock()
	waiting := i.sessions
	i.sessions, i.closed = nil, true
	i.mu.Unlock()
	for _, c := range waiting {
		c.expiry.Stop()
		c.quit()
	}
}
