package store

import (
	"context"
	"strconv"
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
)

const fileColumns = `f.id, f.reference, f.sha256, f.size, f.mediatype`

// KeepFile stores the metadata of bytes, or finds them: the same bytes of a merchant are one file. ID, Reference, Size
// and MediaType become those of the stored file; Name is not stored, it belongs to a communication. Empty ID and
// Reference are drawn for a new file. It reports whether the file is new.
func (tx *Tx) KeepFile(f *ar.File) (bool, error) {
	id, reference := f.ID, f.Reference
	if id == "" {
		id = tx.NewID()
	}
	if reference == "" {
		reference = "_" + id
	}
	n, err := tx.exec(`INSERT INTO files (merchant, id, reference, sha256, size, mediatype, created) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, id, reference, f.SHA256, f.Size, f.MediaType, millis(tx.Now))
	if err != nil {
		return false, err
	}
	name := f.Name
	found, err := tx.file(`sha256 = $2`, f.SHA256)
	if err != nil {
		return false, err
	}
	if found == nil { // then it was the reference that stood in the way
		return false, referenceExists("file", reference)
	}
	*f = *found
	f.Name = name
	return n == 1, nil
}

// File reads a file by its id. Its Name is empty.
func (tx *Tx) File(id string) (*ar.File, error) {
	f, err := tx.file(`id = $2`, id)
	if err == nil && f == nil {
		return nil, ar.Missing("id", "file", id)
	}
	return f, err
}

func (tx *Tx) file(where, value string) (*ar.File, error) {
	var f ar.File
	found, err := tx.first(`SELECT `+fileColumns+` FROM files AS f WHERE f.merchant = $1 AND f.`+where, []any{value},
		&f.ID, &f.Reference, &f.SHA256, &f.Size, &f.MediaType)
	if err != nil || !found {
		return nil, err
	}
	return &f, nil
}

// Files are the merchant's files after one, by its id, in the order of ids, at most limit of them. Their Name is empty.
func (tx *Tx) Files(after string, limit int) ([]ar.File, error) {
	var all []ar.File
	err := tx.query(`SELECT `+fileColumns+` FROM files AS f WHERE f.merchant = $1 AND f.id > $2 ORDER BY f.id LIMIT $3`, []any{after, int64(limit)}, func(r row) error {
		var f ar.File
		err := r.Scan(&f.ID, &f.Reference, &f.SHA256, &f.Size, &f.MediaType)
		all = append(all, f)
		return err
	})
	return all, err
}

// KnownFiles tells which of some hashes are those of files of a merchant. It is how bytes without a row are found.
func (db *DB) KnownFiles(ctx context.Context, merchant string, sha256 []string) (map[string]bool, error) {
	known := map[string]bool{}
	if len(sha256) == 0 {
		return known, nil
	}
	places := make([]string, len(sha256))
	args := make([]any, len(sha256))
	for i, hash := range sha256 {
		places[i], args[i] = "$"+strconv.Itoa(i+2), hash
	}
	err := db.View(ctx, merchant, func(tx *Tx) error {
		return tx.query(`SELECT f.sha256 FROM files AS f WHERE f.merchant = $1 AND f.sha256 IN (`+strings.Join(places, ", ")+`)`, args, func(r row) error {
			var hash string
			err := r.Scan(&hash)
			known[hash] = true
			return err
		})
	})
	return known, err
}
