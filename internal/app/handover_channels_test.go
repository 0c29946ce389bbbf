package app

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A case goes by mail with its archive, and a payment is reported by another mail. Both leave although the invoice is paid by
// then: whoever has the case must know.
func TestHandoverByMail(t *testing.T) {
	each(t, func(b *bench) {
		peer := b.smtp(mailtest.Config{}, mail.Timeouts{})
		b.inVain(ar.CollectionSettings{Email: "faelle@inkasso.example", Name: "Inkasso Nord GmbH"})
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		b.no(b.pay("200"))
		b.passAll()
		messages := b.collectionMessages()
		if len(messages) != 2 {
			b.Fatalf("%+v", messages)
		}
		subject, files := b.sent(peer, Job(messages[0].Job))
		if !strings.Contains(subject, "RE-2026-0001") || !strings.Contains(subject, "Einziehung") || len(files) != 1 || !strings.HasSuffix(files[0].name, ".zip") {
			b.Errorf("%s, %d files", subject, len(files))
		}
		b.wholeCase([]byte(files[0].content))
		subject, files = b.sent(peer, Job(messages[1].Job))
		if !strings.Contains(subject, "Buchung zum Fall") || len(files) != 0 {
			b.Errorf("%s, %v", subject, files)
		}
		for _, m := range messages {
			d := b.delivery(Job(m.Job))
			if d.State != ar.DeliveryAccepted || d.Recipient != "faelle@inkasso.example" || b.status(Job(m.Job)).State != ar.JobDone {
				b.Errorf("%+v", d)
			}
		}
		b.asKept()
	})
}

// A webhook is posted the case as JSON, signed, with a link to the archive that works without credentials.
func TestHandoverByWebhook(t *testing.T) {
	each(t, func(b *bench) {
		r := b.receiver(status(200))
		b.inVain(ar.CollectionSettings{Webhook: r.URL})
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		b.passAll()
		job := Job(b.collectionMessages()[0].Job)
		_, err := b.callBack(b.Context(), jobs.Nudge{Kind: nudgeCallback, Merchant: by.Merchant, ID: b.callback(job).ID})
		b.no(err)
		posts := r.got()
		if len(posts) != 1 {
			b.Fatalf("%d posts", len(posts))
		}
		b.signed(posts[0])
		var t told
		b.no(json.Unmarshal([]byte(posts[0].body), &t))
		if t.Kind != ar.CollectionCase || t.Invoice != "RE1" || t.Open.Principal != "100.00" || t.File == nil || !strings.HasPrefix(t.File.URL, "https://billing.example.com/api/v1/communication/") {
			b.Errorf("%s", posts[0].body)
		}
		if b.status(job).State != ar.JobDone {
			b.Errorf("%+v", b.status(job).Job)
		}
	})
}

// A webhook that this server does not go to is refused when it is set.
func TestCollectionSettingsAreChecked(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		err := b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Collection: &ar.CollectionSettings{Webhook: "https://10.0.0.1/cases"}})
		b.conflict(err, ar.Invalid, "collection.webhook", "")
		for _, address := range []string{"A <a@example.com>", "a", "a@example.com, b@example.com"} {
			err := b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Collection: &ar.CollectionSettings{Email: address}})
			b.conflict(err, ar.Invalid, "collection.email", "")
		}
		err = b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Collection: &ar.CollectionSettings{}})
		b.conflict(err, ar.Invalid, "collection", "")
	})
}

// Nothing is handed over that was paid, disputed or canceled since it was planned, nor where there is no directory.
func TestHandoverIsDropped(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*bench)
		reason string
	}{
		"paid":         {func(b *bench) { b.no(b.pay("200")) }, "any more"},
		"paid in part": {func(b *bench) { b.no(b.pay("95")) }, "less than"},
		"canceled":     {func(b *bench) { b.cancel("RE1") }, "any more"},
		"no directory": {func(b *bench) { b.collections = "" }, "--collections"},
		"not due":      {func(b *bench) { b.clock.Set(b.clock.Now().AddDate(0, -2, 0)) }, "not handed over before"},
		"disputed": {func(b *bench) {
			_, err := b.CreateHold(b.Context(), by, ar.Hold{Invoice: "RE1", Kind: ar.HoldDispute, Reason: "Broken."}, nil)
			b.no(err)
		}, "disputed"},
	} {
		t.Run(name, func(t *testing.T) {
			on(t, storetest.SQLite, func(b *bench) {
				b.collections = b.TempDir()
				b.inVain(ar.CollectionSettings{Folder: "x", MinAmount: decimal.NewFromInt(20)})
				c.change(b)
				if dropped := b.collected(1); !strings.Contains(dropped, c.reason) {
					b.Errorf("dropped: %q", dropped)
				}
				if len(b.collectionMessages()) != 0 || b.invoice().HandedOver != nil {
					b.Error("it is handed over all the same")
				}
			})
		})
	}
}

