package impl_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// mailing runs a test once per engine, in a world that mails to a mail server, and has mailed RE1 there.
func mailing(t *testing.T, test func(*world, *mailtest.Server)) {
	t.Helper()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			peer := mailtest.New(t, mailtest.Config{TLS: mailtest.None})
			sender, err := mail.Open(peer.URL(), mail.Timeouts{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = sender.Close() })
			w := newWorld(t, servertest.Config{Engine: engine, Workers: 4, Mail: sender})
			w.customer()
			w.committed("RE1")
			peer.Wait(1)
			test(w, peer)
		})
	}
}

// many sends a call n times at once.
func (w *world) many(n int, c call) []answer {
	w.Helper()
	answers := make([]answer, n)
	w.together(n, func(i int) int {
		answers[i] = w.do(c)
		return answers[i].status
	})
	return answers
}

// alike tells how many of the answers are an earlier one's; all have the same body.
func (w *world) alike(answers []answer) (replayed int) {
	w.Helper()
	for _, a := range answers {
		if string(a.body) != string(answers[0].body) {
			w.Errorf("one was answered %s, another %s", answers[0].body, a.body)
		}
		replayed += strings.Count(a.header.Get("Idempotent-Replayed"), "true")
	}
	return replayed
}

// jobs are those that were answered, each of which has ended well.
func (w *world) jobs(answers []answer) map[string]bool {
	w.Helper()
	all := map[string]bool{}
	for _, a := range answers {
		job := a.is(http.StatusOK).object()["job"].(string)
		all[job] = true
		servertest.Until(w.T, "job "+job+" is done", func() bool {
			return w.do(get("/jobs/" + job)).is(http.StatusOK).object()["state"] == "done"
		})
	}
	return all
}

// messageIDs are those of the mails that came after the first.
func messageIDs(messages []mailtest.Message) map[string]int {
	all := map[string]int{}
	for _, m := range messages[1:] {
		all[m.ID()]++
	}
	return all
}

// Many who ask for the same thing under one key get one mail, and the same answer.
func TestResendConcurrentlyOnce(t *testing.T) {
	mailing(t, func(w *world, peer *mailtest.Server) {
		answers := w.many(50, post("/invoices/RE1/resendInvoice", `{}`).once("again"))
		replayed, jobs, tables := w.alike(answers), w.jobs(answers), w.tables()
		if len(jobs) != 1 || replayed != 49 || len(tables["jobs"]) != 2 || len(tables["deliveries"]) != 2 {
			w.Errorf("jobs %v, %d answers repeated; in all %d jobs, %d deliveries", jobs, replayed, len(tables["jobs"]), len(tables["deliveries"]))
		}
		if ids := messageIDs(peer.Wait(2)); len(ids) != 1 || len(peer.Messages()) != 2 {
			w.Errorf("mails %v", ids)
		}
	})
}

// Whoever asks again without a key wants one more mail.
func TestResendConcurrently(t *testing.T) {
	mailing(t, func(w *world, peer *mailtest.Server) {
		jobs := w.jobs(w.many(50, post("/invoices/RE1/resendInvoice", `{}`)))
		ids := messageIDs(peer.Wait(51))
		if len(jobs) != 50 || len(ids) != 50 || len(peer.Messages()) != 51 || len(w.tables()["deliveries"]) != 51 {
			w.Errorf("%d jobs, %d mails, %d Message-IDs", len(jobs), len(peer.Messages())-1, len(ids))
		}
	})
}

// An invoice is committed once, also when all of many have printed it: one number, one letter, one mail.
func TestCommitConcurrentlyOnce(t *testing.T) {
	mailing(t, func(w *world, peer *mailtest.Server) {
		w.draft("RE2")
		answers := w.many(20, post("/invoices/RE2/commitInvoice", `{}`).once("commit"))
		replayed, jobs, tables := w.alike(answers), w.jobs(answers), w.tables()
		if len(jobs) != 1 || replayed != 19 || len(tables["jobs"]) != 2 || len(tables["numbers"]) != 2 || len(w.communications("RE2")) != 2 {
			w.Errorf("jobs %v, %d answers repeated; in all %d jobs, %d numbers; of RE2 %v", jobs, replayed, len(tables["jobs"]), len(tables["numbers"]), w.communications("RE2"))
		}
		if ids := messageIDs(peer.Wait(2)); len(ids) != 1 || len(peer.Messages()) != 2 {
			w.Errorf("mails %v", ids)
		}
	})
}
