package app

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dunwell/dunwell/internal/ar"
)

// pack writes the archive of a case straight into the blob store. The same case gives the same bytes: names are sorted, and
// the one time there is in it is the day.
func (a *App) pack(ctx context.Context, by Caller, f *caseFile) (ar.File, error) {
	papers, err := f.contents()
	if err != nil {
		return ar.File{}, err
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(a.writeArchive(ctx, by, w, f, papers)) }()
	stored, err := a.files.Put(ctx, by.Merchant, r)
	_ = r.CloseWithError(errors.New("app: the archive is not wanted any more")) // ends writeArchive where Put gave up
	return ar.File{SHA256: stored.SHA256, Size: stored.Size, MediaType: MediaZIP, Name: f.archiveName()}, err
}

// contents are all files of the archive, sorted by name.
func (f *caseFile) contents() ([]paper, error) {
	papers := slices.Clone(f.papers)
	for _, made := range []struct {
		name string
		make func() ([]byte, error)
	}{
		{"README.txt", f.readme}, {"claim.json", f.claimJSON}, {"statement.txt", f.claimText}, {"bookings.csv", f.bookingsCSV},
		{"mails.csv", f.mailsCSV}, {"history.json", f.historyJSON}, {"proofs/head.json", f.headJSON},
	} {
		text, err := made.make()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", made.name, err)
		}
		papers = append(papers, paper{name: made.name, sha256: hashOf(text), text: text})
	}
	for i, s := range f.seals {
		text, err := s.json(f.head)
		if err != nil {
			return nil, err
		}
		papers = append(papers, paper{name: fmt.Sprintf("proofs/%03d.json", i), sha256: hashOf(text), text: text})
	}
	byName := func(a, b paper) int { return cmp.Compare(a.name, b.name) }
	slices.SortFunc(papers, byName)
	papers = append(papers, paper{name: "sha256sums.txt", text: sums(papers)})
	slices.SortFunc(papers, byName)
	return papers, nil
}

// sums is what sha256sum -c reads.
func sums(papers []paper) []byte {
	var b bytes.Buffer
	for _, p := range papers {
		fmt.Fprintf(&b, "%s  %s\n", p.sha256, p.name)
	}
	return b.Bytes()
}

func (a *App) writeArchive(ctx context.Context, by Caller, w io.Writer, f *caseFile, papers []paper) error {
	archive := zip.NewWriter(w)
	for _, p := range papers {
		header := &zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: f.day}
		header.SetMode(0o644)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if err := a.copyPaper(ctx, by, entry, p); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return archive.Close()
}

// copyPaper copies the bytes of a file, which are verified while they are read.
func (a *App) copyPaper(ctx context.Context, by Caller, w io.Writer, p paper) error {
	if p.file == "" {
		_, err := w.Write(p.text)
		return err
	}
	content, _, err := a.files.Open(ctx, by.Merchant, p.file)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, content)
	return errors.Join(err, content.Close())
}
