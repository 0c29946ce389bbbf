package app

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// inVain makes an invoice RE1 whose last notice was in vain, and which is to be handed over from today on.
func (b *bench) inVain(c ar.CollectionSettings) {
	b.Helper()
	b.open()
	b.customer(ar.Email{Email: "kunde@example.com"})
	b.collect(c)
	b.attempt(b.resend()) // a mail for the archive
	level := 5
	_, err := b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &level}, nil)
	b.no(err)
	b.clock.Set(b.clock.Now().AddDate(0, 2, 0))
}

func (b *bench) collect(c ar.CollectionSettings) {
	b.Helper()
	issuer := ar.Issuer{Name: "Acme GmbH", Country: "DE", IBAN: "DE89370400440532013000"}
	b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Issuer: issuer, Collection: &c}))
}

// invoice is RE1 as it is.
func (b *bench) invoice() *ar.Invoice {
	b.Helper()
	inv, err := b.Invoice(b.Context(), by, ar.KindInvoice, "RE1")
	b.no(err)
	return inv
}

// collected hands RE1 over in a run, today.
func (b *bench) collected(run int64) (dropped string) {
	b.Helper()
	m, err := b.Merchant(b.Context(), by.Merchant)
	b.no(err)
	dropped, err = b.handOver(b.Context(), by, proposal{run, *today(m, b.clock.Now()), ar.PlanEntry{InvoiceID: b.invoice().ID, Invoice: "RE1", Handover: true}})
	b.no(err)
	return dropped
}

// collectionMessages are those about RE1.
func (b *bench) collectionMessages() []ar.CollectionMessage {
	b.Helper()
	all, err := view(b.Context(), b.App, by, func(tx *store.Tx) ([]ar.CollectionMessage, error) {
		return tx.CollectionMessages(b.invoice().ID)
	})
	b.no(err)
	return all
}

// passAll passes on what waits.
func (b *bench) passAll() {
	b.Helper()
	for _, m := range b.collectionMessages() {
		_, err := b.passOn(b.Context(), jobs.Nudge{Kind: nudgeCollection, Merchant: by.Merchant, ID: m.ID})
		b.no(err)
	}
}

// inFolder are the files that came to the folder, by their extension.
func (b *bench) inFolder() map[string][]string {
	b.Helper()
	files := map[string][]string{}
	b.no(filepath.WalkDir(b.collections, func(file string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[filepath.Ext(file)] = append(files[filepath.Ext(file)], file)
		}
		return err
	}))
	return files
}

// unzip reads an archive.
func (b *bench) unzip(content []byte) (names []string, files map[string]string) {
	b.Helper()
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	b.no(err)
	files = map[string]string{}
	for _, f := range r.File {
		if day := b.clock.Now().Truncate(24 * time.Hour); !f.Modified.Equal(day) {
			b.Errorf("%s is of %s, not of the day", f.Name, f.Modified)
		}
		in, err := f.Open()
		b.no(err)
		text, err := io.ReadAll(in)
		b.no(err)
		names, files[f.Name] = append(names, f.Name), string(text)
	}
	return names, files
}

// A case goes to a folder with all its papers, each with its sum and its proof; dunning ends, and what is booked afterwards is
// told.
func TestHandoverToAFolder(t *testing.T) {
	each(t, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "inkasso/neu", Name: "Inkasso Nord GmbH"})
		if dropped := b.collected(7); dropped != "" {
			b.Fatal(dropped)
		}
		if dropped := b.collected(7); dropped != "" || len(b.collectionMessages()) != 1 {
			b.Errorf("again in the same run: %q, %d messages", dropped, len(b.collectionMessages()))
		}
		if dropped := b.collected(8); dropped == "" {
			b.Error("another run hands it over again")
		}
		b.passAll()
		b.passAll()
		zips := b.inFolder()[".zip"]
		if len(zips) != 1 || !strings.HasPrefix(zips[0], filepath.Join(b.collections, "acme/inkasso/neu/RE-2026-0001-")) {
			b.Fatalf("files %v", b.inFolder())
		}
		content, err := os.ReadFile(zips[0])
		b.no(err)
		b.wholeCase(content)
		b.endsDunning()
		b.toldLater()
		b.asKept()
	})
}

