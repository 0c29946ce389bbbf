package app

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
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
	u, err := url.Parse(server.URL)
	b.no(err)
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	b.no(err)
	o.AllowPrivate, o.Ports = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, []uint16{uint16(port)}
	o.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
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

// call lets a worker look at a callback once, and tells when it wants to look again.
func (b *bench) call(c ar.Callback) (again time.Duration) {
	b.Helper()
	again, err := b.callBack(b.Context(), jobs.Nudge{Kind: nudgeCallback, Merchant: by.Merchant, ID: c.ID})
	b.no(err)
	return again
}

// callback is the only callback of a job, as it is now.
func (b *bench) callback(job Job) ar.Callback {
	b.Helper()
	all := b.status(job).Callbacks
	if len(all) != 1 {
		b.Fatalf("job %d has %d callbacks", job, len(all))
	}
	return all[0]
}

// told makes a job that has ended, of which a receiver wants to know.
func (b *bench) told(c Commit) Job {
	b.Helper()
	b.draft()
	job, err := b.CommitInvoice(b.Context(), by, "RE1", c, nil)
	b.no(err) // nobody to mail to: it has ended
	return job
}

// A second nudge, while a worker posts, is one too many.
func TestNudgeWhilePosting(t *testing.T) {
	each(t, func(b *bench) {
		hold := make(chan struct{})
		r := b.receiver(func(http.ResponseWriter, *http.Request) { <-hold }, status(200))
		job := b.told(Commit{NotifyURL: r.URL})
		c := b.callback(job)
		var done sync.WaitGroup
		done.Go(func() {
			if _, err := b.callBack(context.WithoutCancel(b.Context()), jobs.Nudge{Kind: nudgeCallback, Merchant: by.Merchant, ID: c.ID}); err != nil {
				b.Error(err)
			}
		})
		r.wait(1)
		if again := b.call(c); again < ar.CallbackLease-time.Second || again > ar.CallbackLease { // in whole milliseconds
			b.Errorf("looks again in %v", again)
		}
		close(hold)
		done.Wait()
		if c := b.callback(job); c.State != ar.CallbackDelivered || c.Attempts != 1 || len(r.got()) != 1 {
			b.Errorf("%d posts, %+v", len(r.got()), c)
		}
	})
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
