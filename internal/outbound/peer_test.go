package outbound

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

// TestMain names a proxy that is not there: a client that asked it would reach nobody. It is not meant for URLs of
// strangers, since it connects to what it likes.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY"} {
		if err := os.Setenv(name, "http://127.0.0.1:1"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

// quiet takes what servers complain about when a client goes away, which is what they are to see here.
var quiet = log.New(io.Discard, "", 0)

// loopback is what tests allow to reach their servers.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// names is a name server that answers with whatever it is told to.
type names struct {
	*net.Resolver
	answer func(name string, query int) []netip.Addr // query counts those for IPv4 addresses, from 1
}

// nameServer starts one that knows every name.
func nameServer(t *testing.T, answer func(name string, query int) []netip.Addr) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	t.Cleanup(func() { conn.Close(); done.Wait() })
	n := &names{answer: answer, Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}}
	done.Go(func() { n.serve(t, conn) })
	return n
}

func (n *names) serve(t *testing.T, conn net.PacketConn) {
	queries := map[string]int{}
	for buffer := make([]byte, 1500); ; {
		size, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return // closed
		}
		var m dnsmessage.Message
		if err := m.Unpack(buffer[:size]); err != nil || len(m.Questions) != 1 {
			t.Errorf("query: %v", err)
			return
		}
		question := m.Questions[0]
		name := question.Name.String()
		if question.Type == dnsmessage.TypeA {
			queries[name]++
		}
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		for _, ip := range n.answer(name, max(queries[name], 1)) {
			if r, ok := resource(question, ip); ok {
				m.Answers = append(m.Answers, r)
			}
		}
		reply, err := m.Pack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.WriteTo(reply, from)
	}
}

func resource(q dnsmessage.Question, ip netip.Addr) (dnsmessage.Resource, bool) {
	r := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}}
	switch {
	case q.Type == dnsmessage.TypeA && ip.Is4():
		r.Body = &dnsmessage.AResource{A: ip.As4()}
	case q.Type == dnsmessage.TypeAAAA && ip.Is6():
		r.Body = &dnsmessage.AAAAResource{AAAA: ip.As16()}
	}
	return r, r.Body != nil
}

// always is a name server that gives every name the same addresses.
func always(t *testing.T, ips ...string) *net.Resolver {
	var answer []netip.Addr
	for _, ip := range ips {
		answer = append(answer, netip.MustParseAddr(ip))
	}
	return nameServer(t, func(string, int) []netip.Addr { return answer }).Resolver
}

// forbidden is a server that nobody is to reach, on all addresses of this machine, IPv6 too where there is one.
type forbidden struct {
	port        uint16
	connections atomic.Int64
}

func newForbidden(t *testing.T) *forbidden {
	t.Helper()
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	f := &forbidden{port: netip.MustParseAddrPort(listener.Addr().String()).Port()}
	var done sync.WaitGroup
	t.Cleanup(func() { listener.Close(); done.Wait() })
	done.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			f.connections.Add(1)
			conn.Close()
		}
	})
	return f
}

// peer is a server that may be reached, by the name example.com, which its certificate is for.
type peer struct {
	*httptest.Server
	url string
	Options
}

func newPeer(t *testing.T, handler http.HandlerFunc, change ...func(*httptest.Server)) *peer {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = quiet
	for _, c := range change {
		c(server)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return peerOf(t, server)
}

func peerOf(t *testing.T, server *httptest.Server) *peer {
	port := server.Listener.Addr().(*net.TCPAddr).Port
	p := &peer{Server: server, url: "https://example.com:" + strconv.Itoa(port) + "/"}
	p.AllowPrivate, p.Resolver = loopback, always(t, "127.0.0.1")
	if server.Certificate() != nil {
		p.RootCAs = x509.NewCertPool()
		p.RootCAs.AddCert(server.Certificate())
	}
	return p
}

func (p *peer) client(t *testing.T) *Client { return newClient(t, p.Options) }

func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// say answers with a body of a media type.
func say(mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		fmt.Fprint(w, body)
	}
}

// text is the text of an *Error; anything else fails.
func text(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *Error: %v", err, err)
	}
	if e.Error() != e.Text || e.Text == "" {
		t.Fatalf("%#v", e)
	}
	return e.Text
}
