package servertest

import (
	"bytes"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func (s *Server) outbox() string { return filepath.Join(s.Dir, "outbox") }

// Mails are the messages in the outbox, by the time they were sent.
func (s *Server) Mails(t testing.TB) []*mail.Message {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(s.outbox(), "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	all := make([]*mail.Message, len(names))
	for i, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if all[i], err = mail.ReadMessage(bytes.NewReader(content)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return all
}