// Money that comes in while a case is packed is in what is handed over, or drops it: what is told is what was true when it was
// committed.
func TestHandoverOfACaseThatChanges(t *testing.T) {
	each(t, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "x"})
		m, err := b.Merchant(b.Context(), by.Merchant)
		b.no(err)
		day := *today(m, b.clock.Now())
		f, _, err := b.openCase(b.Context(), by, proposal{1, day, ar.PlanEntry{InvoiceID: b.invoice().ID}})
		b.no(err)
		file, err := b.pack(b.Context(), by, f)
		b.no(err)
		b.no(b.pay("40"))
		err = b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
			_, err := b.commitHandover(tx, by, 1, f, file)
			return err
		})
		if !errors.Is(err, errReprint) {
			b.Fatalf("an archive of another claim: %v", err)
		}
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		all, err := view(b.Context(), b.App, by, func(tx *store.Tx) ([]ar.Handover, error) { return tx.Handovers(b.invoice().ID) })
		b.no(err)
		if len(all) != 1 || all[0].Claim.Total == f.statement.Total {
			b.Errorf("%+v", all)
		}
		b.asKept()
	})
}

// A folder that cannot be written to is tried again, by whoever looks; its file is there once, whole, and under no other name.
func TestFolderIsTriedAgain(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "x/y"})
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		blocked := filepath.Join(b.collections, "acme")
		b.no(os.WriteFile(blocked, nil, 0o600)) // in the way of the folder
		b.passAll()
		m := b.collectionMessages()[0]
		if m.State != ar.CollectionQueued || m.Next == nil || m.Reason == "" || b.status(Job(m.Job)).State != ar.JobRunning {
			b.Fatalf("%+v", m)
		}
		b.passAll() // before its time
		b.no(os.Remove(blocked))
		b.elapsed.Set(b.elapsed.Now().Add(time.Hour))
		b.passAll()
		b.passAll()
		if m = b.collectionMessages()[0]; m.State != ar.CollectionPassed || m.Attempts != 2 || b.status(Job(m.Job)).State != ar.JobDone {
			b.Errorf("%+v", m)
		}
		if files := b.inFolder(); len(files) != 1 || len(files[".zip"]) != 1 {
			b.Errorf("%v", files)
		}
	})
}

// Whoever dies with a message leaves it to another; whoever comes back late changes nothing.
func TestMessageIsTakenUpAgain(t *testing.T) {
	each(t, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "x"})
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		id := b.collectionMessages()[0].ID
		dead, err := b.claimMessage(b.Context(), by, id)
		b.no(err)
		again, err := b.passOn(b.Context(), jobs.Nudge{Kind: nudgeCollection, Merchant: by.Merchant, ID: id})
		b.no(err)
		if again <= 0 || len(b.inFolder()) != 0 {
			b.Errorf("somebody else has it: again in %s, %v", again, b.inFolder())
		}
		b.elapsed.Set(b.elapsed.Now().Add(ar.CollectionLease))
		b.passAll()
		if reason := b.writeToFolder(b.Context(), by, dead); reason != "" {
			b.Error(reason)
		}
		if _, err := b.settleMessage(b.Context(), by, dead, "late"); err == nil {
			b.Error("a late worker is believed")
		}
		if m := b.collectionMessages()[0]; m.State != ar.CollectionPassed || len(b.inFolder()[".zip"]) != 1 {
			b.Errorf("%+v, %v", m, b.inFolder())
		}
	})
}

// That an invoice is canceled is told too.
func TestCancelationIsTold(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "x"})
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		b.cancel("RE1")
		if all := b.collectionMessages(); len(all) != 2 || all[1].Kind != ar.CollectionCanceled {
			b.Errorf("%+v", all)
		}
		b.asKept()
	})
}

