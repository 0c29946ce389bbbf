package mail

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// Outbox keeps mails as files instead of sending them: what a server without a mail server does. A file opens in any mail
// program; its name begins with the date of the mail. The same mail again takes the place of its file.
type Outbox struct{ dir string }

const (
	unfinished      = ".incoming-"
	unfinishedGrace = time.Hour // longer than any mail takes
)

// OpenOutbox makes the directory if need be, and removes what a crash left there more than an hour ago.
func OpenOutbox(dir string) (*Outbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail: outbox: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("mail: outbox: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !strings.HasPrefix(entry.Name(), unfinished) || time.Since(info.ModTime()) < unfinishedGrace {
			continue
		}
		if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
			return nil, fmt.Errorf("mail: outbox: removing what a crash left: %w", err)
		}
	}
	return &Outbox{dir}, nil
}

// Send makes one attempt, see Sender. Nothing is ever unknown: a file that was not finished has another name.
func (o *Outbox) Send(ctx context.Context, e Envelope, message io.Reader, ready func(context.Context) error) (ar.Outcome, error) {
	if _, _, err := e.addresses(); err != nil {
		return ar.Outcome{State: ar.DeliveryRejected, Reason: "Not sent: " + err.Error() + "."}, nil
	}
	buffered := bufio.NewReaderSize(message, maxHeader)
	name, err := outboxName(buffered)
	if err != nil {
		return unreadable(err)
	}
	failed := func(err error) (ar.Outcome, error) {
		if ctx.Err() != nil {
			return ar.Outcome{State: ar.DeliveryDeferred, Reason: "Sending was stopped before the mail had left."}, nil
		}
		return ar.Outcome{State: ar.DeliveryDeferred, Reason: "The mail could not be written to the outbox."}, fmt.Errorf("mail: outbox: %w", err)
	}
	temporary, err := o.write(ctx, buffered)
	if err != nil {
		return failed(err)
	}
	if err := ready(ctx); err != nil {
		_ = os.Remove(temporary) // else the next start does
		return ar.Outcome{}, err
	}
	if err := os.Rename(temporary, filepath.Join(o.dir, name)); err != nil {
		return failed(errors.Join(err, os.Remove(temporary)))
	}
	if err := syncDirectory(o.dir); err != nil {
		return failed(err)
	}
	return ar.Outcome{State: ar.DeliveryAccepted, Reply: "outbox/" + name, Reason: "The mail is in the outbox; no mail server is configured."}, nil
}

// write keeps the message in a file without its final name, on the disk.
func (o *Outbox) write(ctx context.Context, message io.Reader) (name string, err error) {
	file, err := os.CreateTemp(o.dir, unfinished+"*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, untilDone{ctx, message})
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// untilDone fails when the context has ended.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// maxHeader is more than the header of any mail of ours.
const maxHeader = 64 << 10

// outboxName is made of the message's own date and id, so that it is the same in every attempt. It is safe on every file system, those that
// do not tell a from A included: the end tells two ids apart that look alike in it.
func outboxName(message *bufio.Reader) (string, error) {
	start, err := message.Peek(maxHeader)
	if err != nil && err != io.EOF {
		return "", err
	}
	m, err := mail.ReadMessage(bytes.NewReader(start))
	if err != nil {
		return "", err
	}
	date, err := m.Header.Date()
	if err != nil {
		return "", err
	}
	id := strings.Trim(m.Header.Get("Message-ID"), "<>")
	if id == "" {
		return "", errors.New("it has no Message-ID")
	}
	sum := sha256.Sum256([]byte(id))
	safe := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, cut(id, 80))
	return date.UTC().Format("20060102T150405Z") + "-" + safe + "-" + hex.EncodeToString(sum[:4]) + ".eml", nil
}

// syncDirectory makes a rename last.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
