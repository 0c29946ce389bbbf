// Package webhook verifies callbacks in a receiver, and signs them as the server does: by the scheme Standard Webhooks 1.0
// (https://www.standardwebhooks.com), with a secret that both share and that `dunwell webhooks secret` prints.
//
// A receiver reads the body, verifies it before it looks into it, answers with a status of 200 to 299 at once, and works on it
// afterwards. A callback may come more than once, always under the same webhook-id. One that is answered with another status
// comes again for about three days; 410 ends a webhook. The package needs nothing but the standard library.
package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed message.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

const (
	prefix  = "whsec_" // of a secret as it is written down
	version = "v1,"    // of a signature: HMAC-SHA256
)

// Sizes of a secret in bytes: the least and the most that the scheme allows, and what we make.
const (
	minSecret = 24
	maxSecret = 64
	newSecret = 32
)

// Secret is the key of a sender and a receiver. However it is printed, it does not show.
type Secret struct{ key []byte }

// NewSecret makes a secret, as it is written down: whsec_ and the base64 of 32 random bytes.
func NewSecret() string {
	key := make([]byte, newSecret)
	rand.Read(key) // never fails
	return prefix + base64.StdEncoding.EncodeToString(key)
}

// ParseSecret reads a secret as it is written down. Errors do not repeat it.
func ParseSecret(s string) (Secret, error) {
	encoded, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return Secret{}, errors.New("webhook: a secret begins with " + prefix)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return Secret{}, errors.New("webhook: what follows " + prefix + " is not base64")
	}
	if len(key) < minSecret || len(key) > maxSecret {
		return Secret{}, fmt.Errorf("webhook: the secret has %d bytes; %d to %d are allowed", len(key), minSecret, maxSecret)
	}
	return Secret{key}, nil
}

// Format prints that there is a secret.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, prefix+"…") }

// Sign is the headers that a message is sent with. id is the same in every attempt, at is the time of the attempt. While
// a secret is being replaced, a message is signed with the new and the old one, and a receiver may have either.
func Sign(secrets []Secret, id string, at time.Time, body []byte) http.Header {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		signatures[i] = version + base64.StdEncoding.EncodeToString(s.sum(id, timestamp, body))
	}
	header := http.Header{}
	header.Set(headerID, id)
	header.Set(headerTimestamp, timestamp)
	header.Set(headerSignature, strings.Join(signatures, " "))
	return header
}

// Verify tells what is wrong with a message: it was not signed with any of the secrets, or its time differs from now by more than
// the tolerance (five minutes are usual), so that it may be an old one that somebody sends again. Signatures of other
// versions of the scheme are passed over.
func Verify(secrets []Secret, header http.Header, body []byte, now time.Time, tolerance time.Duration) error {
	id, timestamp := header.Get(headerID), header.Get(headerTimestamp)
	if id == "" || timestamp == "" || header.Get(headerSignature) == "" {
		return fmt.Errorf("webhook: one of the headers %s, %s and %s is missing", headerID, headerTimestamp, headerSignature)
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return fmt.Errorf("webhook: %s is not a number of seconds", headerTimestamp)
	}
	if age := now.Sub(time.Unix(seconds, 0)); age.Abs() > tolerance {
		return fmt.Errorf("webhook: the message is %s old", age.Round(time.Second))
	}
	for signature := range strings.FieldsSeq(header.Get(headerSignature)) {
		encoded, ok := strings.CutPrefix(signature, version)
		sum, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil {
			continue
		}
		for _, s := range secrets {
			if hmac.Equal(sum, s.sum(id, timestamp, body)) {
				return nil
			}
		}
	}
	return errors.New("webhook: no signature fits")
}

// sum signs what the scheme signs: id.timestamp.body.
func (s Secret) sum(id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	_, _ = fmt.Fprintf(mac, "%s.%s.", id, timestamp) // a hash takes everything
	_, _ = mac.Write(body)
	return mac.Sum(nil)
}
