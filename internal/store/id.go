package store

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
)

// idAlphabet is Crockford's: no vowels that make words, no letters that look like digits, and in ascending byte order.
var idAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// ids draws the ids of one transaction.
type ids struct {
	drawn bool
	last  [16]byte
}

// NewID draws an id: 26 lower-case letters and digits. Its first part is the transaction's time, so that new rows go
// to the end of an index; 80 random bits follow. Ids drawn in one transaction ascend.
func (tx *Tx) NewID() string {
	if !tx.ids.drawn {
		tx.ids.drawn = true
		binary.BigEndian.PutUint64(tx.ids.last[:8], uint64(tx.Now.UnixMilli())<<16) //nolint:gosec // the clock is after 1970
		_, _ = rand.Read(tx.ids.last[6:])                                           // never fails
		return idAlphabet.EncodeToString(tx.ids.last[:])
	}
	for i := len(tx.ids.last) - 1; i >= 6; i-- { // add one
		tx.ids.last[i]++
		if tx.ids.last[i] != 0 {
			break
		}
	}
	return idAlphabet.EncodeToString(tx.ids.last[:])
}

// newSecret draws 32 random bytes, in hex.
func newSecret() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return hex.EncodeToString(secret[:])
}