// What no mail carries is linked to.
func TestLargeCaseIsLinked(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.inVain(ar.CollectionSettings{Email: "faelle@inkasso.example"})
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		m, err := view(b.Context(), b.App, by, func(tx *store.Tx) (*message, error) {
			return readMessage(tx, &b.collectionMessages()[0])
		})
		b.no(err)
		if data := b.collectionData(&work{merchant: m.merchant, delivery: &ar.Delivery{Locale: "de"}, told: m}); data.Link != "" || len(m.mailFiles()) != 1 {
			b.Errorf("a small one: %+v", data)
		}
		m.file.File.Size = maxAttachments + 1
		data := b.collectionData(&work{merchant: m.merchant, delivery: &ar.Delivery{Locale: "de", Created: b.clock.Now()}, told: m})
		if !strings.HasPrefix(data.Link, "https://billing.example.com/api/v1/communication/"+m.file.ID) || len(m.mailFiles()) != 0 {
			b.Errorf("a large one: %+v", data)
		}
	})
}

// Money that is booked and counts from a later day is waited for: the claim of today would be too high, and nobody would be told.
func TestHandoverWaitsForMoneyThatIsBooked(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "x"})
		m, err := b.Merchant(b.Context(), by.Merchant)
		b.no(err)
		tomorrow := today(m, b.clock.Now()).AddDate(0, 0, 1)
		_, err = b.CreateTransaction(b.Context(), by, ar.Transaction{Amount: decimal.NewFromInt(60), Currency: "EUR", Bookingdate: tomorrow, Valuedate: tomorrow},
			[]ar.Assignment{part("RE1", "60")}, nil)
		b.no(err)
		if e, _ := b.entry("RE1"); e.Handover || e.Reason != "Not due before "+tomorrow.Format(time.DateOnly)+"." {
			b.Errorf("planned %+v", e)
		}
		if dropped := b.collected(1); !strings.Contains(dropped, tomorrow.Format(time.DateOnly)) {
			b.Errorf("dropped: %q", dropped)
		}
		b.clock.Set(b.clock.Now().AddDate(0, 0, 1))
		if dropped := b.collected(2); dropped != "" || b.collectionMessages()[0].State == "" {
			b.Error(dropped)
		}
		var t told
		b.no(json.Unmarshal(b.collectionMessages()[0].Body, &t))
		if t.Open.Total != "40.82" { // 0.81 of interest was paid, and a day has borne more
			b.Errorf("%+v", t.Open)
		}
	})
}

// Why a mail was withheld, and why dunning was held back, is nobody's business but the merchant's. What others wrote is no formula.
func TestHandoverKeepsConfidence(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.collections = b.TempDir()
		b.reminded()
		h, err := b.CreateHold(b.Context(), by, ar.Hold{Invoice: "RE1", Kind: ar.HoldBlock, Reason: "He plays golf with the owner"}, nil)
		b.no(err)
		if d := b.attempt(b.lastJob()); d.State != ar.DeliverySuppressed || !strings.Contains(d.Reason, "golf") {
			b.Fatalf("%+v", d)
		}
		b.lift(h)
		b.collect(ar.CollectionSettings{Folder: "x"})
		level := 5
		_, err = b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &level}, nil)
		b.no(err)
		b.clock.Set(b.clock.Now().AddDate(0, 2, 0))
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		b.passAll()
		content, err := os.ReadFile(b.inFolder()[".zip"][0])
		b.no(err)
		_, files := b.unzip(content)
		for name, text := range files {
			if strings.Contains(text, "golf") {
				b.Errorf("%s: %s", name, text)
			}
		}
		if !strings.Contains(files["mails.csv"], ",suppressed,") {
			b.Errorf("%s", files["mails.csv"])
		}
	})
}

// A report that whoever collects did not get is no mail that the debtor did not get.
func TestMailsToCollectorsAreNoMailsToDebtors(t *testing.T) {
	each(t, func(b *bench) {
		peer := b.smtp(mailtest.Config{}, mail.Timeouts{})
		b.inVain(ar.CollectionSettings{Email: "faelle@inkasso.example"})
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		none := 0
		_, err := b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &none}, nil)
		b.no(err)
		b.clock.Set(b.clock.Now().Add(time.Minute))
		b.passAll()
		peer.Fail(mailtest.Fault{At: mailtest.Rcpt, Reply: "550 5.1.1 Nobody here"})
		for _, m := range b.collectionMessages() {
			if d := b.attempt(Job(m.Job)); d.State != ar.DeliveryRejected {
				b.Fatalf("%+v", d)
			}
		}
		if d := b.dunning(); d.Next == nil {
			b.Errorf("dunning ends: %s", d.Reason)
		}
	})
}
