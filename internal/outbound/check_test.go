package outbound

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	strict := newClient(t, Options{})
	lax := newClient(t, Options{AllowPrivate: loopback}) // where the address of a name decides
	tests := []struct {
		url         string
		strict, lax string // parts of the text; empty: allowed
	}{
		{"https://shop.example.com/notify", "", ""},
		{"https://shop.example.com", "", ""},
		{"HTTPS://Shop.Example.COM/?a=b&c=%20", "", ""},
		{"https://shop.example.com:443/", "", ""},
		{"https://shop.example.com:/", "", ""},
		{"https://my_shop.example.com/", "", ""},
		{"https://xn--mller-kva.example/", "", ""},
		{"https://müller.example/Rechnung Nr. 1.pdf", "", ""},
		{"https://1.1.1.1/", "", ""},
		{"https://[2606:4700::1111]/", "", ""},
		{"https://[2606:4700::1111]:443/", "", ""},
		{"http://shop.example.com/", "https", ""},
		{"http://shop.example.com:80/", "https", ""},
		{"https://shop.example.com:80/", "port", ""},
		{"https://shop.example.com:8443/", "port", ""},
		{"https://shop.example.com:0/", "port", "port"},
		{"https://shop.example.com:65536/", "port", "port"},
		{"http://127.0.0.1:8080/", "https", ""},
		{"https://127.0.0.1/", "address", ""},
		{"http://1.1.1.1/", "https", "https"},
		{"https://1.1.1.1:8443/", "port", "port"},
		{"https://shop.example.com/#a", "fragment", "fragment"},
		{"https://shop.example.com/#", "fragment", "fragment"},
		{"https://-shop.example.com/", "host", "host"},
		{"https://shop!.example.com/", "host", "host"},
		{"https://" + strings.Repeat("a", 64) + ".example.com/", "host", "host"},
		{"https://" + strings.Repeat("a.", 130) + "com/", "host", "host"},
		{"https://a\u200bb.例え.com/\u202e", "", ""},
		{"https://\u202eshop.example.com/", "host", "host"},
		{"https://shop.example.com/%zz", "valid", "valid"},
		{"", "https", "https"},
	}
	for _, test := range tests {
		for c, want := range map[*Client]string{strict: test.strict, lax: test.lax} {
			if said := text(t, c.Check(test.url)); (said == "") != (want == "") || !strings.Contains(said, want) {
				t.Errorf("%s: %q, want %q", test.url, said, want)
			}
		}
	}
}

// Hints tell what to do.
func TestCheckHints(t *testing.T) {
	c := newClient(t, Options{})
	for raw, want := range map[string]string{
		"https://shop.example.com:22/": "443",
		"https://shop.example.com./":   "Leave out the dot",
		"https://shop.example.com/#5":  "%23",
		"https://10.0.0.1/":            "reachable from the internet",
		"ftp://shop.example.com/":      "https://shop.example.com/notify",
		"https://":                     "https://shop.example.com/notify",
	} {
		var e *Error
		if err := c.Check(raw); !errors.As(err, &e) || !strings.Contains(e.Hint, want) {
			t.Errorf("%s: %+v, want %q", raw, e, want)
		}
	}
}

// What is called is what was checked, in ASCII.
func TestParse(t *testing.T) {
	c := newClient(t, Options{})
	for raw, want := range map[string]string{
		"https://Müller.example:443/ä?ö": "https://xn--mller-kva.example:443/%C3%A4?ö",
		"https://EXAMPLE.com":            "https://example.com",
		"https://[2606:4700::1111]":      "https://[2606:4700::1111]",
		"https://[2606:4700::1111]:443/": "https://[2606:4700::1111]:443/",
	} {
		u, err := c.parse(raw)
		if err != nil || u.String() != want {
			t.Errorf("%s becomes %s, %v; want %s", raw, u, err, want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		"https://shop.example.com/notify", "https://müller.example:443/?a#b", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://[fe80::1%25lo]/",
		"https://a:b@c/", "http://x", "https:x", `https://a\b`, "https://１２７.１", "https://127。1", "https://[::ffff:1.1.1.1]:0443", "https://xn--/",
	} {
		f.Add(seed)
	}
	c, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if err := c.Check(raw); err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Temporary || strings.Contains(e.Text+e.Hint, raw) && len(raw) > 8 && raw != "https://" {
				t.Errorf("%q: %#v", raw, err)
			}
			return
		}
		u, err := c.parse(raw)
		if err != nil {
			t.Fatalf("%q is allowed, and then %v", raw, err)
		}
		again, err := url.Parse(u.String())
		if err != nil || again.Host != u.Host || again.Scheme != "https" || again.User != nil || again.Fragment != "" || again.Port() != "" && !isPort443(again.Port()) {
			t.Fatalf("%q is called as %q: %v", raw, u, err)
		}
		if ip, err := netip.ParseAddr(again.Hostname()); err == nil {
			if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Is4In6() || ip.Zone() != "" {
				t.Fatalf("%q: %s is allowed", raw, ip)
			}
		} else if host := again.Hostname(); !strings.Contains(host, ".") || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			t.Fatalf("%q: %q is allowed", raw, host)
		}
	})
}

func isPort443(port string) bool { return strings.TrimLeft(port, "0") == "443" }
