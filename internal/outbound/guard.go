package outbound

import (
	"fmt"
	"net/netip"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
)

// guard decides which addresses may be connected to.
type guard struct {
	ssrf  *ssrf.Guardian // ports, and the special-purpose registries of IANA for both families
	ports []uint16
	inner bool // private networks may be called, so names may be private too
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
	ports := []uint16{443}
	if o.AllowHTTP {
		ports = append(ports, 80)
	}
	ports = append(ports, o.Ports...)
	return &guard{
		ssrf:  ssrf.New(ssrf.WithPorts(ports...), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)),
		ports: ports,
		inner: len(o.AllowPrivate) > 0,
	}, nil
}

// portList is the ports for people: 443, 8443.
func (g *guard) portList() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(g.ports), " ", ", "), "[]")
}

// control is asked by the dialer for every address it is about to connect to.
func (g *guard) control(network, address string, c syscall.RawConn) error {
	if err := g.ssrf.Safe(network, address, c); err != nil {
		return err
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return g.address(to.Addr())
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
		bytes := ip.As16()
		return g.address(netip.AddrFrom4([4]byte(bytes[12:])))
	}
	return nil
}
