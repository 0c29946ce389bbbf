package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/time/rate"
)

func TestOpen(t *testing.T) {
	tests := []struct {
		url, address string
		mode         mode
	}{
		{"smtp://mail.example", "mail.example:587", modeStartTLS},
		{"smtp://mail.example:25/?tls=none", "mail.example:25", modeNone},
		{"smtp://u:p@mail.example:2525?tls=opportunistic&helo=a.example&rate=5/s", "mail.example:2525", modeOpportunistic},
		{"smtp://u:p@[::1]?tls=starttls", "[::1]:587", modeStartTLS},
		{"smtps://u%40x:p%2F%3A@mail.example", "mail.example:465", modeImplicit},
	}
	for _, test := range tests {
		s, err := Open(test.url, Timeouts{})
		if err != nil || s.address != test.address || s.mode != test.mode || s.helo == "" || s.times.Final == 0 {
			t.Errorf("%s: %+v, %v", test.url, s, err)
		}
	}
	s, err := Open(tests[2].url, Timeouts{})
	if err != nil || s.helo != "a.example" || s.limit.Limit() != rate.Limit(5) {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = Open(tests[4].url, Timeouts{}); err != nil || s.login.user != "u@x" || s.login.password != "p/:" {
		t.Errorf("%+v, %v", s, err)
	}
}

// What is wrong with a URL is said, and never with the password in it.
func TestBadURL(t *testing.T) {
	dir := folderOf(t, map[string]string{"empty.pem": "", "cert.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
	tests := []struct{ url, says string }{
		{"", "begins with"},
		{"mail.example:587", "not of the form"},
		{"smtp://u:s3cret@", "not of the form"},
		{"smtp://u:s3cret@mail.example/path", "not of the form"},
		{"smtp://u:s3cret@mail.example:port", "percent-encode"},
		{"smtp://u:s3cret@mail.example:99999", `its port is "99999"`},
		{"smtp://u:s3cret@mail.example:0", `its port is "0"`},
		{"smtp://:s3cret@mail.example", "user and password"},
		{"smtp://u@mail.example", "user and password"},
		{"smtp://u:s3cret/x@mail.example", "percent-encode"},
		{"smtp://u:s3cret%zz@mail.example", "percent-encode"},
		{"smtp://u:s3cret@mail.example?tls=%zz", "not of the form"},
		{"http://u:s3cret@mail.example", `begins with "http"`},
		{"smtp://u:s3cret@mail.example?tls=ssl", `tls is "ssl"`},
		{"smtps://u:s3cret@mail.example?tls=none", "always encrypted"},
		{"smtp://u:s3cret@mail.example?insecure=skip-verify", `an option "insecure" that there is not`},
		{"smtp://u:s3cret@mail.example?tls=none&tls=starttls", "twice"},
		{"smtp://u:s3cret@mail.example?auth=NTLM", "auth is"},
		{"smtp://u:s3cret@mail.example?helo=a%20b", "helo is"},
		{"smtp://u:s3cret@mail.example?rate=10", "rate is"},
		{"smtp://u:s3cret@mail.example?rate=0/s", "rate is"},
		{"smtp://u:s3cret@mail.example?ca=" + dir + "/absent.pem", "no such file"},
		{"smtp://u:s3cret@mail.example?ca=" + dir + "/empty.pem", "no certificate"},
		{"smtp://u:s3cret@mail.example?dkim-domain=example.com", "needs all of"},
		{"smtp://u:s3cret@mail.example?dkim-domain=example.com&dkim-selector=a&dkim-key=" + dir + "/cert.pem", "no private key"},
		{"smtp://u:s3cret@mail.example?dkim-domain=example.com&dkim-selector=a&dkim-key=" + dir + "/empty.pem", "no private key"},
	}
	for _, test := range tests {
		_, err := Open(test.url, Timeouts{})
		if err == nil || test.says != "begins with" && !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %q", test.url, err, test.says)
		}
	}
}

func TestOutboxDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenOutbox(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file as outbox: %v", err)
	}
}
