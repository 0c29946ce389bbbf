package app

import (
	"encoding/json"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/dunwell/dunwell/internal/store"
)

// seal is the entry of the journal about a paper, and the proof that the journal has it.
type seal struct {
	paper string
	entry *store.JournalEntry
	proof tlog.RecordProof
}

// proofJSON is a seal as a file: all that is needed to check it with SHA-256 alone, see README.txt of the archive.
type proofJSON struct {
	File  string      `json:"file"`
	Entry journalJSON `json:"entry"`
	Leaf  tlog.Hash   `json:"leaf"` // of the entry, base64
	Index int64       `json:"index"`
	Size  int64       `json:"size"` // of the tree
	Path  []tlog.Hash `json:"path"` // from the leaf to the root
}

type journalJSON struct {
	Merchant string `json:"merchant"`
	Seq      int64  `json:"seq"`
	Kind     string `json:"kind"`
	Subject  string `json:"subject"`
	SHA256   string `json:"sha256"`
	Payload  string `json:"payload"`  // to the letter
	Happened int64  `json:"happened"` // milliseconds since 1970, UTC
}

func (s seal) json(head store.JournalHead) ([]byte, error) {
	e := s.entry
	return indent(proofJSON{
		File: s.paper, Leaf: tlog.RecordHash(e.Record()), Index: e.Seq - 1, Size: head.Size, Path: append([]tlog.Hash{}, s.proof...),
		Entry: journalJSON{e.Merchant, e.Seq, e.Kind, e.Subject, e.SHA256, string(e.Payload), e.Happened.UnixMilli()},
	})
}

func (f *caseFile) headJSON() ([]byte, error) {
	return indent(struct {
		Size int64  `json:"size"`
		Root string `json:"root"` // base64
	}{f.head.Size, f.head.Root})
}

// indent is JSON for people too.
func indent(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return append(text, '\n'), err
}
