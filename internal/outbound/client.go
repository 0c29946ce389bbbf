// Package outbound makes every HTTP request to a URL that somebody gave the server: files to fetch, callbacks to post.
//
// Such a URL may point at what only the server can reach: itself, its neighbours, the metadata service of its cloud
// (server-side request forgery). Two checks stand against that. Check looks at the text of a URL when it is accepted,
// to tell its author early. The guard looks at each address right before it is connected to, after the name was
// resolved, so that a name that has another address by then gains nothing; it is the check that counts.
//
// Invariants:
//
//   - No connection is made to an address that is neither public nor named in Options.AllowPrivate, nor to a public one
//     but by https on port 443, nor through a proxy; each request has a connection of its own, which was checked.
//   - Redirects are answers. Nothing is followed, no cookie kept, nothing decompressed.
//   - What is read of an answer is limited in bytes and in time, its headers too.
//   - Texts of errors and answers tell nothing about how a name was resolved or what the network is like: to the
//     caller a name with a forbidden address looks like one that does not exist.
package outbound

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"
)

// Options are how a Client is to behave. The zero value is what a server on the internet wants.
type Options struct {
	// AllowPrivate names networks that may be called although they are not public, for a server that works inside one: by
	// https and http, on every port. Merchants learn what answers there, and can post to it. At least 8 bits of an IPv4 and
	// 7 bits of an IPv6 network must be given, and the metadata services of clouds stay out of reach: there is no way to
	// switch the guard off.
	AllowPrivate []netip.Prefix

	RootCAs  *x509.CertPool // who signs certificates; the system's when nil
	Resolver *net.Resolver  // who resolves names; the system's when nil

	PostTimeout  time.Duration // for the whole of a Post; 20 seconds when 0
	FetchTimeout time.Duration // for the whole of a Fetch, reading its body included; 1 minute when 0
}

// Limits on the way to an answer. That of the headers is for them as a whole.
const (
	connectTimeout = 10 * time.Second // for all addresses of a name together
	tlsTimeout     = 10 * time.Second
	maxHeaderBytes = 64 << 10
)

const userAgent = "dunwell"

// Client makes requests. It is safe for concurrent use.
type Client struct {
	guard     *guard
	dialer    *net.Dialer
	transport *http.Transport

	postTimeout, fetchTimeout time.Duration
}

// New makes a client. It fails when a network of o.AllowPrivate is so wide that it would switch the guard off.
func New(o Options) (*Client, error) {
	guard, err := newGuard(o)
	if err != nil {
		return nil, err
	}
	c := &Client{
		guard:        guard,
		dialer:       &net.Dialer{Timeout: connectTimeout, Resolver: o.Resolver, ControlContext: guard.control},
		postTimeout:  cmp.Or(o.PostTimeout, 20*time.Second),
		fetchTimeout: cmp.Or(o.FetchTimeout, time.Minute),
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // every receiver speaks it, and there is less to it
	c.transport = &http.Transport{
		DialContext:            c.dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    tlsTimeout,
		Protocols:              protocols,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	return c, nil
}

// send makes one request and hands out its answer, whatever the status. It goes past http.Client, which would follow
// redirects and keep cookies.
func (c *Client) send(ctx context.Context, method string, u *url.URL, header http.Header, body []byte) (*http.Response, error) {
	var insecure atomic.Bool // the handshake failed: its errors have no type to know them by
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { insecure.Store(err != nil) },
	})
	if u.Scheme == "https" {
		ctx = secured(ctx)
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Text: errURL.Text, Hint: errURL.Hint, cause: err}
	}
	request.Header = header
	request.Header.Set("User-Agent", userAgent)
	answer, err := c.transport.RoundTrip(request)
	if err != nil {
		return nil, failure(ctx, err, insecure.Load())
	}
	return answer, nil
}
