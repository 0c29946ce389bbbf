package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
)

// settings is what the server is told: each by a flag or by the environment; a flag wins.
type settings struct {
	Addr           string
	Data           string
	Demo           bool
	Sandbox        bool
	DatabaseURL    string
	BlobURL        string
	SMTPURL        string
	PublicURL      string
	Responses      serve.Check
	MaxConcurrent  int
	MaxFile        int64
	Grace          time.Duration
	TrustedProxies []netip.Prefix
}

// setting is one of them, as flag and as environment variable.
type setting struct {
	flag, env, help string
	boolean         bool
	otherwise       string
	set             func(*settings, string) error
}

// offered are all settings there are. An environment variable that begins with DUNWELL_ and is not here stops the start:
// it is a spelling mistake, or a promise this version does not keep.
var offered = []setting{
	{flag: "addr", env: "DUNWELL_ADDR", otherwise: "127.0.0.1:8080", help: "`address` to listen on",
		set: func(s *settings, v string) error { s.Addr = v; return checkAddr(v) }},
	{flag: "data", env: "DUNWELL_DATA", otherwise: "./data", help: "`directory` of the database and the files",
		set: func(s *settings, v string) error { s.Data = v; return notEmpty(v) }},
	{flag: "demo", env: "DUNWELL_DEMO", boolean: true, otherwise: "false", help: "fill an empty database with demo data; its passwords are public",
		set: func(s *settings, v string) error { return parseBool(&s.Demo, v) }},
	{flag: "sandbox", env: "DUNWELL_SANDBOX", boolean: true, otherwise: "false", help: "offer a clock that can be moved, for tests",
		set: func(s *settings, v string) error { return parseBool(&s.Sandbox, v) }},
	{flag: "database-url", env: "DUNWELL_DATABASE_URL", help: "postgres://… `URL`; SQLite in the data directory when empty",
		set: func(s *settings, v string) error { s.DatabaseURL = v; return checkScheme(v, "postgres", "postgresql") }},
	{flag: "blob-url", env: "DUNWELL_BLOB_URL", help: "s3://bucket?endpoint=…&region=… `URL`; files in the data directory when empty",
		set: func(s *settings, v string) error { s.BlobURL = v; return checkScheme(v, "s3", "file") }},
	{flag: "smtp-url", env: "DUNWELL_SMTP_URL", help: "smtp://user:password@host:587 `URL`; this version sends no mail yet",
		set: func(s *settings, v string) error { s.SMTPURL = v; return checkScheme(v, "smtp", "smtps") }},
	{flag: "public-url", env: "DUNWELL_PUBLIC_URL", help: "`URL` the server is reached by from outside, for links; http://ADDR when empty",
		set: func(s *settings, v string) error { s.PublicURL = v; return checkScheme(v, "http", "https") }},
	{flag: "responses", env: "DUNWELL_RESPONSES", otherwise: "off", help: "what to do with answers that break the contract: off, log or fail",
		set: func(s *settings, v string) error { return s.Responses.UnmarshalText([]byte(v)) }},
	{flag: "max-concurrent", env: "DUNWELL_MAX_CONCURRENT", otherwise: "512", help: "`requests` running at once; others are answered with 429",
		set: func(s *settings, v string) (err error) { s.MaxConcurrent, err = parseCount(v); return err }},
	{flag: "max-file", env: "DUNWELL_MAX_FILE", otherwise: "26214400", help: "`bytes` an imported file may have",
		set: func(s *settings, v string) (err error) { s.MaxFile, err = parseBytes(v); return err }},
	{flag: "grace", env: "DUNWELL_GRACE", otherwise: "20s", help: "`duration` running requests get when the server is to stop",
		set: func(s *settings, v string) (err error) { s.Grace, err = parseDuration(v); return err }},
	{flag: "trusted-proxies", env: "DUNWELL_TRUSTED_PROXIES", help: "comma-separated `networks` whose X-Forwarded-For is believed",
		set: func(s *settings, v string) (err error) { s.TrustedProxies, err = parseNetworks(v); return err }},
}

// readSettings reads flags and environment. Only the named flags are offered; all variables are known to every command,
// so that one environment serves them all.
func readSettings(env environment, name string, args []string, only ...string) (*settings, []string, error) {
	if err := checkEnvironment(env.environ); err != nil {
		return nil, nil, err
	}
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(env.err)
	s, err := register(flags, env, only)
	if err != nil {
		return nil, nil, err
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, nil, err
		}
		return nil, nil, usageError(err.Error())
	}
	return s, flags.Args(), s.check()
}

// register takes each setting's default and variable, and offers its flag.
func register(flags *flag.FlagSet, env environment, only []string) (*settings, error) {
	s := &settings{}
	for _, o := range offered {
		if o.otherwise != "" {
			if err := o.set(s, o.otherwise); err != nil {
				return nil, fmt.Errorf("default of %s: %w", o.flag, err)
			}
		}
		if v := env.getenv(o.env); v != "" {
			if err := o.set(s, v); err != nil {
				return nil, usagef("%s: %v", o.env, err)
			}
		}
		if len(only) > 0 && !slices.Contains(only, o.flag) {
			continue
		}
		set, help := o.set, o.help+"; "+o.env
		if o.otherwise != "" && !o.boolean {
			help += " (default " + o.otherwise + ")"
		}
		if o.boolean {
			flags.BoolFunc(o.flag, help, func(v string) error { return set(s, v) })
		} else {
			flags.Func(o.flag, help, func(v string) error { return set(s, v) })
		}
	}
	return s, nil
}

// checkEnvironment refuses variables of ours that do not exist.
func checkEnvironment(environ []string) error {
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		known := slices.ContainsFunc(offered, func(o setting) bool { return o.env == name })
		if strings.HasPrefix(name, "DUNWELL_") && !known && !strings.HasPrefix(name, "DUNWELL_TEST_") && name != "DUNWELL_REQUIRE_POSTGRES" {
			return usagef("the environment variable %s is not known; dunwell serve --help lists those that are", name)
		}
	}
	return nil
}

// check refuses settings that contradict each other.
func (s *settings) check() error {
	if s.Demo && !loopback(s.Addr) {
		return usagef("--demo creates accounts whose passwords everybody knows, so it needs an --addr on this machine such as 127.0.0.1:8080, not %s", s.Addr)
	}
	return nil
}

// database is where the database is.
func (s *settings) database() string {
	if s.DatabaseURL != "" {
		return s.DatabaseURL
	}
	return filepath.Join(s.Data, "dunwell.db")
}

// blobs is where the files are.
func (s *settings) blobs() string {
	if s.BlobURL != "" {
		return s.BlobURL
	}
	return filepath.Join(s.Data, "files")
}

// public is the base of links, with the base path of the API.
func (s *settings) public(listening net.Addr) string {
	if s.PublicURL != "" {
		return strings.TrimSuffix(s.PublicURL, "/") + api.BasePath
	}
	return "http://" + listening.String() + api.BasePath
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func checkAddr(v string) error {
	if _, port, err := net.SplitHostPort(v); err != nil || port == "" {
		return errors.New("write an address as host:port, for example 127.0.0.1:8080")
	}
	return nil
}

func notEmpty(v string) error {
	if v == "" {
		return errors.New("a directory is needed")
	}
	return nil
}

// checkScheme never quotes the URL: it may hold a password.
func checkScheme(v string, schemes ...string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("write a URL that begins with %s://", strings.Join(schemes, ":// or "))
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
