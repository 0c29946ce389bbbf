package store

import (
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
		return nil, ar.NotFoundf("There is no file with id '%s'.", id)
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
