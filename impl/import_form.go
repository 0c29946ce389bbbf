package impl

import (
	"errors"
	"io"
	"mime/multipart"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// importForm is the body of importExternalDocument, or of createTransactionImport, while it is read. Its parts come in any order, so some fields may
// stand behind the file.
type importForm struct {
	parts  *multipart.Reader
	fields map[string]string
	file   io.Reader
}

// readImport reads up to the file. That the form has one, that no field is given twice and that each fits is checked
// against the contract while the bytes pass.
func readImport(parts *multipart.Reader) (*importForm, error) {
	form := &importForm{parts: parts, fields: map[string]string{}}
	for form.file == nil {
		if err := form.next(); err != nil {
			return nil, err
		}
	}
	return form, nil
}

// next reads a field, or finds the file.
func (f *importForm) next() error {
	part, err := f.parts.NextPart()
	if err != nil {
		return err
	}
	if part.FormName() == "file" {
		f.file = part
		return nil
	}
	value, err := io.ReadAll(part)
	f.fields[part.FormName()] = string(value)
	return err
}

// rest reads what stands behind the file, which must have been read.
func (f *importForm) rest() error {
	for {
		switch err := f.next(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// filename is the name of a file of which nothing else is said.
func (f *importForm) filename() (string, error) {
	err := f.rest()
	return f.fields["filename"], err
}

// details are what is said of a document.
func (f *importForm) details() (app.ImportDetails, error) {
	if err := f.rest(); err != nil {
		return app.ImportDetails{}, err
	}
	return app.ImportDetails{
		Filename:    f.fields["filename"],
		Kind:        ar.CommunicationKind(f.fields["kind"]),
		Label:       f.fields["label"],
		Description: f.fields["description"],
	}, nil
}
