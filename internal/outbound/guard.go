package outbound

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// guard decides which addresses may be connected to.
type guard struct {
	ssrf  *ssrf.Guardian // the special-purpose registries of IANA for both families
	named []netip.Prefix // networks that may be called although they are private
	port  uint16         // on which all others are called
}

// metadata are the services from which a machine in a cloud learns its own credentials and configuration. Most are link-local
// or private, and are listed because a wide private network may be allowed; that of Azure looks like a public address.
var metadata = map[netip.Addr]bool{
	netip.MustParseAddr("169.254.169.254"): true, // AWS, Azure, Google, Oracle, OpenStack and others
	netip.MustParseAddr("169.254.170.2"):   true, // AWS ECS
	netip.MustParseAddr("169.254.170.23"):  true, // AWS EKS
	netip.MustParseAddr("fd00:ec2::254"):   true, // AWS
	netip.MustParseAddr("fd00:ec2::23"):    true, // AWS EKS
	netip.MustParseAddr("fd20:ce::254"):    true, // Google
	netip.MustParseAddr("168.63.129.16"):   true, // Azure
	netip.MustParseAddr("100.100.100.200"): true, // Alibaba
	netip.MustParseAddr("192.0.0.192"):     true, // Oracle
}

func newGuard(o Options) (*guard, error) {
	var v4, v6 []netip.Prefix
	for _, p := range o.AllowPrivate {
		switch {
		case !p.IsValid() || p.Addr().Is4In6():
			return nil, fmt.Errorf("outbound: %s is no network that can be allowed; write it like 10.1.0.0/16", p)
		case p.Addr().Is4() && p.Bits() >= 8:
			v4 = append(v4, p)
		case p.Addr().Is6() && p.Bits() >= 7:
			v6 = append(v6, p)
		default:
			return nil, fmt.Errorf("outbound: %s is too wide to be allowed; name the networks that are to be called", p)
		}
	}
	return &guard{
		ssrf:  ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)),
		named: o.AllowPrivate,
		port:  443,
	}, nil
}

// inner tells whether private networks may be called, so that names may be private too.
func (g *guard) inner() bool { return len(g.named) > 0 }

// control is asked by the dialer for every address it is about to connect to.
func (g *guard) control(ctx context.Context, network, address string, c syscall.RawConn) error {
	if err := g.ssrf.Safe(network, address, c); err != nil {
		return err
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if err := g.address(to.Addr()); err != nil || g.isNamed(to.Addr()) {
		return err
	}
	if to.Port() != g.port || ctx.Value(securedKey{}) == nil {
		return fmt.Errorf("outbound: %s is called by https on port %d only, unless its network is named", to, g.port)
	}
	return nil
}

type securedKey struct{}

// secured tells control that a connection is for https. The dialer knows addresses only, and a connection that nobody says
// this of is taken for one of http.
func secured(ctx context.Context) context.Context { return context.WithValue(ctx, securedKey{}, true) }

// isNamed tells whether an address is in a network that is named. Of one behind NAT64 both must be: whoever reaches IPv4
// through it has not named the internet.
func (g *guard) isNamed(ip netip.Addr) bool {
	in := slices.ContainsFunc(g.named, func(p netip.Prefix) bool { return p.Contains(ip) })
	if in && ssrf.IPv6NAT64Prefix.Contains(ip) {
		return g.isNamed(behind(ip))
	}
	return in
}

// address tells why an address may not be called, for the log.
func (g *guard) address(ip netip.Addr) error {
	if metadata[ip] {
		return fmt.Errorf("outbound: %s is the metadata service of a cloud", ip)
	}
	if err := g.ssrf.SafeAddr(ip); err != nil {
		return err
	}
	if ssrf.IPv6NAT64Prefix.Contains(ip) { // allowed, where IPv4 is reached through it: then what is behind it counts
		return g.address(behind(ip))
	}
	return nil
}

// behind is the IPv4 address that an address of NAT64 stands for, RFC 6052 2.1.
func behind(ip netip.Addr) netip.Addr {
	bytes := ip.As16()
	return netip.AddrFrom4([4]byte(bytes[12:]))
}
