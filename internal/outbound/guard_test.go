package outbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
)

// TestForgery tries every way we know to make the server connect to what only it can reach, and shows what came of it.
// Each URL is tried twice: as a caller's, and past the check of its text, as if that had missed it. A server listens on
// all addresses of this machine: it sees nobody.
func TestForgery(t *testing.T) {
	const accepted = "accepted" // the text says nothing; the address does
	tests := []struct{ what, url, check string }{
		{"loopback", "https://127.0.0.1:PORT/", "address"},
		{"loopback, another", "https://127.255.255.254:PORT/", "address"},
		{"loopback, IPv6", "https://[::1]:PORT/", "address"},
		{"loopback by its name", "https://localhost:PORT/", "address"},
		{"loopback by a name below", "https://a.localhost:PORT/", "address"},
		{"loopback by a name of the internet", "https://rebind.example.com:PORT/", accepted},
		{"name with a dot at its end", "https://rebind.example.com.:PORT/", "host"},
		{"unspecified", "https://0.0.0.0:PORT/", "address"},
		{"unspecified, short", "https://0:PORT/", "address"},
		{"unspecified, IPv6", "https://[::]:PORT/", "address"},
		{"decimal", "https://2130706433:PORT/", "address"},
		{"octal", "https://0177.0.0.1:PORT/", "address"},
		{"octal, one number", "https://017700000001:PORT/", "address"},
		{"hexadecimal", "https://0x7f000001:PORT/", "address"},
		{"hexadecimal, parts", "https://0x7f.0.0.0X1:PORT/", "address"},
		{"short", "https://127.1:PORT/", "address"},
		{"dot at the end", "https://127.0.0.1.:PORT/", "address"},
		{"full-width digits", "https://１２７.０.０.１:PORT/", "address"},
		{"circled letters", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "address"},
		{"ideographic dots", "https://127。0。0。1:PORT/", "address"},
		{"escaped", "https://%31%32%37.0.0.1:PORT/", "valid"},
		{"IPv4-mapped", "https://[::ffff:127.0.0.1]:PORT/", "address"},
		{"IPv4-mapped, hexadecimal", "https://[::ffff:7f00:1]:PORT/", "address"},
		{"IPv4-mapped, public", "https://[::ffff:93.184.216.34]:PORT/", "address"},
		{"IPv4-compatible", "https://[::127.0.0.1]:PORT/", "address"},
		{"NAT64", "https://[64:ff9b::127.0.0.1]:PORT/", "address"},
		{"NAT64, local use", "https://[64:ff9b:1::127.0.0.1]:PORT/", "address"},
		{"6to4", "https://[2002:7f00:1::]:PORT/", "address"},
		{"Teredo", "https://[2001:0:7f00:1::]:PORT/", "address"},
		{"private 10/8", "https://10.0.0.1:PORT/", "address"},
		{"private 172.16/12", "https://172.31.255.255:PORT/", "address"},
		{"private 192.168/16", "https://192.168.1.1:PORT/", "address"},
		{"shared 100.64/10", "https://100.64.0.1:PORT/", "address"},
		{"benchmarks", "https://198.18.0.1:PORT/", "address"},
		{"documentation", "https://192.0.2.2:PORT/", "address"},
		{"reserved", "https://240.0.0.1:PORT/", "address"},
		{"broadcast", "https://255.255.255.255:PORT/", "address"},
		{"multicast", "https://224.0.0.1:PORT/", "address"},
		{"multicast, IPv6", "https://[ff02::1]:PORT/", "address"},
		{"unique local", "https://[fd00::2]:PORT/", "address"},
		{"site-local", "https://[fec0::1]:PORT/", "address"},
		{"link-local", "https://169.254.1.1:PORT/", "address"},
		{"link-local, IPv6", "https://[fe80::1]:PORT/", "address"},
		{"link-local with a zone", "https://[fe80::1%25lo]:PORT/", "address"},
		{"loopback with a zone", "https://[::1%25lo]:PORT/", "address"},
		{"metadata", "https://169.254.169.254:PORT/latest/meta-data/", "address"},
		{"metadata, decimal", "https://2852039166:PORT/latest/meta-data/", "address"},
		{"metadata, AWS, IPv6", "https://[fd00:ec2::254]:PORT/", "address"},
		{"metadata, Google, IPv6", "https://[fd20:ce::254]:PORT/", "address"},
		{"metadata, Google, by name", "https://metadata.google.internal:PORT/", "address"},
		{"metadata, Azure", "https://168.63.129.16:PORT/", "address"},
		{"metadata, Alibaba", "https://100.100.100.200:PORT/", "address"},
		{"metadata, Oracle", "https://192.0.0.192:PORT/", "address"},
		{"name of a neighbour", "https://postgres:PORT/", "address"},
		{"name of a network", "https://printer.local:PORT/", "address"},
		{"another port", "https://rebind.example.com:22/", "port"},
		{"http, its port", "http://rebind.example.com:80/", "https"},
		{"port that is none", "https://rebind.example.com:99999/", "port"},
		{"port zero", "https://rebind.example.com:0/", "port"},
		{"http", "http://127.0.0.1:PORT/", "https"},
		{"http, by name", "http://rebind.example.com:PORT/", "https"},
		{"file", "file:///etc/passwd", "https"},
		{"file with a host", "file://127.0.0.1:PORT/etc/passwd", "https"},
		{"gopher", "gopher://127.0.0.1:PORT/_GET", "https"},
		{"ftp", "ftp://127.0.0.1:PORT/", "https"},
		{"no scheme", "//127.0.0.1:PORT/", "https"},
		{"no host", "https:///127.0.0.1:PORT/", "valid"},
		{"opaque", "https:127.0.0.1:PORT/", "valid"},
		{"user and password", "https://a:b@rebind.example.com:PORT/", "password"},
		{"user that looks like the host", "https://example.com@127.0.0.1:PORT/", "password"},
		{"empty user", "https://@127.0.0.1:PORT/", "password"},
		{"backslash", `https://example.com\@127.0.0.1:PORT/`, "valid"},
		{"two at signs", "https://a@b@127.0.0.1:PORT/", "password"},
		{"fragment that looks like the host", "https://127.0.0.1:PORT#@example.com/", "fragment"},
		{"line break", "https://rebind.example.com:PORT/\r\nHost: 127.0.0.1", "valid"},
		{"space", "https://rebind.example.com :PORT/", "valid"},
		{"empty label", "https://rebind..example.com:PORT/", "host"},
		{"too long", "https://rebind.example.com:PORT/" + strings.Repeat("a", maxURL), "longer"},
	}
	server := newForbidden(t)
	resolver := always(t, "127.0.0.1", "::1", "::ffff:127.0.0.1")
	c := newClient(t, Options{Resolver: resolver})
	c.guard.port = server.port
	elsewhere := newClient(t, Options{Resolver: resolver, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("10.99.0.0/16")}})

	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "attempt\tURL\twhen it is accepted\twhen it is called\tconnections")
	for _, test := range tests {
		raw := strings.ReplaceAll(test.url, "PORT", fmt.Sprint(server.port))
		said := text(t, c.Check(raw))
		if test.check == accepted != (said == "") || test.check != accepted && !strings.Contains(said, test.check) {
			t.Errorf("%s: %s is checked with %q, want %q", test.what, raw, said, test.check)
		}
		_, err := c.Post(t.Context(), raw, nil, nil)
		called := text(t, err)
		_, _, _, err = c.Fetch(t.Context(), raw, Limits{MaxBytes: 1})
		if fetched := text(t, err); called == "" || called != fetched || said != "" && called != said {
			t.Errorf("%s: %q when it is checked, %q when it is posted to, %q when it is fetched", test.what, said, called, fetched)
		}
		notRevealed(t, err)
		past(t, c, raw)
		past(t, elsewhere, raw)
		n := server.connections.Swap(0)
		if n != 0 {
			t.Errorf("%s: %d connections", test.what, n)
		}
		fmt.Fprintf(w, "%s\t%.48s\t%s\t%s\t%d\n", test.what, fmt.Sprintf("%q", test.url), cmp.Or(said, accepted), called, n)
	}
	w.Flush()
	t.Logf("\n%s", &table)
}

