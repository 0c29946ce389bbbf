package mail

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// signedFields are signed, and one more of each than there is, so that nobody can add one (RFC 6376 5.4.2).
var signedFields = []string{
	"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "Message-ID", "Reply-To", "Reply-To",
	"MIME-Version", "Content-Type", "Content-Type", "Content-Language", "Auto-Submitted",
}

func (s *SMTP) setDKIM(_ *url.URL, q url.Values) error {
	domain, selector, file := q.Get("dkim-domain"), q.Get("dkim-selector"), q.Get("dkim-key")
	if domain == "" && selector == "" && file == "" {
		return nil
	}
	if domain == "" || selector == "" || file == "" {
		return errors.New("DKIM needs all of dkim-domain, dkim-selector and dkim-key")
	}
	key, err := readKey(file)
	if err != nil {
		return fmt.Errorf("dkim-key: %w", err)
	}
	s.dkim = &dkim.SignOptions{
		Domain: domain, Selector: selector, Signer: key, HeaderKeys: signedFields,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	}
	return nil
}

func readKey(file string) (crypto.Signer, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("%s has no private key in PEM", file)
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s has no private key in PKCS #1 or #8", file)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s has a key that cannot sign", file)
	}
	return signer, nil
}

// signed is a message with its signature before it.
type signed struct {
	io.Reader
	added int64 // bytes of the signature
	close func()
}

// sign reads the message through once, because the signature stands at its beginning, and then gives it from the beginning. What
// cannot be read twice is kept in a temporary file meanwhile.
func (s *SMTP) sign(message io.Reader) (*signed, error) {
	if s.dkim == nil {
		return &signed{Reader: message, close: func() {}}, nil
	}
	spool, err := os.CreateTemp("", "dunwell-mail-*")
	if err != nil {
		return nil, err
	}
	remove := func() { _, _ = spool.Close(), os.Remove(spool.Name()) } // temporary in any case
	signature, err := s.signature(io.TeeReader(message, spool))
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		remove()
		return nil, err
	}
	return &signed{io.MultiReader(strings.NewReader(signature), spool), int64(len(signature)), remove}, nil
}

// signature is the field DKIM-Signature of a message, with its end of line.
func (s *SMTP) signature(message io.Reader) (string, error) {
	signer, err := dkim.NewSigner(s.dkim)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(signer, message)
	if closed := signer.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", err
	}
	return signer.Signature(), nil
}
