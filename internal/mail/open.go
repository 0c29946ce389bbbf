package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// mode is when a connection is encrypted.
type mode string

const (
	modeStartTLS      mode = "starttls"
	modeOpportunistic mode = "opportunistic" // if the server offers it
	modeNone          mode = "none"
	modeImplicit      mode = "smtps" // from the beginning
)

// options are what may follow the ? of an SMTP URL.
var options = []string{"tls", "ca", "helo", "auth", "rate", "dkim-domain", "dkim-selector", "dkim-key"}

// Open takes a mail server's URL, and connects to nothing yet:
//
//	smtp://user:password@host:587?tls=starttls   STARTTLS or no mail (the default), opportunistic, or none
//	smtps://user:password@host:465               encrypted from the beginning
//
// More options: ca=file (PEM, authorities besides the system's), helo=name (this machine's when absent), auth=PLAIN (one way to
// log in; the best when absent), rate=10/s (of this process; /m and /h too), and dkim-domain, dkim-selector and dkim-key=file
// (PEM, RSA or Ed25519), with which mails are signed. Certificates are always verified. No error has the password in it.
func Open(rawURL string, times Timeouts) (*SMTP, error) {
	u, err := url.Parse(rawURL)
	if err != nil { // which would be shown with the password
		return nil, errors.New("mail: the SMTP URL cannot be read; percent-encode what is special in user and password (%40 for @, %2F for /)")
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return nil, errors.New("mail: the SMTP URL is not of the form smtp://user:password@host:587?tls=starttls")
	}
	for name, values := range q {
		if !slices.Contains(options, name) || len(values) != 1 {
			return nil, fmt.Errorf("mail: the SMTP URL has an option %q that there is not, or twice; there are %s", name, strings.Join(options, ", "))
		}
	}
	s := &SMTP{host: u.Hostname(), helo: q.Get("helo"), times: times.withDefaults()}
	s.login.user = u.User.Username()
	s.login.password, _ = u.User.Password()
	for _, step := range []func(*url.URL, url.Values) error{s.setMode, s.setTLS, s.setLogin, s.setHelo, s.setRate, s.setDKIM} {
		if err := step(u, q); err != nil {
			return nil, fmt.Errorf("mail: SMTP URL: %w", err)
		}
	}
	return s, nil
}

func (s *SMTP) setMode(u *url.URL, q url.Values) error {
	port := "587"
	switch wanted := mode(q.Get("tls")); {
	case u.Scheme == "smtps" && wanted == "":
		s.mode, port = modeImplicit, "465"
	case u.Scheme == "smtps":
		return errors.New("tls has no meaning with smtps, which is always encrypted")
	case u.Scheme != "smtp":
		return fmt.Errorf("it begins with %q, not with smtp or smtps", u.Scheme)
	case wanted == "":
		s.mode = modeStartTLS
	case wanted == modeStartTLS || wanted == modeOpportunistic || wanted == modeNone:
		s.mode = wanted
	default:
		return fmt.Errorf("tls is %q, not starttls, opportunistic or none", wanted)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("its port is %q, not a number from 1 to 65535", port)
	}
	s.address = net.JoinHostPort(s.host, port)
	return nil
}

func (s *SMTP) setTLS(_ *url.URL, q url.Values) error {
	s.tls = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	file := q.Get("ca")
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("ca: %w", err)
	}
	if s.tls.RootCAs, err = x509.SystemCertPool(); err != nil {
		s.tls.RootCAs = x509.NewCertPool()
	}
	if !s.tls.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("ca: %s has no certificate in PEM", file)
	}
	return nil
}

func (s *SMTP) setLogin(_ *url.URL, q url.Values) error {
	if (s.login.user == "") != (s.login.password == "") { // with half a login, every mail would be put off until it is given up
		return errors.New("user and password go together: it has one of them only")
	}
	s.login.mechanism = strings.ToUpper(q.Get("auth"))
	if s.login.mechanism != "" && !slices.Contains(encryptedMechanisms, s.login.mechanism) {
		return fmt.Errorf("auth is %q, not one of %s", q.Get("auth"), strings.Join(encryptedMechanisms, ", "))
	}
	return nil
}

// setHelo makes sure that the name is one that a strict server takes.
func (s *SMTP) setHelo(_ *url.URL, q url.Values) error {
	if s.helo == "" {
		if name, err := os.Hostname(); err == nil && hostname(name) {
			s.helo = name
			return nil
		}
		s.helo = "localhost"
	}
	if !hostname(s.helo) {
		return fmt.Errorf("helo is %q, which is no name of a machine", q.Get("helo"))
	}
	return nil
}

func hostname(name string) bool {
	return name != "" && len(name) <= 253 && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._[]:", r)
	})
}

// units of a rate.
var units = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

func (s *SMTP) setRate(_ *url.URL, q url.Values) error {
	wanted := q.Get("rate")
	if wanted == "" {
		return nil
	}
	number, unit, _ := strings.Cut(wanted, "/")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 1_000_000 || units[unit] == 0 {
		return fmt.Errorf("rate is %q, not a number of mails per second, minute or hour such as 10/s, 300/m or 1000/h", wanted)
	}
	s.limit = rate.NewLimiter(rate.Every(units[unit]/time.Duration(n)), 1)
	return nil
}
