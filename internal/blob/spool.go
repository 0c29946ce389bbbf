package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// spool is a temporary file that holds what a Put has received, and its name-to-be.
type spool struct {
	*os.File
	Blob
	unnamed bool // renamed or removed: what has the name now is not ours
}

// newSpool copies r into a new file of dir, hashing as it goes, and lets the checks see it. When it fails, the file
// is gone. The file is not yet synced.
func newSpool(ctx context.Context, dir string, r io.Reader, checks []Check) (_ *spool, err error) {
	f, err := os.CreateTemp(dir, spoolPattern)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	s := &spool{File: f}
	defer func() {
		if err != nil {
			s.discard()
		}
	}()
	hash := sha256.New()
	s.Size, err = io.Copy(io.MultiWriter(f, hash), contextReader{ctx, r})
	if err != nil {
		return nil, fmt.Errorf("blob: receiving bytes: %w", err)
	}
	s.SHA256 = hex.EncodeToString(hash.Sum(nil))
	for _, check := range checks {
		if err := s.rewind(); err != nil {
			return nil, err
		}
		if err := check(ctx, f); err != nil {
			return nil, err
		}
	}
	return s, ctx.Err()
}

const spoolPattern = "put-*"

func (s *spool) rewind() error {
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return nil
}

// rename gives the file its lasting name.
func (s *spool) rename(path string) error {
	if err := os.Rename(s.Name(), path); err != nil {
		return err
	}
	s.unnamed = true
	return nil
}

// unlink takes the name away while the file stays open, so that not even a crash leaves it behind. Where the system
// does not allow that, discard removes the file.
func (s *spool) unlink() { s.unnamed = os.Remove(s.Name()) == nil }

// discard closes the file, and removes it unless it has got a lasting name.
func (s *spool) discard() {
	_ = s.Close() // what was written is given up
	if !s.unnamed {
		_ = os.Remove(s.Name()) // else the next start does
	}
}

// contextReader ends when its context does: a client that is gone must not keep a Put alive.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
