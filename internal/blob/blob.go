// Package blob keeps the bytes of documents. A blob's name is its SHA-256 and the merchant it belongs to: the same
// bytes of a merchant are kept once, and no file is ever shared between two merchants.
//
// Invariants:
//
//   - What Put has acknowledged is on disk, whole, and never changes afterwards.
//   - What Put has refused, for whatever reason, left nothing behind; a crash leaves at most a temporary file that
//     the next start removes.
//   - What Open hands out is what was put: a reader that finds other bytes fails before it hands out the last of them.
//   - Nothing is held in memory: bytes are hashed while they pass.
//
// The row that names a blob is written after the blob (so a row never points at nothing), which is why bytes without a
// row can remain; Sweep collects them.
package blob

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"time"
)

// Store is a place for blobs: local files or a bucket. Merchants are named by any string of 1 to 80 bytes, hashes by
// 64 lower-case hex digits; another hash is an error and never reaches the file system or the network.
type Store interface {
	// Put reads r to its end and keeps the bytes. The checks run in order on the complete file before it is kept; the
	// first error of a check is returned as it is, and nothing stays. An error of r is wrapped. Bytes that are there
	// already are kept as they are and count as put now, so that Sweep's grace time starts again.
	Put(ctx context.Context, merchant string, r io.Reader, checks ...Check) (Blob, error)

	// Open gives the bytes and their number. The caller closes. ErrNotFound when there are none; reading fails with
	// ErrCorrupt when they are not the bytes that were put.
	Open(ctx context.Context, merchant, sha256 string) (io.ReadCloser, int64, error)

	// Delete removes a blob and says whether it did. One that is not there is no error. With a before that is not
	// zero, a blob put at or after that moment stays.
	Delete(ctx context.Context, merchant, sha256 string, before time.Time) (bool, error)

	// List walks over all blobs of all merchants, each merchant's together. The walk ends at the first error. Blobs
	// put or deleted meanwhile may or may not be seen.
	List(ctx context.Context) iter.Seq2[Object, error]
}

// Check looks at a complete file before it is kept, such as document.Inspector does. The file is at its start and has
// no lasting name: to hand it to another process, pass the descriptor on.
type Check func(ctx context.Context, file *os.File) error

// Blob names stored bytes.
type Blob struct {
	SHA256 string // 64 lower-case hex digits
	Size   int64  // bytes
}

// Object is one blob of a listing.
type Object struct {
	Blob
	Merchant string
	Put      time.Time // by the clock of the disk or bucket, not the domain's
}

// ErrNotFound says that there are no such bytes. When a row names them, that is a fault of the storage, not of the
// caller.
var ErrNotFound = errors.New("blob: not found")

// ErrCorrupt says that stored bytes are not the ones that were put.
var ErrCorrupt = errors.New("blob: stored bytes do not have the hash they were stored under")
