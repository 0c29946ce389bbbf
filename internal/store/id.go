package store

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// idAlphabet is Crockford's: no vowels that make words, no letters that look like digits, and in ascending byte order.
var idAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// ids draws the ids of a database.
type ids struct {
	mu   sync.Mutex
	last [16]byte // 6 bytes of time, 10 random
}

// next draws an id for a time. Those of one millisecond ascend in the order in which they are drawn: a clock that
// stands still, as in a sandbox, still tells what came first.
func (s *ids) next(now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli())<<16) // the clock is after 1970
	if bytes.Equal(id[:6], s.last[:6]) {
		copy(id[6:], s.last[6:])
		for i := len(id) - 1; i >= 6; i-- { // add one
			id[i]++
			if id[i] != 0 {
				break
			}
		}
	} else {
		_, _ = rand.Read(id[6:]) // never fails
		id[6] &= 0x7f            // leaves room to add
	}
	s.last = id
	return idAlphabet.EncodeToString(id[:])
}

// NewID draws an id: 26 lower-case letters and digits. Its first part is the transaction's time, so that new rows go
// to the end of an index; the rest is random at first and counts up within a millisecond.
func (tx *Tx) NewID() string { return tx.ids.next(tx.Now) }

// IDOf is an id that follows from texts: the same ones have the same id. It says nothing of a time.
func IDOf(texts ...string) string {
	hash := sha256.New()
	for _, text := range texts {
		_, _ = fmt.Fprintf(hash, "%d:%s", len(text), text) // never fails
	}
	return idAlphabet.EncodeToString(hash.Sum(nil)[:16])
}

// newSecret draws 32 random bytes, in hex.
func newSecret() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return hex.EncodeToString(secret[:])
}

// newCallbackSecret draws 32 random bytes, as Standard Webhooks writes them.
func newCallbackSecret() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(secret[:])
}
