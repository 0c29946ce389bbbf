package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// verifier hands out bytes while it hashes them, and the last ones only when the hash is right. A download of damaged
// bytes therefore ends short of its announced length, and the client notices.
type verifier struct {
	io.ReadCloser
	want Blob
	hash hash.Hash
	left int64 // bytes not yet read
	err  error // what every further Read answers
}

func verify(r io.ReadCloser, want Blob) io.ReadCloser {
	return &verifier{ReadCloser: r, want: want, hash: sha256.New(), left: want.Size}
}

func (v *verifier) Read(p []byte) (int, error) {
	if v.err != nil || len(p) == 0 {
		return 0, v.err
	}
	if v.left == 0 { // an empty blob
		v.err = v.verdict()
		return 0, v.err
	}
	n, err := v.ReadCloser.Read(p[:min(int64(len(p)), v.left)])
	v.hash.Write(p[:n])
	v.left -= int64(n)
	if v.left > 0 {
		if err == io.EOF {
			err = v.corrupt()
		}
		v.err = err
		return n, err
	}
	if v.err = v.verdict(); v.err != io.EOF {
		return 0, v.err
	}
	return n, io.EOF
}

// verdict is io.EOF when the bytes seen are the ones that were put.
func (v *verifier) verdict() error {
	if hex.EncodeToString(v.hash.Sum(nil)) != v.want.SHA256 {
		return v.corrupt()
	}
	return io.EOF
}

func (v *verifier) corrupt() error { return fmt.Errorf("%w: %s", ErrCorrupt, v.want.SHA256) }
