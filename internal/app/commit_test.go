package app

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// onceJob is a commit under a key, whose answer is the number of the job, or the code of the refusal.
func onceJob(key, fingerprint string) *Once[Job] {
	return &Once[Job]{Key: key, Fingerprint: fingerprint, Render: func(job Job, err error) (store.Answer, error) {
		var refused *ar.Error
		if errors.As(err, &refused) {
			return store.Answer{Status: 409, Body: []byte(refused.Code)}, nil
		}
		return store.Answer{Status: 200, Body: fmt.Append(nil, job)}, nil
	}}
}

// commitOnce commits RE1 under a key, and gives the answer.
func (b *bench) commitOnce(key, fingerprint string) (answer string, replayed bool, err error) {
	once := onceJob(key, fingerprint)
	if _, err = b.CommitInvoice(b.Context(), by, "RE1", Commit{}, once); err != nil {
		return "", false, err
	}
	return string(once.Answer.Body), once.Replayed, nil
}

func (b *bench) answers(key, fingerprint, want string, wantReplayed bool) {
	b.Helper()
	if answer, replayed, err := b.commitOnce(key, fingerprint); err != nil || answer != want || replayed != wantReplayed {
		b.Errorf("%s: %q, replayed %v, %v; want %q, %v", key, answer, replayed, err, want, wantReplayed)
	}
}

// A commit that is repeated under its key is carried out once; one that is refused stays refused.
func TestCommitUnderAKey(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		b.customer(ar.Email{Email: "bills@example.com"})
		b.change("RE1", ar.InvoiceChange{Items: ar.Set([]ar.Item(nil))})
		b.answers("early", "f", string(ar.CodeConflictState), false)
		b.change("RE1", ar.InvoiceChange{Items: items("100")})
		b.answers("early", "f", string(ar.CodeConflictState), true)
		if inv, gaps := b.voucher("RE1"), b.gaps(); inv.Committed != nil || len(gaps) > 1 {
			b.Errorf("a refusal was carried out: %+v, gaps %q", inv, gaps)
		}
		b.answers("key", "f", "4", false)
		b.answers("key", "f", "4", true)
		var e *ar.Error
		if _, _, err := b.commitOnce("key", "g"); !errors.As(err, &e) || e.Code != ar.CodeIdempotencyKeyReused {
			b.Errorf("another request under the key: %v", err)
		}
		b.answers("late", "f", string(ar.CodeConflictState), false)
		waiting, err := b.Deliveries(b.Context(), by, ar.DeliveryQueued, 10)
		b.no(err)
		if len(waiting) != 1 || b.voucher("RE1").Number != "RE-2026-0001" || len(b.gaps()) != 0 {
			b.Errorf("%d mails, gaps %q", len(waiting), b.gaps())
		}
	})
}

// A fault is no answer: under the same key it is tried again.
func TestCommitThatFailsUnderAKey(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.draft()
		b.no(os.Rename(b.dir, b.dir+".gone"))
		b.no(os.WriteFile(b.dir, nil, 0o600))
		if answer, _, err := b.commitOnce("key", "f"); err == nil {
			b.Errorf("committed without a letter: %s", answer)
		}
		b.no(os.Remove(b.dir))
		b.no(os.Rename(b.dir+".gone", b.dir))
		b.answers("key", "f", "2", false)
	})
}

// All who commit under one key at the same time get one answer.
func TestCommitUnderAKeyAtOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		b.customer(ar.Email{Email: "bills@example.com"})
		answers := make([]string, 10)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				var err error
				if answers[i], _, err = b.commitOnce("key", "f"); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		waiting, err := b.Deliveries(b.Context(), by, ar.DeliveryQueued, 10)
		b.no(err)
		if slices.Sort(answers); len(slices.Compact(answers)) != 1 || len(waiting) != 1 || fmt.Sprint(waiting[0].Job) != answers[0] || len(b.gaps()) != 0 {
			b.Errorf("answers %q, %d mails, gaps %q", answers, len(waiting), b.gaps())
		}
		b.printed("RE1")
	})
}

// A commit is told of an address that nothing can be mailed to, and one for a customer without any succeeds.
func TestCommitWithoutAnAddress(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.draft()
		job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{Data: "through"}, nil)
		b.no(err)
		if s := b.status(job); s.State != ar.JobDone || s.Code != ar.CodeSuppressed || s.Data != "through" || s.Invoice != "RE1" || s.Kind != ar.JobCommit || s.Finished == nil {
			b.Errorf("%+v", s.Job)
		}
		if d := b.attempt(job); d.State != ar.DeliverySuppressed || d.Attempts != 0 {
			b.Errorf("%+v", d)
		}
	})
}
