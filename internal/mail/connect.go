package mail

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/wneessen/go-mail/smtp"

	"github.com/dunwell/dunwell/internal/ar"
)

// connect opens a session. If it fails, at says during what.
func (s *SMTP) connect(ctx context.Context) (c *session, at during, err error) {
	dialer := net.Dialer{Timeout: s.times.Command}
	conn, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, duringDial, err
	}
	c = &session{wire: &wire{conn: conn}, patience: s.times.Command}
	stop := context.AfterFunc(ctx, c.wire.end)
	defer stop()
	if at, err = s.open(c); err != nil {
		c.close()
		return nil, at, err
	}
	return c, "", nil
}

// open goes through all that comes before the first mail.
func (s *SMTP) open(c *session) (at during, err error) {
	c.wire.allow(s.times.Command)
	conn := c.wire.conn
	if s.mode == modeImplicit {
		encrypted := tls.Client(conn, s.tls)
		if err := encrypted.Handshake(); err != nil {
			return duringTLS, err
		}
		conn = encrypted
	}
	if c.client, err = smtp.NewClient(conn, s.host); err != nil {
		return duringGreeting, err
	}
	c.wire.allow(s.times.Command)
	if err := c.client.Hello(s.helo); err != nil {
		return duringHello, err
	}
	if err := s.encrypt(c); err != nil {
		return duringTLS, err
	}
	if s.login.user == "" {
		return "", nil
	}
	return duringLogin, s.authenticate(c)
}

// encrypt asks for TLS as the URL says.
func (s *SMTP) encrypt(c *session) error {
	if s.mode != modeStartTLS && s.mode != modeOpportunistic {
		return nil
	}
	if offered, _ := c.client.Extension("STARTTLS"); !offered {
		if s.mode == modeOpportunistic {
			return nil
		}
		return &verdict{ar.Outcome{State: ar.DeliveryDeferred, Reason: unreachable, Detail: "The mail server " + s.address +
			" does not offer STARTTLS. If it encrypts from the beginning, use smtps:// in the SMTP URL; if mails may go there in the clear, add tls=none."}}
	}
	c.wire.allow(s.times.Command)
	return c.client.StartTLS(s.tls)
}
