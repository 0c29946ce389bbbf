package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// List walks over the files in the order of their names. Files that no Put has made are passed over.
func (l *Local) List(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		owners, err := os.ReadDir(l.dir)
		if err != nil {
			yield(Object{}, fmt.Errorf("blob: %w", err))
			return
		}
		for _, owner := range owners {
			merchant, err := unescape(owner.Name())
			if err != nil || !owner.IsDir() {
				continue
			}
			if !l.listMerchant(ctx, merchant, yield) {
				return
			}
		}
	}
}

// listMerchant says whether the walk goes on.
func (l *Local) listMerchant(ctx context.Context, merchant string, yield func(Object, error) bool) bool {
	for first := range 256 {
		if err := ctx.Err(); err != nil {
			yield(Object{}, err)
			return false
		}
		prefix := fmt.Sprintf("%02x", first)
		files, err := os.ReadDir(filepath.Join(l.dir, escape(merchant), prefix))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			yield(Object{}, fmt.Errorf("blob: %w", err))
			return false
		}
		for _, file := range files {
			if !isHash(file.Name()) || file.Name()[:2] != prefix {
				continue
			}
			info, err := file.Info()
			if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
				continue // deleted meanwhile, or not ours
			}
			if err != nil {
				yield(Object{}, fmt.Errorf("blob: %w", err))
				return false
			}
			blob := Blob{SHA256: file.Name(), Size: info.Size()}
			if !yield(Object{Blob: blob, Merchant: merchant, Put: info.ModTime()}, nil) {
				return false
			}
		}
	}
	return true
}
