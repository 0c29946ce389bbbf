package outbound

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxURL is how long a URL may be, in bytes; the contract says the same.
const maxURL = 2000

var (
	errURL     = refuse("The URL is not valid.", "Write it like https://shop.example.com/notify.")
	errHost    = refuse("The host is not a valid name.", "Write it like shop.example.com.")
	errScheme  = refuse("The URL does not begin with https://.", "Only https is called; write the URL like https://shop.example.com/notify.")
	errPort    = refuse("The port is not allowed.", "Leave it out: only port 443 is called.")
	errAddress = refuse("The address is not allowed.", "The host must be reachable from the internet.")
)

// Check tells whether a URL can be called, as far as its text says so: nothing is resolved, because what a name stands
// for now says nothing about later, and because the answer would tell what exists in our network. The error is an *Error.
func (c *Client) Check(rawurl string) error {
	_, err := c.parse(rawurl)
	return err
}

// parse is Check, and hands out the URL as it is to be called: with an ASCII host.
func (c *Client) parse(rawurl string) (*url.URL, error) {
	if len(rawurl) > maxURL {
		return nil, refuse(fmt.Sprintf("The URL is longer than %d bytes.", maxURL), "")
	}
	u, err := url.Parse(rawurl)
	if err != nil {
		return nil, &Error{Text: errURL.Text, Hint: errURL.Hint, cause: err}
	}
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !c.guard.inner()):
		return nil, errScheme
	case u.Hostname() == "":
		return nil, errURL
	case u.User != nil:
		return nil, refuse("The URL contains a user name or a password.", "If a secret is needed, put a token into the path or the query.")
	case strings.Contains(rawurl, "#"):
		return nil, refuse("The URL has a fragment.", "What follows # is never sent; leave it out, or write %23 if # belongs to the name.")
	}
	host, err := c.host(u.Hostname())
	if err != nil {
		return nil, err
	}
	if err := c.way(u, host); err != nil {
		return nil, err
	}
	u.Host = authority(host, u.Port())
	return u, nil
}

// host is a host in ASCII: a name of the DNS, or an address that may be called.
func (c *Client) host(raw string) (string, error) {
	if ip, err := netip.ParseAddr(raw); err == nil {
		if err := c.guard.address(ip); err != nil {
			return "", &Error{Text: errAddress.Text, Hint: errAddress.Hint, cause: err}
		}
		return raw, nil
	}
	name, err := asciiName(raw)
	switch {
	case err != nil:
		return "", &Error{Text: errHost.Text, Hint: errHost.Hint, cause: err}
	case isNumber(name):
		return "", errAddress // 2130706433, 0x7f.1, 0177.0.0.1: what some resolvers read as an address
	case strings.HasSuffix(name, "."):
		return "", refuse(errHost.Text, "Leave out the dot at its end.")
	case !isName(name):
		return "", errHost
	case !c.guard.inner() && isInner(name):
		return "", errAddress
	}
	return name, nil
}

// asciiName is a name as it is looked up. Other letters than ASCII are mapped by the rules of international names, which make
// ordinary digits of full-width ones too: what is checked is what comes out.
func asciiName(raw string) (string, error) {
	if strings.IndexFunc(raw, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return strings.ToLower(raw), nil
	}
	return idna.Lookup.ToASCII(raw)
}

// isNumber tells whether a name ends in a number, which makes it an address in one of the many spellings of inet_aton, or
// nothing (the WHATWG URL standard draws the line there too; no top-level domain is a number).
func isNumber(name string) bool {
	name = strings.TrimSuffix(name, ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	if strings.Trim(last, "0123456789") == "" && last != "" {
		return true
	}
	hex, ok := strings.CutPrefix(last, "0x")
	return ok && strings.Trim(hex, "0123456789abcdef") == ""
}

// isName tells whether a name is one of the DNS, RFC 1035 2.3.4, with the underscore that some use.
func isName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		inside := strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_")
		if inside != "" || label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

// innerDomains mean something inside a network only: RFC 6761, RFC 6762, RFC 7686, RFC 8375, and the one that ICANN has
// set aside for private use.
var innerDomains = []string{"localhost", "local", "internal", "home.arpa", "onion"}

// isInner tells whether a name cannot be one of the internet.
func isInner(name string) bool {
	return !strings.Contains(name, ".") || slices.ContainsFunc(innerDomains, func(domain string) bool {
		return strings.HasSuffix(name, "."+domain)
	})
}

// way tells whether a host may be called by the scheme and on the port of a URL. A name may lead into a network that is named:
// then only its address can tell, which the guard asks.
func (c *Client) way(u *url.URL, host string) error {
	port, err := strconv.ParseUint(cmp.Or(u.Port(), defaultPort[u.Scheme]), 10, 16)
	if err != nil || port == 0 {
		return errPort
	}
	ip, err := netip.ParseAddr(host)
	isAddress := err == nil
	switch {
	case isAddress && c.guard.isNamed(ip), !isAddress && c.guard.inner():
		return nil
	case u.Scheme != "https":
		return errScheme
	case uint16(port) != c.guard.port:
		return errPort
	}
	return nil
}

var defaultPort = map[string]string{"https": "443", "http": "80"}

func authority(host, port string) string {
	if port != "" {
		return net.JoinHostPort(host, port)
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}
