package app

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// onceOf is a request under a key whose answer is the reference of the identity, or the code of the refusal.
func onceOf(key string) *Once[*ar.Identity] {
	return &Once[*ar.Identity]{Key: key, Fingerprint: "f", Render: func(id *ar.Identity, err error) (store.Answer, error) {
		var refused *ar.Error
		if errors.As(err, &refused) {
			return store.Answer{Status: 409, Body: []byte(refused.Code)}, nil
		}
		return store.Answer{Status: 201, Body: []byte(id.Reference)}, nil
	}}
}

func (b *bench) create(ref string, once *Once[*ar.Identity]) error {
	_, err := b.CreateIdentity(b.Context(), by, ref, ar.IdentityChange{}, once)
	return err
}

// nothing fails if there is an identity or a kept answer.
func (b *bench) nothing() {
	b.Helper()
	list, err := b.Identities(b.Context(), by, ar.Page{Number: 1, Size: 10})
	b.no(err)
	if len(list.Rows) != 0 {
		b.Errorf("%d identities", len(list.Rows))
	}
	once := onceOf("k")
	b.no(b.create("K1", once))
	if once.Replayed || once.Answer == nil || string(once.Answer.Body) != "K1" {
		b.Errorf("a retry was not run: %+v", once)
	}
}

func TestOnceKeepsTheAnswer(t *testing.T) {
	each(t, func(b *bench) {
		first, second, other := onceOf("k"), onceOf("k"), onceOf("k")
		b.no(b.create("K1", first))
		b.no(b.create("K1", second))
		if first.Replayed || !second.Replayed || string(second.Answer.Body) != "K1" || second.Answer.Status != 201 {
			b.Errorf("%+v, then %+v", first, second)
		}
		other.Fingerprint = "g"
		var e *ar.Error
		if err := b.create("K1", other); !errors.As(err, &e) || e.Code != ar.CodeIdempotencyKeyReused || other.Answer != nil {
			b.Errorf("another request: %v %+v", err, other)
		}
	})
}

func TestOnceKeepsRefusals(t *testing.T) {
	each(t, func(b *bench) {
		b.no(b.create("K1", nil))
		for _, replayed := range []bool{false, true} {
			once := onceOf("k")
			b.no(b.create("K1", once))
			if once.Replayed != replayed || string(once.Answer.Body) != string(ar.CodeUniqueViolation) {
				b.Errorf("%+v", once)
			}
		}
	})
}

func TestFaultOfAnAnswerLeavesNothing(t *testing.T) {
	each(t, func(b *bench) {
		once := onceOf("k")
		fault := errors.New("no paper")
		once.Render = func(*ar.Identity, error) (store.Answer, error) { return store.Answer{}, fault }
		if err := b.create("K1", once); !errors.Is(err, fault) || once.Answer != nil {
			b.Errorf("%v %+v", err, once)
		}
		b.nothing()
	})
}

func TestPanicLeavesNothing(t *testing.T) {
	each(t, func(b *bench) {
		once := onceOf("k")
		once.Render = func(*ar.Identity, error) (store.Answer, error) { panic("a bug") }
		func() {
			defer func() {
				if recover() == nil {
					b.Error("the panic was swallowed")
				}
			}()
			_ = b.create("K1", once)
		}()
		b.nothing()
	})
}

// A transaction may run twice; what it says is what the last run did.
func TestOnceRunsAgain(t *testing.T) {
	each(t, func(b *bench) {
		once := onceOf("k")
		broken := errors.New("serialization failure")
		run := func(fail error) error {
			return b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
				if _, err := once.do(tx, func(tx *store.Tx) (*ar.Identity, error) { return insertIdentity(tx, "K1", ar.IdentityChange{}) }); err != nil {
					return err
				}
				return fail
			})
		}
		if err := run(broken); !errors.Is(err, broken) {
			b.Fatal(err)
		}
		b.no(run(nil))
		if once.Replayed || string(once.Answer.Body) != "K1" {
			b.Errorf("%+v", once)
		}
	})
}

func TestCallerThatIsGoneLeavesNothing(t *testing.T) {
	each(t, func(b *bench) {
		ctx, hangUp := context.WithCancel(b.Context())
		once := onceOf("k")
		render := once.Render
		once.Render = func(id *ar.Identity, err error) (store.Answer, error) { hangUp(); return render(id, err) }
		if _, err := b.CreateIdentity(ctx, by, "K1", ar.IdentityChange{}, once); !errors.Is(err, context.Canceled) {
			b.Errorf("%v", err)
		}
		b.nothing()
	})
}

func TestRefusals(t *testing.T) {
	for kind, want := range map[ar.Kind]bool{ar.Internal: false, ar.Invalid: true, ar.Unauthorized: false, ar.Forbidden: false, ar.NotFound: true,
		ar.Conflict: true, ar.Mismatch: true, ar.TooLarge: true, ar.Unavailable: false, ar.NotOffered: false} {
		if got := refusal(fmt.Errorf("wrapped: %w", &ar.Error{Kind: kind})); got != want {
			t.Errorf("kind %d: %v", kind, got)
		}
	}
	if refusal(errors.New("disk")) {
		t.Error("a fault is kept")
	}
}

func TestExtend(t *testing.T) {
	made := map[string][]string{}
	for _, parts := range [][]string{{}, {""}, {"a", "b"}, {"ab"}, {"ab", ""}, {"1:a"}, {"a", "1:b"}, {"b", "a"}} {
		o := onceOf("k")
		o.extend(parts...)
		if other, twice := made[o.Fingerprint]; twice {
			t.Errorf("%q and %q are the same", parts, other)
		}
		made[o.Fingerprint] = parts
	}
	(*Once[int])(nil).extend("a")
}