// past calls a URL without the check of its text.
func past(t *testing.T, c *Client, raw string) {
	u, err := url.Parse(raw)
	if err != nil {
		return // nobody can
	}
	answer, err := c.send(t.Context(), http.MethodGet, u, http.Header{}, nil)
	if err == nil {
		t.Errorf("%s answers %s", raw, answer.Status)
		answer.Body.Close()
	}
}

var address = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|::|(?i:loopback|private|prohibited|resol|dial|lookup|denied|refused)`)

// notRevealed fails when the text of an error says what only we know.
func notRevealed(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if errors.As(err, &e) && address.MatchString(e.Text+e.Hint) {
		t.Errorf("%q, %q reveal something", e.Text, e.Hint)
	}
}

// A name that has a public address when the guard first looks, and the one of this machine right after.
func TestRebinding(t *testing.T) {
	public := netip.MustParseAddr("93.184.216.34")
	private := netip.MustParseAddr("127.0.0.1")
	tests := []struct {
		what   string
		answer func(name string, query int) []netip.Addr
		dialed []string // what the guard lets pass, in each of two calls
	}{
		{"one after the other", func(_ string, query int) []netip.Addr {
			return []netip.Addr{public, private}[min(query, 2)-1:][:1]
		}, []string{"93.184.216.34", ""}},
		{"both at once", func(string, int) []netip.Addr { return []netip.Addr{public, private} }, []string{"93.184.216.34", "93.184.216.34"}},
		{"both at once, turned", func(string, int) []netip.Addr { return []netip.Addr{private, public} }, []string{"93.184.216.34", "93.184.216.34"}},
		{"disguised", func(string, int) []netip.Addr {
			return []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1"), netip.MustParseAddr("::1")}
		}, []string{"", ""}},
	}
	for _, test := range tests {
		server := newForbidden(t)
		c := newClient(t, Options{Resolver: nameServer(t, test.answer).Resolver})
		c.guard.port = server.port
		raw := fmt.Sprintf("https://rebind.example.com:%d/", server.port)
		if err := c.Check(raw); err != nil {
			t.Fatal(err)
		}
		for call, want := range test.dialed {
			passed := stopAfterGuard(c)
			_, err := c.Post(t.Context(), raw, nil, nil)
			if got := strings.Join(*passed, " "); got != want || text(t, err) != "No connection." {
				t.Errorf("%s, call %d: the guard let %q pass, want %q; %v", test.what, call+1, got, want, err)
			}
			notRevealed(t, err)
		}
		if n := server.connections.Load(); n != 0 {
			t.Errorf("%s: %d connections", test.what, n)
		}
	}
}

// stopAfterGuard lets the guard decide and connects to nobody, so that a test does not call the internet.
func stopAfterGuard(c *Client) *[]string {
	var passed []string
	c.dialer.ControlContext = func(ctx context.Context, network, address string, conn syscall.RawConn) error {
		if err := c.guard.control(ctx, network, address, conn); err != nil {
			return err
		}
		host, _, _ := net.SplitHostPort(address)
		passed = append(passed, host)
		return errors.New("stopped by the test")
	}
	return &passed
}

// What the caller sees of a name is the same, whether it does not exist, has a forbidden address, or nobody answers there:
// whoever may choose names could map our network otherwise.
func TestNamesTellNothing(t *testing.T) {
	closed := newForbidden(t)
	seen := map[string]string{}
	for what, o := range map[string]Options{
		"none":                 {Resolver: always(t)},
		"forbidden":            {Resolver: always(t, "127.0.0.1")},
		"forbidden, elsewhere": {Resolver: always(t, "127.0.0.1"), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("10.99.0.0/16")}},
		"closed":               {Resolver: always(t, "127.0.0.2"), AllowPrivate: loopback},
	} {
		c := newClient(t, o)
		c.guard.port = closed.port
		if what == "closed" {
			c.guard.port = 1
		}
		_, err := c.Post(t.Context(), fmt.Sprintf("https://name.example.com:%d/", c.guard.port), nil, nil)
		var e *Error
		if !errors.As(err, &e) || errors.Unwrap(err) == nil {
			t.Fatalf("%s: %v", what, err)
		}
		seen[fmt.Sprintf("%s %s %t", e.Text, e.Hint, e.Temporary)] = what
	}
	if len(seen) != 1 {
		t.Errorf("%v", seen)
	}
}
