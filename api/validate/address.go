package validate

import (
	"bytes"
	"net/netip"
	"strings"
)

// isEmail takes an address as people have them: no quoted local part, no comment, no address literal. Letters
// beyond ASCII are taken on both sides (RFC 6531).
func isEmail(b []byte) bool {
	at := bytes.IndexByte(b, '@')
	if at < 1 || at > 64 || len(b) > 254 || bytes.IndexByte(b[at+1:], '@') >= 0 {
		return false
	}
	return isLocalPart(b[:at]) && isHostname(b[at+1:])
}

// isLocalPart takes words of atom characters, joined by single dots.
func isLocalPart(b []byte) bool {
	dot := true // a dot must not come first, last or twice
	for _, c := range b {
		if c == '.' {
			if dot {
				return false
			}
			dot = true
			continue
		}
		if !isDigit(c) && !isLetter(c) && c < 0x80 && strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) < 0 {
			return false
		}
		dot = false
	}
	return !dot
}

// isHostname takes labels of letters, digits and inner hyphens, joined by dots.
func isHostname(b []byte) bool {
	length, last := 0, byte('.')
	for _, c := range b {
		switch {
		case c == '.':
			if length == 0 || last == '-' {
				return false
			}
			length = 0
		case c == '-':
			if length == 0 {
				return false
			}
			length++
		case isDigit(c) || isLetter(c) || c >= 0x80:
			length++
		default:
			return false
		}
		if length > 63 {
			return false
		}
		last = c
	}
	return length > 0 && last != '-'
}

// isURI takes an absolute URI of RFC 3986: a scheme, and after it only the characters a URI is made of; brackets too,
// which people do not encode in queries. Whether the scheme is one we want is not its business.
func isURI(b []byte) bool {
	colon := bytes.IndexByte(b, ':')
	if colon < 1 || !isLetter(b[0]) || colon == len(b)-1 {
		return false
	}
	for _, c := range b[:colon] {
		if !isDigit(c) && !isLetter(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	rest, ok := bytes.CutPrefix(b[colon+1:], []byte("//"))
	if !ok {
		return isURIText(rest, "/?#[]@")
	}
	authority := rest
	if end := bytes.IndexAny(rest, "/?#"); end >= 0 {
		authority, rest = rest[:end], rest[end:]
	} else {
		rest = nil
	}
	return isAuthority(authority) && isURIText(rest, "/?#[]@")
}

// isAuthority takes [userinfo@]host[:port].
func isAuthority(b []byte) bool {
	if at := bytes.IndexByte(b, '@'); at >= 0 {
		if !isURIText(b[:at], "") {
			return false
		}
		b = b[at+1:]
	}
	port := bytes.LastIndexByte(b, ':')
	if end := bytes.IndexByte(b, ']'); len(b) > 0 && b[0] == '[' {
		if end < 3 || end+1 < len(b) && port != end+1 {
			return false
		}
		if addr, err := netip.ParseAddr(string(b[1:end])); err != nil || !addr.Is6() || addr.Zone() != "" {
			return false
		}
		return port < end || isPort(b[port+1:])
	}
	if port >= 0 {
		if !isPort(b[port+1:]) {
			return false
		}
		b = b[:port]
	}
	return len(b) > 0 && !bytes.ContainsAny(b, ":%") && isURIText(b, "")
}

func isPort(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) <= 5
}

// isURIText takes unreserved characters, sub-delimiters, colons, escapes and those of also.
func isURIText(b []byte, also string) bool {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case isDigit(c) || isLetter(c) || strings.IndexByte("-._~!$&'()*+,;=:", c) >= 0 || strings.IndexByte(also, c) >= 0:
		case c == '%' && i+2 < len(b) && isHex(b[i+1]) && isHex(b[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}
