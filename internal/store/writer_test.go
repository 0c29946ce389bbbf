package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// hold occupies the writer until release is called, so that whoever comes meanwhile is in one batch.
func hold(t *testing.T, db *store.DB) (release func()) {
	t.Helper()
	running, let := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		var once sync.Once
		done <- db.Update(context.Background(), acme, func(*store.Tx) error {
			once.Do(func() { close(running) })
			<-let
			return nil
		})
	}()
	<-running
	return func() {
		close(let)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Of many closures in one flush some fail and some panic; the others are kept, whole.
func TestGroupCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		const callers = 40
		release := func() {}
		if db.Engine() == "sqlite" {
			release = hold(t, db)
		}
		var wg sync.WaitGroup
		errs, panics := make([]error, callers), make([]any, callers)
		shared := map[any]int{} // closures by transaction underneath
		var mu sync.Mutex
		for i := range callers {
			wg.Go(func() {
				defer func() { panics[i] = recover() }()
				errs[i] = db.Update(context.Background(), acme, func(tx *store.Tx) error {
					mu.Lock()
					shared[tx.SQL()]++
					mu.Unlock()
					if err := next(tx, fmt.Sprint(i)); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return errRefused
					case 2:
						panic(i)
					case 3:
						return tx.AppendEvent(&store.Event{InvoiceID: "none"}) // the engine refuses
					}
					return next(tx, fmt.Sprint(i))
				})
			})
		}
		release()
		wg.Wait()
		for i := range callers {
			want := int64(0)
			switch i % 4 {
			case 0:
				want = 2
				if errs[i] != nil {
					t.Errorf("%d: %v", i, errs[i])
				}
			case 1:
				if !errors.Is(errs[i], errRefused) {
					t.Errorf("%d: %v", i, errs[i])
				}
			case 2:
				if panics[i] != i {
					t.Errorf("%d: panic is %v", i, panics[i])
				}
			case 3:
				if errs[i] == nil {
					t.Errorf("%d: no error", i)
				}
			}
			if n := drawn(t, db, fmt.Sprint(i)); n != want {
				t.Errorf("%d: kept %d, want %d", i, n, want)
			}
		}
		if db.Engine() == "sqlite" && len(shared) == callers {
			t.Error("every closure had a transaction of its own")
		}
	})
}

// Whoever goes away before his turn is skipped, and nobody else notices.
func TestWithdrawnFromTheQueue(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	withMerchants(t, db)
	release := hold(t, db)
	ctx, cancel := context.WithCancel(context.Background())
	gone, stays := make(chan error, 1), make(chan error, 1)
	go func() { gone <- db.Update(ctx, acme, func(tx *store.Tx) error { return next(tx, "a") }) }()
	go func() {
		stays <- db.Update(context.Background(), acme, func(tx *store.Tx) error { return next(tx, "a") })
	}()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) { // while the writer is still held
		t.Errorf("error is %v", err)
	}
	release()
	if err := <-stays; err != nil {
		t.Error(err)
	}
	if n := drawn(t, db, "a"); n != 1 {
		t.Errorf("%d closures were kept", n)
	}
}

// Callers go away at any moment. Nobody waits for them, and what was acknowledged, and only that, is kept.
func TestCallersThatGoAway(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	withMerchants(t, db)
	var kept atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 50 {
				ctx, cancel := context.WithCancel(context.Background())
				wg.Go(cancel)
				err := db.Update(ctx, acme, func(tx *store.Tx) error { return next(tx, "a") })
				if err == nil {
					kept.Add(1)
				} else if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := drawn(t, db, "a"); n != kept.Load() {
		t.Errorf("%d were acknowledged, %d are kept", kept.Load(), n)
	}
}

// What is acknowledged is in the files, as a process that is killed at that moment would leave them.
func TestAcknowledgedMeansDurable(t *testing.T) {
	ctx := context.Background()
	path := storetest.URL(t, storetest.SQLite)
	db := storetest.Connect(t, path, storetest.NewClock())
	withMerchants(t, db)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := db.Update(ctx, acme, func(tx *store.Tx) error { return next(tx, fmt.Sprint(i)) }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	crashed := filepath.Join(t.TempDir(), "crashed.db")
	for _, suffix := range []string{"", "-wal"} {
		copyFile(t, path+suffix, crashed+suffix)
	}
	after := storetest.Connect(t, crashed, storetest.NewClock())
	for i := range 20 {
		if drawn(t, after, fmt.Sprint(i)) != 1 {
			t.Errorf("%d is lost", i)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// envCount makes this test binary a second process on the database the variable names.
const envCount = "DUNWELL_STORE_TEST_COUNT"

func TestTwoProcessesOnOneFile(t *testing.T) {
	const draws = 100
	count := func(db *store.DB) error {
		for range draws {
			err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
				if _, err := tx.Merchant(); err != nil { // reads before it writes, when another may have written
					return err
				}
				return next(tx, "a")
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	if path := os.Getenv(envCount); path != "" {
		if err := count(storetest.Connect(t, path, storetest.NewClock())); err != nil {
			t.Fatal(err)
		}
		return
	}
	path := storetest.URL(t, storetest.SQLite)
	db := storetest.Connect(t, path, storetest.NewClock())
	withMerchants(t, db)
	second := exec.Command(os.Args[0], "-test.run=^TestTwoProcessesOnOneFile$") // ourselves
	second.Env = append(os.Environ(), envCount+"="+path)
	var out []byte
	var secondErr error
	var wg sync.WaitGroup
	wg.Go(func() { out, secondErr = second.CombinedOutput() })
	third := storetest.Connect(t, path, storetest.NewClock())
	for _, handle := range []*store.DB{db, third} {
		wg.Go(func() {
			if err := count(handle); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if secondErr != nil {
		t.Fatalf("second process: %v\n%s", secondErr, out)
	}
	if n := drawn(t, db, "a"); n != 3*draws {
		t.Errorf("%d numbers were drawn, want %d", n, 3*draws)
	}
}

// A full disk breaks the transaction of a whole batch. The one that fills it is told; the others are kept.
func TestAFullDatabase(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	withMerchants(t, db)
	update(t, db, acme, func(tx *store.Tx) error {
		var pages int64
		if err := tx.SQL().QueryRowContext(tx.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
			return err
		}
		_, err := tx.SQL().ExecContext(tx.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages+20))
		return err
	})
	release := hold(t, db)
	big := make([]byte, 1<<20)
	errs := make([]error, 9)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = db.Update(context.Background(), acme, func(tx *store.Tx) error {
				if i == 4 {
					if _, err := tx.Idempotent("k", "f"); err != nil {
						return err
					}
					return tx.StoreAnswer("k", store.Answer{Status: 200, Body: big})
				}
				return next(tx, fmt.Sprint(i))
			})
		})
	}
	release()
	wg.Wait()
	for i, err := range errs {
		if i == 4 {
			wantError(t, err, ar.Unavailable, ar.CodeUnavailable)
			continue
		}
		if err != nil || drawn(t, db, fmt.Sprint(i)) != 1 {
			t.Errorf("%d: %v", i, err)
		}
	}
}
