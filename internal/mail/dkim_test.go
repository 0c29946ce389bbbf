package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/dunwell/dunwell/internal/mail/mailtest"
)

func TestDKIM(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(edKey)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(rsaKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, record string
		key          crypto.Signer
		block        *pem.Block
	}{
		{"RSA", "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public), rsaKey, &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)}},
		{"Ed25519", "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(edKey.Public().(ed25519.PublicKey)), edKey, &pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			key := filepath.Join(t.TempDir(), "key.pem")
			if err := os.WriteFile(key, pem.EncodeToMemory(test.block), 0o600); err != nil {
				t.Fatal(err)
			}
			server := mailtest.New(t, mailtest.Config{})
			attemptAccepted(t, open(t, server.URL("dkim-domain", "mueller.example", "dkim-selector", "s1", "dkim-key", key), brief))
			data := server.Wait(1)[0].Data
			if !bytes.HasSuffix(data, render(t, invoice())) {
				t.Error("the message is not what was rendered after the signature")
			}
			verify := func(data []byte) error {
				t.Helper()
				verifications, err := dkim.VerifyWithOptions(bytes.NewReader(data), &dkim.VerifyOptions{LookupTXT: func(domain string) ([]string, error) {
					if domain != "s1._domainkey.mueller.example" {
						t.Errorf("the key is looked for at %s", domain)
					}
					return []string{test.record}, nil
				}})
				if err != nil || len(verifications) != 1 {
					t.Fatalf("%v, %v", verifications, err)
				}
				return verifications[0].Err
			}
			if err := verify(data); err != nil {
				t.Errorf("the signature: %v", err)
			}
			for _, forged := range [][]byte{
				bytes.Replace(data, []byte("Subject: "), []byte("Subject: Re: "), 1),
				append([]byte("From: other@example.com\r\n"), data...),
				append([]byte("Subject: other\r\n"), data...),
				bytes.Replace(data, []byte("4711"), []byte("4712"), 1),
			} {
				if verify(forged) == nil {
					t.Error("a forged message is not noticed")
				}
			}
			left, err := filepath.Glob(filepath.Join(os.TempDir(), "dunwell-mail-*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
