package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// Local keeps blobs as files: <dir>/<merchant>/<first two digits>/<sha256>, directories 0700, files 0600. One process
// at a time may use a directory; two would be safe for reading and writing, but a sweep of one could take bytes that
// the other has just put again.
type Local struct {
	dir string

	// A blob is published and deleted under the lock of its first byte, so that a sweep cannot remove what a Put has
	// just found to be there already.
	locks [256]sync.Mutex
	root  sync.Mutex // making a merchant's directory

	step func(string) // tests: called between any two effects on the disk
}

var _ Store = (*Local)(nil)

const (
	incoming      = ".incoming" // temporary files; escape makes no name with a dot
	incomingGrace = time.Hour   // longer than any Put takes
)

// OpenLocal makes the directory if need be and removes temporary files that a crash left there more than an hour ago.
func OpenLocal(dir string) (*Local, error) {
	l := &Local{dir: dir, step: func(string) {}}
	tmp := filepath.Join(dir, incoming)
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, fmt.Errorf("blob: directory for documents: %w", err)
	}
	left, err := os.ReadDir(tmp)
	if err != nil {
		return nil, fmt.Errorf("blob: directory for documents: %w", err)
	}
	for _, entry := range left {
		info, err := entry.Info()
		if err != nil || time.Since(info.ModTime()) < incomingGrace {
			continue
		}
		if err := os.Remove(filepath.Join(tmp, entry.Name())); err != nil {
			return nil, fmt.Errorf("blob: removing what a crash left: %w", err)
		}
	}
	return l, nil
}

// Put keeps the bytes of r: temporary file, sync, rename, sync of the directory.
func (l *Local) Put(ctx context.Context, merchant string, r io.Reader, checks ...Check) (Blob, error) {
	if err := checkMerchant(merchant); err != nil {
		return Blob{}, err
	}
	l.step("start")
	s, err := newSpool(ctx, filepath.Join(l.dir, incoming), r, checks)
	if err != nil {
		return Blob{}, err
	}
	defer s.discard()
	l.step("spooled")
	if err := l.publish(merchant, s); err != nil {
		return Blob{}, fmt.Errorf("blob: %w", err)
	}
	return s.Blob, nil
}

// publish gives a spooled file its name, unless the blob is there.
func (l *Local) publish(merchant string, s *spool) error {
	lock := l.lock(s.SHA256)
	lock.Lock()
	defer lock.Unlock()
	dir, err := l.makeDir(merchant, s.SHA256)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, s.SHA256)
	if info, err := os.Stat(path); err == nil && info.Size() == s.Size {
		now := time.Now()
		if err := os.Chtimes(path, now, now); err != nil {
			return err
		}
		return syncDir(dir) // a Put before a crash may have renamed and not synced
	}
	if err := s.Sync(); err != nil {
		return err
	}
	l.step("synced")
	if err := s.rename(path); err != nil {
		return err
	}
	l.step("renamed")
	err = syncDir(dir)
	l.step("directory synced")
	return err
}

// makeDir makes the two directories of a blob. Each is on disk before anything is put in it.
func (l *Local) makeDir(merchant, sha256 string) (string, error) {
	owner := filepath.Join(l.dir, escape(merchant))
	l.root.Lock()
	err := makeSynced(owner)
	l.root.Unlock()
	if err != nil {
		return "", err
	}
	l.step("merchant's directory made")
	dir := filepath.Join(owner, sha256[:2])
	err = makeSynced(dir)
	l.step("directory made")
	return dir, err
}

// Open gives the bytes of a file, verified while they are read.
func (l *Local) Open(ctx context.Context, merchant, sha256 string) (io.ReadCloser, int64, error) {
	if err := checkKey(merchant, sha256); err != nil {
		return nil, 0, err
	}
	f, err := os.Open(l.path(merchant, sha256))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, ErrNotFound
	}
	if err != nil {
		return nil, 0, fmt.Errorf("blob: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("blob: %w", err), f.Close())
	}
	return verify(f, Blob{SHA256: sha256, Size: info.Size()}), info.Size(), nil
}

// Delete removes a file that was last put before the given moment.
func (l *Local) Delete(ctx context.Context, merchant, sha256 string, before time.Time) (bool, error) {
	if err := checkKey(merchant, sha256); err != nil {
		return false, err
	}
	lock := l.lock(sha256)
	lock.Lock()
	defer lock.Unlock()
	path := l.path(merchant, sha256)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	if !before.IsZero() && !info.ModTime().Before(before) {
		return false, nil
	}
	if err := os.Remove(path); err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return true, fmt.Errorf("blob: %w", err)
	}
	return true, nil
}

func (l *Local) path(merchant, sha256 string) string {
	return filepath.Join(l.dir, escape(merchant), sha256[:2], sha256)
}

func (l *Local) lock(sha256 string) *sync.Mutex {
	return &l.locks[hexValue(sha256[0])<<4|hexValue(sha256[1])]
}

// makeSynced makes a directory and syncs its parent, so that a power failure does not take the directory with all
// that is in it.
func makeSynced(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// syncDir makes the names in a directory durable. Windows has no such thing; its file systems journal names.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
