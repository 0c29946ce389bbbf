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

// The special-purpose registries of IANA, by the first and last address of each block, and what is next to them.
func TestAddresses(t *testing.T) {
	g, err := newGuard(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
		"::/128", "::1/128", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32",
		"2001:1::1/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32",
		"2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "4000::/3",
	} {
		p := netip.MustParsePrefix(block)
		for _, ip := range []netip.Addr{p.Masked().Addr(), last(p)} {
			if pass(g, ip, 443) {
				t.Errorf("%s of %s is allowed", ip, p)
			}
		}
	}
	for _, public := range []string{"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255", "2606:4700::1111", "2a00::1", "2001:4860:4860::8888"} {
		if ip := netip.MustParseAddr(public); !pass(g, ip, 443) || pass(g, ip, 22) {
			t.Errorf("%s is not allowed, or on all ports", ip)
		}
	}
	if err := g.control(secured(t.Context()), "udp4", "1.1.1.1:443", nil); err == nil {
		t.Error("packets are allowed")
	}
}

// pass tells whether the dialer may connect.
func pass(g *guard, ip netip.Addr, port uint16) bool {
	network := "tcp6"
	if ip.Is4() {
		network = "tcp4"
	}
	return g.control(secured(context.Background()), network, netip.AddrPortFrom(ip, port).String(), nil) == nil
}

func last(p netip.Prefix) netip.Addr {
	bytes := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	ip, _ := netip.AddrFromSlice(bytes)
	return ip
}

// In a network that is named, anything may be called; elsewhere https on 443 only. What a name stands for is known when it
// is connected to.
func TestNamedNetworks(t *testing.T) {
	o := Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("64:ff9b::/96")}}
	const public, named, private = "93.184.216.34", "10.1.2.3", "10.2.0.1"
	tests := []struct {
		url      string
		stands   []string // for these addresses
		connects string   // to these
	}{
		{"http://erp:8069/", []string{named}, named},
		{"http://erp.internal/", []string{named}, named},
		{"https://erp.example.com:8443/", []string{named}, named},
		{"https://erp.example.com/", []string{named}, named},
		{"http://erp.example.com/", []string{private}, ""},
		{"http://erp.example.com/", []string{"169.254.169.254"}, ""},
		{"https://shop.example.com/", []string{public}, public},
		{"https://shop.example.com:443/", []string{public}, public},
		{"https://shop.example.com:8443/", []string{public}, ""},
		{"http://shop.example.com/", []string{public}, ""},
		{"http://shop.example.com:443/", []string{public}, ""},
		{"http://both.example.com/", []string{public, named}, named},
		{"https://nat.example.com/", []string{"64:ff9b::5db8:d822"}, "64:ff9b::5db8:d822"}, // public behind it
		{"http://nat.example.com/", []string{"64:ff9b::5db8:d822"}, ""},
		{"https://nat.example.com:8443/", []string{"64:ff9b::5db8:d822"}, ""},
		{"http://nat.example.com:8069/", []string{"64:ff9b::a01:203"}, "64:ff9b::a01:203"}, // named behind it
	}
	for _, test := range tests {
		o.Resolver = always(t, test.stands...)
		c := newClient(t, o)
		if err := c.Check(test.url); err != nil {
			t.Errorf("%s: %v", test.url, err)
		}
		passed := stopAfterGuard(c)
		_, err := c.Post(t.Context(), test.url, nil, nil)
		if got := strings.Join(*passed, " "); got != test.connects || text(t, err) != "No connection." {
			t.Errorf("%s for %s: the guard let %q pass, want %q; %v", test.url, test.stands, got, test.connects, err)
		}
		notRevealed(t, err)
	}
}

// A network that is allowed opens itself only, and no metadata service within.
func TestAllowPrivate(t *testing.T) {
	var o Options
	for _, p := range []string{"10.1.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "64:ff9b::/96"} {
		o.AllowPrivate = append(o.AllowPrivate, netip.MustParsePrefix(p))
	}
	c := newClient(t, o)
	for raw, allowed := range map[string]bool{
		"https://10.1.2.3/":                  true,
		"https://10.2.0.1/":                  false,
		"https://169.254.1.1/":               true,
		"https://169.254.169.254/":           false,
		"https://100.100.100.200/":           false,
		"https://[fd00::1]/":                 true,
		"https://[fd00:ec2::254]/":           false,
		"https://[64:ff9b::1.1.1.1]/":        true, // one of the internet, where there is IPv6 only
		"https://[64:ff9b::127.0.0.1]/":      false,
		"https://[64:ff9b::10.1.2.3]/":       true,
		"https://[64:ff9b::a9fe:a9fe]/":      false,
		"https://[64:ff9b::1.1.1.1]:8443/":   false,
		"http://[64:ff9b::1.1.1.1]/":         false,
		"http://[64:ff9b::10.1.2.3]/":        true,
		"https://[::ffff:10.1.2.3]/":         false,
		"https://127.0.0.1/":                 false,
		"https://erp/":                       true, // its address decides
		"https://erp.internal/":              true,
		"http://10.1.2.3/":                   true,
		"https://10.1.2.3:8443/":             true,
		"http://10.1.2.3:65535/":             true,
		"http://10.1.2.3:0/":                 false,
		"http://10.1.2.3:65536/":             false,
		"http://erp:65536/":                  false,
		"ftp://10.1.2.3/":                    false,
		"http://10.2.0.1/":                   false,
		"http://169.254.169.254/":            false,
		"http://1.1.1.1/":                    false, // public: as ever
		"https://1.1.1.1:8443/":              false,
		"https://1.1.1.1/":                   true,
		"https://metadata.google.internal./": false,
	} {
		if err := c.Check(raw); (err == nil) != allowed {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for _, wide := range []netip.Prefix{
		{}, netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("0.0.0.0/7"), netip.MustParsePrefix("::/0"), netip.MustParsePrefix("f000::/6"),
		netip.MustParsePrefix("::ffff:0.0.0.0/96"), netip.MustParsePrefix("::ffff:10.0.0.0/104"),
	} {
		if _, err := New(Options{AllowPrivate: []netip.Prefix{wide}}); err == nil {
			t.Errorf("%s can be allowed", wide)
		}
	}
}
