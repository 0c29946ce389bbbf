package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Certificate is what the server shows.
type Certificate int

const (
	Good      Certificate = iota
	WrongName             // is for another machine
	Expired               // was good an hour ago
	Foreign               // is from an authority that the URL does not name
)

// certify makes an authority and a certificate of it. ca is the file with the authority.
func certify(t testing.TB, kind Certificate) (config *tls.Config, ca string) {
	t.Helper()
	authority, authorityKey := template("mailtest authority"), newKey(t)
	authority.IsCA, authority.BasicConstraintsValid, authority.KeyUsage = true, true, x509.KeyUsageCertSign
	root := sign(t, authority, authority, authorityKey, authorityKey)

	leaf, leafKey := template("mail.test"), newKey(t)
	leaf.IPAddresses, leaf.DNSNames = []net.IP{net.IPv4(127, 0, 0, 1)}, []string{"mail.test"}
	switch kind {
	case WrongName:
		leaf.IPAddresses = nil
	case Expired:
		leaf.NotAfter = time.Now().Add(-time.Hour)
	}
	certificate := sign(t, leaf, authority, leafKey, authorityKey)
	if kind == Foreign {
		root = sign(t, authority, authority, leafKey, leafKey)
	}
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: leafKey}}}, ca
}

func template(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(24 * time.Hour),
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, certificate, by *x509.Certificate, key, byKey *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, certificate, by, &key.PublicKey, byKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
