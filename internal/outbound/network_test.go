package outbound

import (
	"context"
	"net/netip"
	"strings"
	"testing"
)

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
