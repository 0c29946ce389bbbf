package mail

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

func newOutbox(t *testing.T) (*Outbox, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data", "outbox")
	o, err := OpenOutbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	return o, dir
}

// files are the names in a directory, hidden ones included.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestOutbox(t *testing.T) {
	o, dir := newOutbox(t)
	const name = "20261122T093000Z-17.4f2a_billing.acme.example-ee7bb19b.eml"
	for range 2 { // the second is a retry
		outcome := attemptAccepted(t, o)
		if outcome.Reply != "outbox/"+name {
			t.Errorf("%+v", outcome)
		}
	}
	if got := files(t, dir); len(got) != 1 || got[0] != name {
		t.Fatalf("files %v", got)
	}
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil || !bytes.Equal(content, render(t, invoice())) {
		t.Errorf("%s, %v", content, err)
	}
	m := invoice()
	m.MessageID = "17.4F2a@billing.acme.example"
	if outcome, _ := attemptMail(t, o, m); outcome.State != ar.DeliveryAccepted || len(files(t, dir)) != 2 {
		t.Errorf("an id that differs in case only: %+v, files %v", outcome, files(t, dir))
	}
	m.MessageID = strings.Repeat("../", 30) + "x%*?|&$@" + strings.Repeat("a", 120)
	if outcome, _ := attemptMail(t, o, m); !regexp.MustCompile(`^outbox/[0-9A-Za-z._-]{30,120}\.eml$`).MatchString(outcome.Reply) {
		t.Errorf("an odd id: %+v", outcome)
	}
}

func TestOutboxNotReady(t *testing.T) {
	o, dir := newOutbox(t)
	canceled := errors.New("canceled meanwhile")
	outcome, err := o.Send(t.Context(), Envelope{From: "a@example.com", To: "b@example.com"}, bytes.NewReader(render(t, invoice())), func(context.Context) error {
		if got := files(t, dir); len(got) != 1 || !strings.HasPrefix(got[0], unfinished) {
			t.Errorf("asked with files %v", got)
		}
		return canceled
	})
	if err != canceled || outcome != (ar.Outcome{}) || len(files(t, dir)) != 0 {
		t.Errorf("%+v, %v, files %v", outcome, err, files(t, dir))
	}
}

func TestOutboxFailures(t *testing.T) {
	o, dir := newOutbox(t)
	e := Envelope{From: "a@example.com", To: "b@example.com"}
	broken := errors.New("disk")
	message := render(t, invoice())

	outcome, err := o.Send(t.Context(), e, breaking{bytes.NewReader(message[:500]), broken}, yes)
	if outcome.State != ar.DeliveryDeferred || !errors.Is(err, broken) {
		t.Errorf("unreadable: %+v, %v", outcome, err)
	}
	outcome, err = o.Send(t.Context(), e, strings.NewReader("no mail"), yes)
	if outcome.State != ar.DeliveryDeferred || err == nil {
		t.Errorf("no mail: %+v, %v", outcome, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	outcome, err = o.Send(ctx, e, bytes.NewReader(message), yes)
	if outcome.State != ar.DeliveryDeferred || err != nil {
		t.Errorf("stopped: %+v, %v", outcome, err)
	}
	if outcome, err = o.Send(t.Context(), Envelope{From: "a@example.com", To: "b"}, bytes.NewReader(message), yes); outcome.State != ar.DeliveryRejected || err != nil {
		t.Errorf("bad recipient: %+v, %v", outcome, err)
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if outcome, err = o.Send(t.Context(), e, bytes.NewReader(message), yes); outcome.State != ar.DeliveryDeferred || err == nil {
		t.Errorf("no directory: %+v, %v", outcome, err)
	}
}

// What a crash left is removed when nobody can be writing it any more.
func TestOutboxAfterCrash(t *testing.T) {
	_, dir := newOutbox(t)
	for name, age := range map[string]time.Duration{unfinished + "old": 2 * time.Hour, unfinished + "new": 0, "20260101T000000Z-x.eml": 2 * time.Hour} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenOutbox(dir); err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir); len(got) != 2 || got[0] != unfinished+"new" {
		t.Errorf("files %v", got)
	}
}
