package app

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

var here = netip.MustParseAddr("192.0.2.7")

// login authenticates from an address that is allowed.
func (b *bench) login(username, password string) error {
	caller, err := b.Authenticate(b.Context(), username, password, here)
	if err == nil && (caller.Merchant != by.Merchant || caller.Actor == "") {
		b.Errorf("it is %+v", caller)
	}
	return err
}

// withoutSlots calls f while no argon2 can run.
func (b *bench) withoutSlots(f func()) {
	b.Helper()
	for range cap(b.keys.slots) {
		b.keys.slots <- struct{}{}
	}
	f()
	for range cap(b.keys.slots) {
		<-b.keys.slots
	}
}

// needsSlot fails unless the credentials wait for an argon2, and are given no answer without one.
func (b *bench) needsSlot(username, password string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := b.Authenticate(ctx, username, password, here); err == nil || ar.KindOf(err) == ar.Unauthorized {
		b.Errorf("argon2 ran without a slot, or not at all: %v", err)
	}
}

func TestAuthenticate(t *testing.T) {
	each(t, func(b *bench) {
		key, password, err := b.CreateKey(b.Context(), by.Merchant, NewKey{Username: "shop", Permissions: []string{"invoices:read"}})
		b.no(err)
		if len(password) < 32 || !strings.HasPrefix(key.Hash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(key.Hash, password) {
			b.Errorf("password %q, hash %q", password, key.Hash)
		}
		b.no(b.login("shop", password))
		for _, c := range [][2]string{{"shop", "wrong"}, {"shop", ""}, {"nobody", password}, {"nobody", "nobody"}, {"", ""}, {"SHOP", password}, {"shop\x00", password}, {"\xff", password}} {
			for range 2 { // a refusal is not remembered as anything else
				if err := b.login(c[0], c[1]); ar.KindOf(err) != ar.Unauthorized {
					b.Errorf("%q: %v", c, err)
				}
			}
		}
		caller, err := b.Authenticate(b.Context(), "shop", password, here)
		b.no(err)
		if err := caller.May("invoices:read"); err != nil {
			b.Error(err)
		}
		if err := caller.May("invoices:write"); ar.KindOf(err) != ar.Forbidden || !strings.Contains(err.Error(), "invoices:write") {
			b.Errorf("%v", err)
		}
	})
}

// What was verified is not verified again, not even after it was read again.
func TestVerifiedOnce(t *testing.T) {
	each(t, func(b *bench) {
		_, password, err := b.CreateKey(b.Context(), by.Merchant, NewKey{Username: "shop"})
		b.no(err)
		b.no(b.login("shop", password))
		b.withoutSlots(func() {
			for range 3 {
				b.no(b.login("shop", password))
				b.elapsed.Advance(keyTrust)
			}
			b.needsSlot("shop", "wrong")
		})
	})
}

func TestRevocation(t *testing.T) {
	each(t, func(b *bench) {
		key, password, err := b.CreateKey(b.Context(), by.Merchant, NewKey{Username: "shop"})
		b.no(err)
		b.no(b.login("shop", password))
		b.no(b.RevokeKey(b.Context(), by.Merchant, key.ID))
		b.elapsed.Advance(keyTrust - 1)
		b.no(b.login("shop", password)) // nobody has looked yet
		b.elapsed.Advance(1)
		if err := b.login("shop", password); ar.KindOf(err) != ar.Unauthorized {
			b.Errorf("revoked: %v", err)
		}
		if keyTrust > time.Second {
			b.Error("a revocation takes longer than a second")
		}
		if _, err := b.Keys(b.Context(), by.Merchant); err != nil {
			b.Error(err)
		}
		if err := b.RevokeKey(b.Context(), by.Merchant, "nothing"); ar.KindOf(err) != ar.NotFound {
			b.Errorf("%v", err)
		}
	})
}

// A password that was changed elsewhere is verified against the new hash.
func TestChangedHash(t *testing.T) {
	each(t, func(b *bench) {
		_, password, err := b.CreateKey(b.Context(), by.Merchant, NewKey{Username: "shop"})
		b.no(err)
		b.no(b.login("shop", password))
		b.keys.mu.Lock()
		d := b.keys.digest("shop", password)
		old := b.keys.verified[d]
		old.key.Hash = hashPassword("another")
		b.keys.verified[d] = old
		b.keys.mu.Unlock()
		b.elapsed.Advance(keyTrust)
		b.withoutSlots(func() { b.needsSlot("shop", password) })
		b.no(b.login("shop", password))
	})
}

// Many that begin at once verify their password once: whoever waited for that does not verify it again.
func TestVerifiedMeanwhile(t *testing.T) {
	k, key := newKeyring(time.Now), store.Key{Hash: "no hash, so that no password fits"}
	d := k.digest("shop", "secret")
	for range cap(k.slots) {
		k.slots <- struct{}{}
	}
	fits := make(chan bool)
	for range 10 {
		go func() {
			ok, err := k.check(t.Context(), d, key, "secret", time.Now())
			fits <- ok && err == nil
		}()
	}
	k.keep(d, key, time.Now())
	for range cap(k.slots) {
		<-k.slots
	}
	for range 10 {
		if !<-fits {
			t.Error("it was verified again")
		}
	}
	if ok, err := k.check(t.Context(), d, store.Key{Hash: "another"}, "secret", time.Now()); ok || err != nil {
		t.Errorf("another hash: %v %v", ok, err)
	}
}

// A flood of wrong passwords runs no more argon2 at once than there are slots, and ends with its requests.
func TestFlood(t *testing.T) {
	each(t, func(b *bench) {
		b.withoutSlots(func() {
			var all sync.WaitGroup
			for i := range 100 {
				all.Go(func() { b.needsSlot(fmt.Sprint("user", i), "wrong") })
			}
			all.Wait()
		})
		if len(b.keys.verified) != 0 {
			b.Errorf("%d are remembered", len(b.keys.verified))
		}
	})
}

func TestForgetsAll(t *testing.T) {
	k := newKeyring(time.Now)
	for i := range maxVerified + 1 {
		k.keep(k.digest("u", fmt.Sprint(i)), store.Key{}, time.Now())
	}
	if len(k.verified) != 1 {
		t.Errorf("%d are remembered", len(k.verified))
	}
}

func TestAllowed(t *testing.T) {
	networks := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	for from, want := range map[string]bool{"192.0.2.7": true, "::ffff:192.0.2.7": true, "192.0.3.7": false, "2001:db8::1": true, "2001:db9::1": false} {
		if got := allowed(networks, netip.MustParseAddr(from)); got != want {
			t.Errorf("%s: %v", from, got)
		}
	}
	if allowed(networks, netip.Addr{}) || !allowed(nil, netip.Addr{}) {
		t.Error("an unknown address")
	}
}

func TestCheckPassword(t *testing.T) {
	hash := hashPassword("secret")
	if !checkPassword(hash, "secret") || checkPassword(hash, "Secret") || hashPassword("secret") == hash {
		t.Error("a password does not fit its hash")
	}
	parts := strings.Split(hash, "$")
	change := func(i int, text string) string {
		other := append([]string{}, parts...)
		other[i] = text
		return strings.Join(other, "$")
	}
	for _, wrong := range []string{"", "secret", "$", change(1, "argon2i"), change(2, "v=18"), change(3, "m=19456"), change(3, "m=19456,t=0,p=1"),
		change(3, "m=19456,t=2,p=0"), change(3, "m=-1,t=2,p=1"), change(4, "!"), change(5, "!"), change(5, ""), hash + "$"} {
		if checkPassword(wrong, "secret") {
			t.Errorf("%q fits", wrong)
		}
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	k := newKeyring(time.Now)
	d := k.digest("shop", "secret")
	k.keep(d, store.Key{}, time.Now().Add(time.Hour))
	for b.Loop() {
		if _, fresh, _ := k.find(k.digest("shop", "secret")); !fresh {
			b.Fatal("not fresh")
		}
	}
}
