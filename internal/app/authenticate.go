package app

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// keyring remembers which passwords were verified, so that a request costs microseconds and not the milliseconds of
// argon2. It keeps no password, only a digest under a secret of this process. A key is read again from the database at
// most keyTrust after it was read last: a revocation takes effect by then in every process.
type keyring struct {
	elapsed func() time.Time
	secret  [32]byte
	slots   chan struct{} // one for each argon2 that may run: each takes its megabytes
	waiting chan struct{} // one for each that may wait for a slot, or has one

	mu       sync.Mutex
	verified map[digest]verification
}

type digest [sha256.Size]byte

// verification says that a password fits the hash of a key.
type verification struct {
	key  store.Key
	read time.Time // when the key was read
}

// keyTrust is how long a key is used without looking whether it was revoked.
const keyTrust = 500 * time.Millisecond

// maxVerified bounds the memory. Beyond it all are forgotten, which costs one argon2 each.
const maxVerified = 10_000

func newKeyring(elapsed func() time.Time) *keyring {
	k := &keyring{elapsed: elapsed, slots: make(chan struct{}, runtime.GOMAXPROCS(0)), waiting: make(chan struct{}, 16*runtime.GOMAXPROCS(0)), verified: map[digest]verification{}}
	_, _ = rand.Read(k.secret[:]) // never fails
	return k
}

func (k *keyring) digest(username, password string) (d digest) {
	mac := hmac.New(sha256.New, k.secret[:])
	mac.Write([]byte(username))
	mac.Write([]byte{0}) // no user name has one
	mac.Write([]byte(password))
	mac.Sum(d[:0])
	return d
}

func (k *keyring) find(d digest) (v verification, fresh, found bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, found = k.verified[d]
	return v, found && k.elapsed().Sub(v.read) < keyTrust, found
}

func (k *keyring) keep(d digest, key store.Key, read time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.verified) >= maxVerified {
		clear(k.verified)
	}
	k.verified[d] = verification{key: key, read: read}
}

func (k *keyring) forget(d digest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.verified, d)
}

// nobodysHash is compared when there is no such user, so that the answer takes as long as for a wrong password.
var nobodysHash = sync.OnceValue(func() string { return hashPassword(rand.Text()) })

// Authenticate finds out who asks. Unknown users, wrong passwords and revoked keys are the same to the caller.
func (a *App) Authenticate(ctx context.Context, username, password string, from netip.Addr) (Caller, error) {
	key, err := a.key(ctx, username, password)
	if err != nil {
		return Caller{}, err
	}
	if !allowed(key.Networks, from) {
		return Caller{}, &ar.Error{Kind: ar.Forbidden, Code: ar.CodeForbidden, Message: "The API key may not be used from this address",
			Details: []ar.Detail{{Error: "The address of the request is not allowed for this key.", Fields: []string{}, Hint: "Add the address to the key's networks."}}}
	}
	return Caller{Merchant: key.Merchant, Actor: key.ID, permissions: key.Permissions}, nil
}

// key is the key that the credentials fit.
func (a *App) key(ctx context.Context, username, password string) (store.Key, error) {
	d := a.keys.digest(username, password)
	known, fresh, found := a.keys.find(d)
	if fresh {
		return known.key, nil
	}
	read := a.keys.elapsed() // before the database is asked, or a revocation could slip in between
	key, err := a.db.KeyByUsername(ctx, username)
	switch {
	case ar.KindOf(err) == ar.NotFound || err == nil && key.Revoked != nil:
		a.keys.forget(d)
		if !found {
			return store.Key{}, a.keys.refuse(ctx, password)
		}
		return store.Key{}, unauthorized()
	case err != nil:
		return store.Key{}, err
	case found && key.Hash == known.key.Hash:
		a.keys.keep(d, *key, read)
		return *key, nil
	}
	fits, err := a.keys.check(ctx, d, *key, password, read)
	if err != nil {
		return store.Key{}, err
	}
	if !fits {
		a.keys.forget(d)
		return store.Key{}, unauthorized()
	}
	return *key, nil
}

// check verifies a password and remembers one that fits. Whoever waited for a slot looks first whether somebody else has
// verified the same meanwhile, since clients begin with many requests at once.
func (k *keyring) check(ctx context.Context, d digest, key store.Key, password string, read time.Time) (bool, error) {
	if err := k.slot(ctx); err != nil {
		return false, err
	}
	defer func() { <-k.slots }()
	if known, _, found := k.find(d); found && known.key.Hash == key.Hash {
		return true, nil
	}
	if !checkPassword(key.Hash, password) {
		return false, nil
	}
	k.keep(d, key, read)
	return true, nil
}

// refuse takes as long as check and remembers nothing.
func (k *keyring) refuse(ctx context.Context, password string) error {
	if err := k.slot(ctx); err != nil {
		return err
	}
	defer func() { <-k.slots }()
	checkPassword(nobodysHash(), password)
	return unauthorized()
}

// slot waits until one more argon2 may run, so that a flood of wrong passwords cannot take all memory.
// Nor may it take all the server's time: those who find many waiting are sent away, while callers whose password is
// remembered never wait here.
func (k *keyring) slot(ctx context.Context) error {
	select {
	case k.waiting <- struct{}{}:
		defer func() { <-k.waiting }()
	default:
		return &ar.Error{Kind: ar.Unavailable, Code: ar.CodeUnavailable, Message: "Too many passwords are being checked"}
	}
	select {
	case k.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func allowed(networks []netip.Prefix, from netip.Addr) bool {
	if len(networks) == 0 {
		return true
	}
	for _, network := range networks {
		if network.Contains(from.Unmap()) {
			return true
		}
	}
	return false
}

func unauthorized() error {
	return &ar.Error{Kind: ar.Unauthorized, Code: ar.CodeUnauthorized, Message: "Credentials are missing or wrong",
		Details: []ar.Detail{{Error: "The request has no valid credentials.", Fields: []string{"Authorization"}, Hint: "Send the API key by HTTP Basic authentication."}}}
}
