package blob

import (
	"errors"
	"fmt"
	"strings"
)

// maxMerchant keeps the escaped name within the 255 bytes that file systems allow.
const maxMerchant = 80

// checkKey refuses names that could mean another file than the one asked for.
func checkKey(merchant, sha256 string) error {
	if err := checkMerchant(merchant); err != nil {
		return err
	}
	if !isHash(sha256) {
		return fmt.Errorf("blob: %.80q is no SHA-256 in lower-case hex", sha256)
	}
	return nil
}

func checkMerchant(merchant string) error {
	if merchant == "" || len(merchant) > maxMerchant {
		return fmt.Errorf("blob: a merchant's name has 1 to %d bytes, not %d", maxMerchant, len(merchant))
	}
	return nil
}

func isHash(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if hexValue(s[i]) < 0 {
			return false
		}
	}
	return true
}

// escape turns any name into one that is a single, visible path element on every file system and in every bucket.
// Capital letters are escaped too: on a file system that ignores case, two merchants would share a directory.
func escape(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; isPlain(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02x", c)
		}
	}
	return b.String()
}

var errEscape = errors.New("blob: not an escaped name")

// unescape is the inverse of escape. Names that escape does not make are refused, so that foreign files in the same
// place are left alone.
func unescape(name string) (string, error) {
	b := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case isPlain(c):
			b = append(b, c)
		case c == '=' && i+2 < len(name):
			hi, lo := hexValue(name[i+1]), hexValue(name[i+2])
			if hi < 0 || lo < 0 || isPlain(byte(hi<<4|lo)) {
				return "", errEscape
			}
			b = append(b, byte(hi<<4|lo))
			i += 2
		default:
			return "", errEscape
		}
	}
	if len(b) == 0 || len(b) > maxMerchant {
		return "", errEscape
	}
	return string(b), nil
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
