package serve

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// remoteAddr gives the address of the caller. Behind trusted proxies that is the last address in X-Forwarded-For that
// is not one of theirs: what stands before it is the caller's own claim.
func (h *Handler) remoteAddr(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	if !h.trusts(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for _, hop := range slices.Backward(hops) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return addr
		}
		if addr = next.Unmap(); !h.trusts(addr) {
			return addr
		}
	}
	return addr
}

// trusts says whether an address is that of a trusted proxy.
func (h *Handler) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(h.options.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}