// wholeCase checks an archive: what is in it, in which order, the sums, and every proof.
func (b *bench) wholeCase(content []byte) {
	b.Helper()
	names, files := b.unzip(content)
	if !slices.IsSorted(names) {
		b.Errorf("names are not sorted: %q", names)
	}
	for _, want := range []string{"README.txt", "claim.json", "statement.txt", "bookings.csv", "mails.csv", "history.json", "vouchers/01-RE-2026-0001.json", "proofs/head.json", "sha256sums.txt"} {
		if files[want] == "" {
			b.Errorf("%s is not among %q", want, names)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(files["sha256sums.txt"]), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		if is := sha256.Sum256([]byte(files[name])); hex.EncodeToString(is[:]) != sum {
			b.Errorf("%s has another sum", name)
		}
	}
	if lines := strings.Count(files["sha256sums.txt"], "\n"); lines != len(names)-1 {
		b.Errorf("%d sums for %d files", lines, len(names))
	}
	var claim ar.ClaimStatement
	b.no(json.Unmarshal([]byte(files["claim.json"]), &claim))
	if claim.Principal.Open != "100.00" || claim.Interest.Open == "0.00" || claim.Debtor.Addresses[0].Company != "Kunde" || claim.Invoice.Number != "RE-2026-0001" {
		b.Errorf("%+v", claim)
	}
	if !strings.Contains(files["statement.txt"], "GESAMTFORDERUNG") || !strings.Contains(files["mails.csv"], "kunde@example.com") {
		b.Errorf("%s\n%s", files["statement.txt"], files["mails.csv"])
	}
	proven := b.proofs(files)
	for _, name := range names {
		folder, _, in := strings.Cut(name, "/")
		if in && folder != "proofs" && !proven[name] {
			b.Errorf("%s has no proof", name)
		}
	}
	if len(proven) < 3 { // the invoice, its letter, its mail
		b.Errorf("proven %v of %q", proven, names)
	}
}

// proofs checks every proof with the means of a verifier, and gives the files they are about.
func (b *bench) proofs(files map[string]string) map[string]bool {
	b.Helper()
	var head store.JournalHead
	b.no(json.Unmarshal([]byte(files["proofs/head.json"]), &head))
	root, err := tlog.ParseHash(head.Root)
	b.no(err)
	proven := map[string]bool{}
	for name, text := range files {
		if !strings.HasPrefix(name, "proofs/") || name == "proofs/head.json" {
			continue
		}
		var p proofJSON
		b.no(json.Unmarshal([]byte(text), &p))
		e := store.JournalEntry{Merchant: p.Entry.Merchant, Seq: p.Entry.Seq, Kind: p.Entry.Kind, Subject: p.Entry.Subject, SHA256: p.Entry.SHA256,
			Payload: json.RawMessage(p.Entry.Payload), Happened: time.UnixMilli(p.Entry.Happened)}
		if tlog.RecordHash(e.Record()) != p.Leaf {
			b.Errorf("%s: another leaf", name)
		}
		if err := tlog.CheckRecord(p.Path, p.Size, root, p.Index, p.Leaf); err != nil {
			b.Errorf("%s: %v", name, err)
		}
		if sum := sha256.Sum256([]byte(files[p.File])); hex.EncodeToString(sum[:]) != p.Entry.SHA256 {
			b.Errorf("%s is about another file than %s", name, p.File)
		}
		proven[p.File] = true
	}
	return proven
}

// endsDunning checks that a case that is handed over is dunned by nobody, and only a recall lets it be.
func (b *bench) endsDunning() {
	b.Helper()
	inv := b.invoice()
	if inv.HandedOver == nil || inv.DunningState() != "handedover" {
		b.Errorf("%v, %s", inv.HandedOver, inv.DunningState())
	}
	d, err := b.Dunning(b.Context(), by, "RE1")
	b.no(err)
	if d.Next != nil || d.Handover == nil || d.Handover.Run != 7 || d.Handover.Collector.Name != "Inkasso Nord GmbH" || !strings.Contains(d.Reason, "collection") {
		b.Errorf("%+v", d)
	}
	level := 3
	_, err = b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &level}, nil)
	b.conflict(err, ar.Conflict, "dunninglevel", "collection")
}

// toldLater checks that a payment and a recall are told in the folder.
func (b *bench) toldLater() {
	b.Helper()
	b.no(b.pay("30"))
	none := 0
	_, err := b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &none}, nil)
	b.no(err)
	b.no(b.pay("1")) // nobody's business any more
	b.passAll()
	var heard []string
	for _, file := range b.inFolder()[".json"] {
		text, err := os.ReadFile(file)
		b.no(err)
		var t told
		b.no(json.Unmarshal(text, &t))
		heard = append(heard, fmt.Sprint(t.Kind, " ", t.Invoice, " ", t.Amount))
		if t.Open.Total == "" || t.HandedOver == "" {
			b.Errorf("%s", text)
		}
	}
	slices.Sort(heard)
	if want := []string{"booked RE1 -30.00", "recalled RE1 "}; !slices.Equal(heard, want) {
		b.Errorf("heard %q", heard)
	}
	if inv := b.invoice(); inv.HandedOver != nil || inv.DunningState() != "open" {
		b.Errorf("%+v", inv)
	}
	for _, m := range b.collectionMessages() {
		if status := b.status(Job(m.Job)); m.State != ar.CollectionPassed || status.State != ar.JobDone {
			b.Errorf("%+v, %+v", m, status.Job)
		}
	}
}

// asKept fails for everything that is not as it was kept.
func (b *bench) asKept() {
	b.Helper()
	_, err := b.Verify(b.Context(), by.Merchant, nil, func(f Finding) { b.Errorf("%+v", f) })
	b.no(err)
}

// The same case gives the same bytes, and a case that changes while it is packed is packed again.
func TestHandoverIsDeterministic(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "x"})
		m, err := b.Merchant(b.Context(), by.Merchant)
		b.no(err)
		day := *today(m, b.clock.Now())
		var sums []string
		for range 2 {
			f, dropped, err := b.openCase(b.Context(), by, proposal{1, day, ar.PlanEntry{InvoiceID: b.invoice().ID}})
			b.no(err)
			if dropped != "" {
				b.Fatal(dropped)
			}
			file, err := b.pack(b.Context(), by, f)
			b.no(err)
			sums = append(sums, file.SHA256)
		}
		if sums[0] != sums[1] {
			b.Errorf("%q", sums)
		}
	})
}
