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
