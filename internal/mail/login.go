package mail

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"github.com/dunwell/dunwell/internal/ar"
)

// login is how the server introduces itself. The password is in nothing that is shown or logged.
type login struct {
	user, password string
	mechanism      string // empty: the best that is offered
}

// Mechanisms by preference. Without TLS only those that do not say the password.
var (
	encryptedMechanisms = []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"}
	openMechanisms      = []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"}
)

func (s *SMTP) authenticate(c *session) error {
	_, offered := c.client.Extension("AUTH")
	_, encrypted := c.client.TLSConnectionState()
	auth := s.login.choose(strings.Fields(strings.ToUpper(offered)), encrypted, s.host)
	if auth == nil {
		return &verdict{ar.Outcome{State: ar.DeliveryDeferred, Reason: closed, Detail: s.noMechanism(offered, encrypted)}}
	}
	c.wire.allow(s.times.Command)
	return c.client.Auth(auth)
}

// choose is the best mechanism of those that are offered; nil when there is none.
func (l login) choose(offered []string, encrypted bool, host string) smtp.Auth {
	usable := openMechanisms
	if encrypted {
		usable = encryptedMechanisms
	}
	for _, mechanism := range usable {
		if !slices.Contains(offered, mechanism) || l.mechanism != "" && l.mechanism != mechanism {
			continue
		}
		switch mechanism {
		case "SCRAM-SHA-256":
			return smtp.ScramSHA256Auth(l.user, l.password)
		case "SCRAM-SHA-1":
			return smtp.ScramSHA1Auth(l.user, l.password)
		case "PLAIN":
			return smtp.PlainAuth("", l.user, l.password, host, false)
		case "LOGIN":
			return smtp.LoginAuth(l.user, l.password, host, false)
		case "CRAM-MD5":
			return smtp.CRAMMD5Auth(l.user, l.password)
		}
	}
	return nil
}

func (s *SMTP) noMechanism(offered string, encrypted bool) string {
	switch {
	case offered == "":
		return "The mail server " + s.address + " offers no login. Remove user and password from the SMTP URL if it needs none."
	case !encrypted:
		return "The mail server " + s.address + " wants the password in the clear (" + oneLine(offered) + "), which is not sent without TLS. Remove tls=none from the SMTP URL, or user and password."
	}
	return "The mail server " + s.address + " offers only logins that the SMTP URL does not allow or that are not supported (" + oneLine(offered) + ")."
}

// scrub takes the password out of what a server says: some repeat the line they did not like.
func (l login) scrub(s string) string {
	if l.password == "" {
		return s
	}
	encode := base64.StdEncoding.EncodeToString
	return strings.NewReplacer(
		encode([]byte("\x00"+l.user+"\x00"+l.password)), "…",
		encode([]byte(l.password)), "…",
		l.password, "…",
	).Replace(s)
}
