package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/money"
	"github.com/dunwell/dunwell/internal/outbound"
)

// The functions of this file read one value each. Their errors say what to write instead, and never quote the value.

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func checkAddr(v string) error {
	_, port, err := net.SplitHostPort(v)
	if _, notNumber := strconv.ParseUint(port, 10, 16); err != nil || notNumber != nil {
		return errors.New("write an address as host:port, for example 127.0.0.1:8080")
	}
	return nil
}

func notEmpty(v string) error {
	if v == "" {
		return errors.New("name a directory")
	}
	return nil
}

func checkURL(v string, schemes ...string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	switch {
	case err != nil:
		return errors.New("this is no URL; characters such as @ / # ? % in a user name or a password are written as %40 and so on")
	case !slices.Contains(schemes, u.Scheme):
		return fmt.Errorf("write a URL that begins with %s://", strings.Join(schemes, ":// or "))
	}
	return nil
}

// checkPublicURL lets pass what links can begin with.
func checkPublicURL(v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("write http:// or https://, a host and perhaps a port and a path, nothing else")
	}
	if strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), api.BasePath) {
		return fmt.Errorf("leave out %s at the end; it is added", api.BasePath)
	}
	return nil
}

// checkUser lets pass what HTTP Basic can carry: the first colon ends the user name there.
func checkUser(v string) error {
	if strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) || len(v) > 255 {
		return errors.New("write up to 255 visible ASCII characters without a colon")
	}
	return nil
}

func checkCurrency(v string) error {
	if !money.Known(v) {
		return errors.New("write a current code of ISO 4217, such as EUR")
	}
	return nil
}

func parseCheck(to *serve.Check, v string) error {
	if to.UnmarshalText([]byte(v)) != nil {
		return errors.New("write off, log or fail")
	}
	return nil
}

func parseBool(to *bool, v string) (err error) {
	if *to, err = strconv.ParseBool(v); err != nil {
		return errors.New("write true or false")
	}
	return nil
}

func parseCount(v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, errors.New("write a whole number of at least 1")
	}
	return n, nil
}

// maxFile bounds what can be asked for.
const maxFile = 1 << 30

func parseBytes(v string) (int64, error) {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 1 || n > maxFile {
		return 0, fmt.Errorf("write a number of bytes from 1 to %d", maxFile)
	}
	return n, nil
}

func parseDuration(v string) (time.Duration, error) {
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		return 0, errors.New("write a duration such as 20s")
	}
	return d, nil
}

// maxWorkers bounds what can be asked for: each may hold a file and a connection.
const maxWorkers = 1000

func parseWorkers(v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > maxWorkers {
		return 0, fmt.Errorf("write a whole number from 0 to %d", maxWorkers)
	}
	return n, nil
}

// checkAddress lets pass an e-mail address without a name that mails can be from.
func checkAddress(v string) error {
	if v != "" && mail.CheckSender(v) != nil {
		return errors.New("write an e-mail address without a name, in ASCII before the @, such as billing@example.com")
	}
	return nil
}

// parseAllowed reads networks, and refuses those that are so wide that nothing would be guarded any more.
func parseAllowed(v string) ([]netip.Prefix, error) {
	networks, err := parseNetworks(v)
	if err != nil {
		return nil, err
	}
	if _, err := outbound.New(outbound.Options{AllowPrivate: networks}); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "outbound: "))
	}
	return networks, nil
}

func parseNetworks(v string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for text := range strings.SplitSeq(v, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return nil, errors.New("write networks such as 10.0.0.0/8, separated by commas")
			}
			network = netip.PrefixFrom(addr, addr.BitLen())
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}
