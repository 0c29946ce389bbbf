package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/dunwell/dunwell/internal/ar"
)

// writeToFolder writes what is told as a file: of a case all its papers, of what follows the text. A file has its name only
// when it is whole and on disk. The same message has the same name, so that a second attempt takes the place of the first.
// The reason says, for people, why it failed; it is empty when it did not.
func (a *App) writeToFolder(ctx context.Context, by Caller, m *message) (reason string) {
	if a.collections == "" {
		return "The server has no directory for collections; whoever runs it names one with --collections."
	}
	if err := a.putInFolder(ctx, by, m); err != nil {
		a.log.Warn("collection not written", "merchant", by.Merchant, "message", m.told.ID, "error", err)
		return "The file could not be written to the folder; see the server's log."
	}
	return ""
}

func (a *App) putInFolder(ctx context.Context, by Caller, m *message) (err error) {
	content, name, err := a.openTold(ctx, by, m)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()  // it was only read
	root, err := os.OpenRoot(a.collections) // whatever a name or a link says, nothing is written outside of it
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	folder := path.Join(by.Merchant, m.handover.Collector.Target)
	if err := root.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	unfinished := fmt.Sprintf(".%s.%d.part", name, m.told.Generation) // whoever comes back late has another
	return writeWhole(root, path.Join(folder, unfinished), path.Join(folder, name), content)
}

// openTold is the content of the file that tells a message, and its name.
func (a *App) openTold(ctx context.Context, by Caller, m *message) (io.ReadCloser, string, error) {
	name := plainName(m.text.Number) + "-" + m.told.ID
	if m.told.Kind != ar.CollectionCase {
		return io.NopCloser(bytes.NewReader(append(m.told.Body, '\n'))), name + ".json", nil
	}
	content, _, err := a.files.Open(ctx, by.Merchant, m.file.File.SHA256)
	return content, name + ".zip", err
}

// writeWhole writes a file under another name, brings it to disk, and only then gives it its name.
func writeWhole(root *os.Root, unfinished, name string, content io.Reader) (err error) {
	file, err := root.OpenFile(unfinished, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, root.Remove(unfinished))
	}
	if err := root.Rename(unfinished, name); err != nil {
		return err
	}
	return syncFolder(root, path.Dir(name))
}

// syncFolder brings the name of a file to disk.
func syncFolder(root *os.Root, folder string) error {
	dir, err := root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// plainName is a text as a part of a file's name that every file system takes: ASCII letters, digits, points, underscores and
// hyphens; everything else becomes an underscore.
func plainName(text string) string {
	plain := []byte(nil)
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.' && len(plain) > 0:
			plain = append(plain, byte(r))
		default:
			plain = append(plain, '_')
		}
	}
	return string(plain[:min(len(plain), 100)])
}
