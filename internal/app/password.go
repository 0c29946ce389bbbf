package app

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime/debug"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Parameters of new hashes: the second choice of RFC 9106 scaled to a server that many may knock at, as OWASP
// recommends it (19 MiB, two passes, one lane). A hash carries its own, so these may be raised.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16 // bytes
	argonLength  = 32 // bytes
)

// hashPassword makes a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails
	hash := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonLength)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

// checkPassword compares in constant time. It takes some 20 ms and 19 MiB: that is its purpose. A string that is no
// hash fits no password.
func checkPassword(phc, password string) bool {
	fields := strings.Split(phc, "$")
	if len(fields) != 6 || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var memory, time uint32
	var threads uint8
	if n, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); n != 3 || err != nil || time < 1 || threads < 1 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(fields[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(fields[5])
	if err != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, time, memory, threads, uint32(len(want))) // a few dozen bytes
	fits := subtle.ConstantTimeCompare(got, want) == 1
	if fits && memory >= argonMemory {
		// What argon2 took is given back at once: the heap, which is a third of it, would else grow to twice the sum before
		// anything is. Passwords that fit are checked once; for wrong ones nobody shall make the server do this too.
		debug.FreeOSMemory()
	}
	return fits
}
