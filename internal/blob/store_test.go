package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// both runs a test on local files and on an S3 server in this process.
func both(t *testing.T, test func(t *testing.T, s Store)) {
	t.Run("local", func(t *testing.T) { test(t, newLocal(t)) })
	t.Run("s3", func(t *testing.T) { test(t, newS3(t)) })
}

func newLocal(t *testing.T) *Local {
	t.Helper()
	s, err := OpenLocal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newS3(t *testing.T) *S3 {
	t.Helper()
	endpoint := fakeS3(t, "files")
	s, err := Open(t.Context(), "s3://files/some/prefix?endpoint="+endpoint)
	if err != nil {
		t.Fatal(err)
	}
	s.(*S3).spool = t.TempDir()
	return s.(*S3)
}

// fakeS3 serves one bucket and gives the endpoint.
func fakeS3(t *testing.T, bucket string) string {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	backend := s3mem.New()
	if err := backend.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend, gofakes3.WithoutVersioning()).Server())
	t.Cleanup(server.Close)
	return server.URL
}

func sum(b string) string {
	h := sha256.Sum256([]byte(b))
	return hex.EncodeToString(h[:])
}

func put(t *testing.T, s Store, merchant, content string) Blob {
	t.Helper()
	blob, err := s.Put(t.Context(), merchant, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

func read(t *testing.T, s Store, merchant, sha256 string) string {
	t.Helper()
	r, size, err := s.Open(t.Context(), merchant, sha256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil || int64(len(b)) != size {
		t.Fatalf("read %d of %d bytes: %v", len(b), size, err)
	}
	return string(b)
}

// list gives "merchant/sha256" of all blobs, sorted.
func list(t *testing.T, s Store) []string {
	t.Helper()
	var names []string
	for object, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, object.Merchant+"/"+object.SHA256)
	}
	slices.Sort(names)
	return names
}

// leftovers gives the temporary files of a store.
func leftovers(t *testing.T, s Store) int {
	t.Helper()
	dir := ""
	switch s := s.(type) {
	case *Local:
		dir = s.dir + "/" + incoming
	case *S3:
		dir = s.spool
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestRoundTrip(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 1<<17) // 2 MiB
	both(t, func(t *testing.T, s Store) {
		for _, content := range []string{"", "x", "bytes\x00\xff", big} {
			blob := put(t, s, "m1", content)
			if want := (Blob{SHA256: sum(content), Size: int64(len(content))}); blob != want {
				t.Fatalf("got %v, want %v", blob, want)
			}
			if got := read(t, s, "m1", blob.SHA256); got != content {
				t.Fatalf("%d bytes came back as %d others", len(content), len(got))
			}
		}
		if n := leftovers(t, s); n != 0 {
			t.Errorf("%d temporary files left", n)
		}
	})
}

func TestMerchantsShareNothing(t *testing.T) {
	// Names that a careless mapping would join, or lead out of the directory.
	merchants := []string{"m", "M", "../m", "m/../m", ".", "..", ".incoming", "=6d", "ümlaut", "a b", "nul\x00", strings.Repeat("W", 80)}
	both(t, func(t *testing.T, s Store) {
		for _, merchant := range merchants {
			put(t, s, merchant, "same bytes")
		}
		if got := len(list(t, s)); got != len(merchants) {
			t.Fatalf("%d merchants have %d blobs", len(merchants), got)
		}
		for i, merchant := range merchants {
			if done, err := s.Delete(t.Context(), merchant, sum("same bytes"), time.Time{}); !done || err != nil {
				t.Fatalf("delete of %q: %v %v", merchant, done, err)
			}
			if got := len(list(t, s)); got != len(merchants)-i-1 {
				t.Fatalf("deleting one blob left %d", got)
			}
			if _, _, err := s.Open(t.Context(), merchant, sum("same bytes")); !errors.Is(err, ErrNotFound) {
				t.Fatalf("open after delete: %v", err)
			}
		}
	})
}

func TestBadNames(t *testing.T) {
	good := sum("x")
	hashes := []string{"", "..", "../" + good[3:], good[:63], good + "0", strings.ToUpper(sum("y")), good[:62] + "/x", "/etc/passwd", good[:32] + "\x00" + good[33:]}
	both(t, func(t *testing.T, s Store) {
		put(t, s, "m", "x")
		put(t, s, "m", "y")
		for _, hash := range hashes {
			if _, _, err := s.Open(t.Context(), "m", hash); err == nil || errors.Is(err, ErrNotFound) {
				t.Errorf("Open(%q): %v", hash, err)
			}
			if _, err := s.Delete(t.Context(), "m", hash, time.Time{}); err == nil {
				t.Errorf("Delete(%q) is allowed", hash)
			}
		}
		for _, merchant := range []string{"", strings.Repeat("m", 81)} {
			if _, err := s.Put(t.Context(), merchant, strings.NewReader("z")); err == nil {
				t.Errorf("a merchant of %d bytes is allowed", len(merchant))
			}
			if _, _, err := s.Open(t.Context(), merchant, good); err == nil {
				t.Errorf("a merchant of %d bytes is allowed", len(merchant))
			}
		}
		if got := len(list(t, s)); got != 2 {
			t.Errorf("%d blobs are left of 2", got)
		}
	})
}

func TestPutThatFailsLeavesNothing(t *testing.T) {
	broken := errors.New("input/output error")
	refused := errors.New("no PDF")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	ending, end := context.WithCancel(t.Context())
	tests := map[string]struct {
		ctx   context.Context
		r     io.Reader
		check Check
		want  error
	}{
		"reader fails at once":   {t.Context(), iotest.ErrReader(broken), nil, broken},
		"reader fails mid-way":   {t.Context(), io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), iotest.ErrReader(broken)), nil, broken},
		"canceled before":        {canceled, strings.NewReader("x"), nil, context.Canceled},
		"canceled while reading": {ending, io.MultiReader(strings.NewReader("x"), readerFunc(func([]byte) (int, error) { end(); return 0, nil })), nil, context.Canceled},
		"check refuses":          {t.Context(), strings.NewReader("x"), func(context.Context, *os.File) error { return refused }, refused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, s Store) {
				var checks []Check
				if test.check != nil {
					checks = append(checks, test.check)
				}
				if _, err := s.Put(test.ctx, "m", test.r, checks...); !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if blobs, files := len(list(t, s)), leftovers(t, s); blobs != 0 || files != 0 {
					t.Errorf("%d blobs and %d temporary files are left", blobs, files)
				}
			})
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestChecksSeeTheWholeFile(t *testing.T) {
	both(t, func(t *testing.T, s Store) {
		var seen []string
		look := func(_ context.Context, f *os.File) error {
			b, err := io.ReadAll(f)
			seen = append(seen, string(b))
			return err
		}
		blob, err := s.Put(t.Context(), "m", iotest.OneByteReader(strings.NewReader("whole")), look, look)
		if err != nil || !slices.Equal(seen, []string{"whole", "whole"}) {
			t.Fatalf("the checks saw %q, %v", seen, err)
		}
		if got := read(t, s, "m", blob.SHA256); got != "whole" {
			t.Errorf("kept %q", got)
		}
	})
}

func TestPutAtTheSameTime(t *testing.T) {
	both(t, func(t *testing.T, s Store) {
		content := strings.Repeat("same", 50_000)
		var wg sync.WaitGroup
		errs := make(chan error, 32)
		for i := range 32 {
			wg.Go(func() {
				_, err := s.Put(t.Context(), "m", strings.NewReader(content))
				if err == nil && i%4 == 0 { // and other bytes beside it
					_, err = s.Put(t.Context(), "m", strings.NewReader(fmt.Sprint(i)))
				}
				errs <- err
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		if blobs, files := len(list(t, s)), leftovers(t, s); blobs != 9 || files != 0 {
			t.Errorf("%d blobs, %d temporary files", blobs, files)
		}
		if read(t, s, "m", sum(content)) != content {
			t.Error("other bytes came back")
		}
	})
}

func TestDeleteRespectsTheMoment(t *testing.T) {
	both(t, func(t *testing.T, s Store) {
		blob := put(t, s, "m", "x")
		hour := time.Hour
		for _, step := range []struct {
			before time.Time
			want   bool
		}{{time.Now().Add(-hour), false}, {time.Now().Add(hour), true}, {time.Now().Add(hour), false}} {
			if done, err := s.Delete(t.Context(), "m", blob.SHA256, step.before); done != step.want || err != nil {
				t.Fatalf("deleted %v, %v; want %v", done, err, step.want)
			}
		}
	})
}

func TestSweep(t *testing.T) {
	both(t, func(t *testing.T, s Store) {
		kept := map[string]bool{}
		for i := range sweepBatch + 20 {
			blob := put(t, s, "m1", fmt.Sprint(i))
			kept[blob.SHA256] = i%10 == 0
		}
		other := put(t, s, "m2", "0") // known for m1 only
		asked := map[string]int{}
		known := func(_ context.Context, merchant string, hashes []string) (map[string]bool, error) {
			if len(hashes) == 0 || len(hashes) > sweepBatch {
				t.Errorf("asked about %d hashes", len(hashes))
			}
			asked[merchant] += len(hashes)
			if merchant != "m1" {
				return nil, nil
			}
			return kept, nil
		}

		if n, err := Sweep(t.Context(), s, time.Now().Add(-time.Hour), known); n != 0 || err != nil || len(asked) != 0 {
			t.Fatalf("young blobs: %d deleted, %v asked, %v", n, asked, err)
		}
		n, err := Sweep(t.Context(), s, time.Now().Add(time.Hour), known)
		if err != nil || n != 468+1 || !maps.Equal(asked, map[string]int{"m1": sweepBatch + 20, "m2": 1}) {
			t.Fatalf("%d deleted, asked about %v, %v", n, asked, err)
		}
		left := list(t, s)
		if len(left) != 52 || slices.Contains(left, "m2/"+other.SHA256) {
			t.Errorf("%d left: %v", len(left), left)
		}
		for _, name := range left {
			if !kept[strings.TrimPrefix(name, "m1/")] {
				t.Errorf("%s was to go", name)
			}
		}
	})
}

func TestSweepStopsWhenNobodyKnows(t *testing.T) {
	both(t, func(t *testing.T, s Store) {
		put(t, s, "m", "x")
		down := errors.New("database is down")
		n, err := Sweep(t.Context(), s, time.Now().Add(time.Hour), func(context.Context, string, []string) (map[string]bool, error) {
			return nil, down
		})
		if n != 0 || !errors.Is(err, down) || len(list(t, s)) != 1 {
			t.Errorf("%d deleted, %v", n, err)
		}
	})
}

func TestVerifier(t *testing.T) {
	want := Blob{SHA256: sum("content"), Size: 7}
	tests := map[string]struct {
		stored string
		want   Blob
		ok     bool
	}{
		"right":         {"content", want, true},
		"empty":         {"", Blob{sum(""), 0}, true},
		"empty, wrong":  {"", Blob{sum("x"), 0}, false},
		"one bit":       {"cOntent", want, false},
		"short":         {"conten", want, false},
		"nothing":       {"", want, false},
		"more than was": {"content and more", want, true}, // the size is the file's own; what follows is never handed out
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, slow := range []bool{false, true} {
				var r io.Reader = strings.NewReader(test.stored)
				if slow {
					r = iotest.DataErrReader(iotest.HalfReader(r))
				}
				var got bytes.Buffer
				_, err := io.Copy(&got, verify(io.NopCloser(r), test.want))
				if test.ok && (err != nil || got.String() != test.stored[:test.want.Size]) {
					t.Errorf("got %q, %v", &got, err)
				}
				if !test.ok && (!errors.Is(err, ErrCorrupt) || int64(got.Len()) >= max(test.want.Size, 1)) {
					t.Errorf("damaged bytes were handed out whole: %q, %v", &got, err)
				}
			}
		})
	}
}

// zeros is an endless document.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestPutHoldsNothingInMemory(t *testing.T) {
	s := newLocal(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := s.Put(t.Context(), "m", io.LimitReader(zeros{}, 64<<20)); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 128<<10 {
		t.Errorf("putting 64 MiB allocated %d KiB", got>>10)
	}
}

func BenchmarkPut10MiB(b *testing.B) {
	s, err := OpenLocal(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(10 << 20)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		head := strings.NewReader(fmt.Sprint(i))
		if _, err := s.Put(b.Context(), "m", io.MultiReader(head, io.LimitReader(zeros{}, 10<<20))); err != nil {
			b.Fatal(err)
		}
	}
}
