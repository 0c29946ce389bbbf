package client

import (
	"net"
	"net/http"
	"time"
)

// pingAfter is how long a connection of HTTP/2 may be silent under a request before it is asked whether it still lives,
// and how long it may take to answer. Without that, all attempts of a call would wait on one dead connection.
const pingAfter = 15 * time.Second

// newTransport is the standard library's, with more connections kept for the one host a client speaks to.
func newTransport(ping time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: ping, PingTimeout: ping},
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// do sends through the http.Client, for its cookie jar and timeout, but leaves it no redirect to follow: one could lead credentials
// and bodies to another host, and no operation of the contract answers with one. To forbid it by CheckRedirect would not do, since
// a Location that cannot be read is an error before that.
func (c *Client) do(r *http.Request) (*http.Response, error) {
	own, hidden := *c.http, &hideLocation{next: c.http.Transport}
	own.Transport = hidden
	res, err := own.Do(r)
	if err == nil && hidden.header != nil {
		res.Header = hidden.header
	}
	return res, err
}

// hideLocation is a transport for one request.
type hideLocation struct {
	next   http.RoundTripper // nil: the standard library's
	header http.Header       // of the answer, if a Location was taken from it
}

func (h *hideLocation) RoundTrip(r *http.Request) (*http.Response, error) {
	next := h.next
	if next == nil {
		next = http.DefaultTransport
	}
	res, err := next.RoundTrip(r)
	if err != nil || res == nil || res.Header.Get("Location") == "" {
		return res, err
	}
	h.header = res.Header
	res.Header = h.header.Clone()
	res.Header.Del("Location")
	return res, nil
}
