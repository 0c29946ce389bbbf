package mail

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
)

func TestLogin(t *testing.T) {
	right := mailtest.Config{User: "anna", Password: "s3cret"}
	open := right
	open.TLS = mailtest.None
	tests := []struct {
		name    string
		config  mailtest.Config
		user    string
		options []string
		state   ar.DeliveryState
		says    string
	}{
		{"right", right, "anna:s3cret@", nil, ar.DeliveryAccepted, ""},
		{"by name", right, "anna:s3cret@", []string{"auth", "plain"}, ar.DeliveryAccepted, ""},
		{"wrong", right, "anna:wrong@", nil, ar.DeliveryDeferred, "does not accept the user or the password of the SMTP URL: 535 5.7.8"},
		{"none", right, "", nil, ar.DeliveryDeferred, "set user and password in the SMTP URL"},
		{"needless", mailtest.Config{}, "anna:s3cret@", nil, ar.DeliveryDeferred, "offers no login"},
		{"in the clear", open, "anna:s3cret@", nil, ar.DeliveryDeferred, "not sent without TLS"},
		{"another way", right, "anna:s3cret@", []string{"auth", "SCRAM-SHA-256"}, ar.DeliveryDeferred, "offers only logins"},
		{"no STARTTLS", mailtest.Config{TLS: mailtest.None}, "", []string{"tls", "starttls"}, ar.DeliveryDeferred, "add tls=none"},
		{"no STARTTLS, which may be", mailtest.Config{TLS: mailtest.None}, "", []string{"tls", "opportunistic"}, ar.DeliveryAccepted, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := mailtest.New(t, test.config)
			url := server.URL(test.options...)
			url = strings.Replace(url, "anna:s3cret@", "", 1)
			url = strings.Replace(url, "://", "://"+test.user, 1)
			s, err := Open(url, brief)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			o, _ := attempt(t, s)
			if o.State != test.state || !strings.Contains(o.Reason+o.Detail, test.says) {
				t.Errorf("%+v", o)
			}
		})
	}
}

// A server that repeats what it did not like does not get the password into our texts.
func TestPasswordIsRepeated(t *testing.T) {
	plain := base64.StdEncoding.EncodeToString([]byte("\x00anna\x00s3cret"))
	server := mailtest.New(t, mailtest.Config{User: "anna", Password: "s3cret"})
	server.Fail(refuse(mailtest.Auth, "501 5.5.2 AUTH PLAIN "+plain+" "+base64.StdEncoding.EncodeToString([]byte("s3cret"))+" s3cret\x07?"))
	o, _ := attempt(t, open(t, server.URL(), brief))
	if o.State != ar.DeliveryDeferred || !strings.HasSuffix(o.Detail, "501 5.5.2 AUTH PLAIN … … … ?") {
		t.Errorf("%+v", o)
	}
}
