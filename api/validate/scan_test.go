package validate

import (
	"encoding/binary"
	"math/bits"
	"testing"
)

// TestSpecials holds the look at eight bytes against the table, with every byte at every place, alone and behind another
// that may have been borrowed for.
func TestSpecials(t *testing.T) {
	for before := range 256 {
		for c := range 256 {
			for at := range 7 {
				word := []byte("xxxxxxxx")
				word[at], word[at+1] = byte(before), byte(c)
				want := 0
				for want < len(word) && !special[word[want]] {
					want++
				}
				if got := bits.TrailingZeros64(specials(binary.LittleEndian.Uint64(word))) / 8; got != want {
					t.Fatalf("the first special byte of %q is %d, want %d", word, got, want)
				}
			}
		}
	}
}
