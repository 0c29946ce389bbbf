package app

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/dunwell/dunwell/internal/outbound"
)

// receiver is whom callbacks are posted to. It keeps what came, and answers each as it is told.
type receiver struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	posts   []posted
	came    chan struct{}      // gets one for each post
	answers []http.HandlerFunc // one for each post, the last for all that follow
}

type posted struct {
	http.Header
	body string
}

// status answers with a status and headers, given as pairs.
func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

// receiver starts one, and lets the application call it.
func (b *bench) receiver(answers ...http.HandlerFunc) *receiver {
	b.Helper()
	r := &receiver{t: b.T, answers: answers, came: make(chan struct{}, 1000)}
	r.Server = httptest.NewTLSServer(r)
	b.Cleanup(r.Close)
	b.allow(r.Server, outbound.Options{})
	return r
}

// allow lets the application call a server of this machine.
func (b *bench) allow(server *httptest.Server, o outbound.Options) {
	b.Helper()
	o.AllowPrivate = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	o.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	var err error
	b.App.outbound, err = outbound.New(o)
	b.no(err)
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	r.posts = append(r.posts, posted{request.Header.Clone(), string(body)})
	answer := r.answers[min(len(r.posts), len(r.answers))-1]
	r.mu.Unlock()
	r.came <- struct{}{}
	answer(w, request)
}

// wait waits for n more posts.
func (r *receiver) wait(n int) {
	r.t.Helper()
	for range n {
		select {
		case <-r.came:
		case <-time.After(20 * time.Second):
			r.t.Fatal("nobody posts")
		}
	}
}

// got are the posts so far.
func (r *receiver) got() []posted {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]posted(nil), r.posts...)
}

// resolving is a client of the internet, where every name stands for one address.
func (b *bench) resolving(address string) *outbound.Client {
	b.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	b.no(err)
	var done sync.WaitGroup
	b.Cleanup(func() { b.no(conn.Close()); done.Wait() })
	done.Go(func() {
		for buffer := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return // closed
			}
			reply, err := answer(buffer[:n], netip.MustParseAddr(address))
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = conn.WriteTo(reply, from) // who asked may be gone
		}
	})
	client, err := outbound.New(outbound.Options{Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}})
	b.no(err)
	return client
}

// answer is what a name server says that knows one IPv4 address.
func answer(query []byte, address netip.Addr) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Response, m.Additionals = true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: address.As4()}}}
	}
	return m.Pack()
}
