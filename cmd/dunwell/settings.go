package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
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
	MailFrom       string
	Templates      string
	Collections    string
	Workers        int
	PublicURL      string
	Responses      serve.Check
	MaxConcurrent  int
	MaxFile        int64
	Grace          time.Duration
	TrustedProxies []netip.Prefix
	AllowNetworks  []netip.Prefix
}

// setting is one of them, as flag and as environment variable.
type setting struct {
	flag, env, help string
	boolean         bool
	otherwise       string
	set             func(*settings, string) error
}

// offered are all settings there are.
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
		set: func(s *settings, v string) error { s.DatabaseURL = v; return checkURL(v, "postgres", "postgresql") }},
	{flag: "blob-url", env: "DUNWELL_BLOB_URL", help: "s3://bucket?endpoint=…&region=… `URL`; files in the data directory when empty",
		set: func(s *settings, v string) error { s.BlobURL = v; return checkURL(v, "s3", "file") }},
	{flag: "smtp-url", env: "DUNWELL_SMTP_URL", help: "smtp://user:password@host:587 or smtps://… `URL`; mail lands as .eml files in outbox in the data directory when empty",
		set: func(s *settings, v string) error { s.SMTPURL = v; return checkURL(v, "smtp", "smtps") }},
	{flag: "mail-from", env: "DUNWELL_MAIL_FROM", help: "`address` that mail is from where the merchant has none; invoices@ and the host of the public URL when empty",
		set: func(s *settings, v string) error { s.MailFrom = v; return checkAddress(v) }},
	{flag: "templates", env: "DUNWELL_TEMPLATES", help: "`directory` of mail templates of merchants, MERCHANT/de/invoice.txt and so on, that replace ours",
		set: func(s *settings, v string) error { s.Templates = v; return nil }},
	{flag: "collections", env: "DUNWELL_COLLECTIONS", help: "`directory` below which cases for collection are written, in MERCHANT/FOLDER, of merchants who want a folder; nowhere when empty",
		set: func(s *settings, v string) error { s.Collections = v; return nil }},
	{flag: "workers", env: "DUNWELL_WORKERS", otherwise: "4", help: "`number` of workers that send mail and callbacks; with 0, another process on the same database does",
		set: func(s *settings, v string) (err error) { s.Workers, err = parseWorkers(v); return err }},
	{flag: "allow-network", env: "DUNWELL_ALLOW_NETWORK", help: "comma-separated `networks` that callbacks and attachments may reach although they are private, by http too and on any port",
		set: func(s *settings, v string) (err error) { s.AllowNetworks, err = parseAllowed(v); return err }},
	{flag: "public-url", env: "DUNWELL_PUBLIC_URL", help: "`URL` the server is reached by from outside, without /api, for links; http://ADDR when empty",
		set: func(s *settings, v string) error { s.PublicURL = v; return checkPublicURL(v) }},
	{flag: "responses", env: "DUNWELL_RESPONSES", otherwise: "off", help: "`mode` of checking our own answers against the contract: off, log or fail",
		set: func(s *settings, v string) error { return parseCheck(&s.Responses, v) }},
	{flag: "max-concurrent", env: "DUNWELL_MAX_CONCURRENT", otherwise: "512", help: "`requests` running at once; others are answered with 429",
		set: func(s *settings, v string) (err error) { s.MaxConcurrent, err = parseCount(v); return err }},
	{flag: "max-file", env: "DUNWELL_MAX_FILE", otherwise: "26214400", help: "`bytes` an imported file may have",
		set: func(s *settings, v string) (err error) { s.MaxFile, err = parseBytes(v); return err }},
	{flag: "grace", env: "DUNWELL_GRACE", otherwise: "20s", help: "`duration` running requests and workers get when the server is to stop",
		set: func(s *settings, v string) (err error) { s.Grace, err = parseDuration(v); return err }},
	{flag: "trusted-proxies", env: "DUNWELL_TRUSTED_PROXIES", help: "comma-separated `networks` whose X-Forwarded-For is believed",
		set: func(s *settings, v string) (err error) { s.TrustedProxies, err = parseNetworks(v); return err }},
}

// check refuses settings that contradict each other.
func (s *settings) check() error {
	if !s.Demo {
		return nil
	}
	if !loopback(s.Addr) {
		return usagef("--demo creates accounts whose passwords everybody knows, so it needs an --addr on this machine such as 127.0.0.1:8080, not %s", s.Addr)
	}
	if u, err := url.Parse(s.PublicURL); err != nil || s.PublicURL != "" && !loopback(net.JoinHostPort(u.Hostname(), "0")) {
		return usagef("--demo creates accounts whose passwords everybody knows, so --public-url must be on this machine too; leave one of them out")
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

// outbox is where mail lands that goes to no mail server.
func (s *settings) outbox() string { return filepath.Join(s.Data, "outbox") }

// sender is who mail is from where the merchant has no address of its own.
func (s *settings) sender() string {
	if s.MailFrom != "" {
		return s.MailFrom
	}
	host := "localhost"
	if u, err := url.Parse(s.PublicURL); err == nil && net.ParseIP(u.Hostname()) == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return "invoices@" + host
}

// clock is where a sandbox keeps how far its clock was moved.
func (s *settings) clock() string { return filepath.Join(s.Data, "sandbox-clock") }

// makeData makes the data directory. Who keeps everything elsewhere needs none.
func (s *settings) makeData() error {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return fmt.Errorf("the data directory cannot be made: %w; name another with --data", err)
	}
	return nil
}

// public is the base of links, with the base path of the API.
func (s *settings) public(listening net.Addr) string {
	if s.PublicURL != "" {
		return strings.TrimSuffix(s.PublicURL, "/") + api.BasePath
	}
	return local(listening)
}

// local is where the API is reached from this machine.
func local(listening net.Addr) string {
	host := listening.String()
	if tcp, ok := listening.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		host = net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return "http://" + host + api.BasePath
}
