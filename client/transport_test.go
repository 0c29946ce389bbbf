package client

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// swallowing is a connection that loses what is written to it once it is told to, as behind a router that has forgotten it.
type swallowing struct {
	net.Conn
	dead *atomic.Bool
}

func (s *swallowing) Write(p []byte) (int, error) {
	if s.dead.Load() {
		return len(p), nil
	}
	return s.Conn.Write(p)
}

// TestDeadConnection: an attempt on a connection of HTTP/2 that has died is repeated on another one, long before it times out.
func TestDeadConnection(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"now":"2026-03-02T09:30:00.000Z"}`)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	var dialed []*swallowing // one after the other
	transport := newTransport(20 * time.Millisecond)
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
		dialed = append(dialed, &swallowing{conn, new(atomic.Bool)})
		return dialed[len(dialed)-1], err
	}
	c, err := New(server.URL, WithHTTPClient(&http.Client{Transport: transport}), WithTimeout(2*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	for _, attempts := range []int{1, 2} {
		var r Response
		if _, err := c.GetSandboxClock(t.Context(), Into(&r)); err != nil || r.Attempts != attempts || len(dialed) != attempts {
			t.Fatalf("%d attempts, %d connections: %v", r.Attempts, len(dialed), err)
		}
		dialed[0].dead.Store(true)
	}
}
