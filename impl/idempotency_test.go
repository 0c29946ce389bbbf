package impl_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// replays fails unless b is the kept answer a: the same bytes and headers, marked as a repetition.
func replays(a, b answer) {
	a.Helper()
	if a.status != b.status || !bytes.Equal(a.body, b.body) {
		a.Errorf("first %d %s\nthen %d %s", a.status, a.body, b.status, b.body)
	}
	if a.header.Get("Idempotent-Replayed") != "" || b.header.Get("Idempotent-Replayed") != "true" {
		a.Errorf("replayed: %q, then %q", a.header.Get("Idempotent-Replayed"), b.header.Get("Idempotent-Replayed"))
	}
	for _, name := range []string{"ETag", "Content-Type"} {
		if a.header.Get(name) != b.header.Get(name) {
			a.Errorf("%s: %q, then %q", name, a.header.Get(name), b.header.Get(name))
		}
	}
}

// reused fails unless a key was refused because it belongs to another request.
func reused(a answer) {
	a.Helper()
	if e := a.refused(http.StatusUnprocessableEntity, "ERR_IDEMPOTENCY_KEY_REUSED"); len(e.fields()) != 1 || e.fields()[0] != "Idempotency-Key" || len(e.hints()) != 1 {
		a.Errorf("%+v", e)
	}
}

// idempotencyCases are the cases of the contract, by number. Each runs in a world of its own where there is the customer
// K1 and the draft RE1.
var idempotencyCases = []struct {
	name string
	test func(*world)
}{
	{"01 a fresh key runs, and is not marked", func(w *world) {
		if a := w.do(post("/identities", `{"reference": "K2"}`).once("k")).is(201); a.header["Idempotent-Replayed"] != nil {
			w.Errorf("headers %v", a.header)
		}
		w.do(get("/identities/K2")).is(200)
	}},
	{"02 a repetition gets the same bytes and does nothing", func(w *world) {
		c := post("/identities/K1/invoices", invoice).once("k")
		first := w.do(c).is(201)
		before := w.everything()
		replays(first, w.do(c))
		replays(first, w.do(c))
		w.unchanged(before)
	}},
	{"03 without a key everything runs each time", func(w *world) {
		a, b := w.do(post("/identities/K1/invoices", invoice)).is(201), w.do(post("/identities/K1/invoices", invoice)).is(201)
		if bytes.Equal(a.body, b.body) {
			w.Error("one invoice for two requests")
		}
	}},
	{"04 a refusal is repeated, though it would be none any more", func(w *world) {
		missing, taken := post("/identities/K2/invoices", `{}`).once("a"), post("/identities", `{"reference": "K1"}`).once("b")
		first, second := w.do(missing).is(404), w.do(taken).is(409)
		w.do(post("/identities", `{"reference": "K2"}`)).is(201)
		replays(first, w.do(missing))
		replays(second, w.do(taken))
		w.do(missing.once("c")).is(201)
	}},
	{"05 what does not fit the contract is not kept", func(w *world) {
		w.do(post("/identities", `{"kind": "alien"}`).once("k")).is(400)
		w.do(post("/identities", `{"kind": "individual"}`).once("k")).is(201)
	}},
	{"06 another body is another request", func(w *world) {
		w.do(post("/identities", `{"reference": "K2"}`).once("k")).is(201)
		reused(w.do(post("/identities", `{"reference": "K3"}`).once("k")))
		w.do(get("/identities/K3")).is(404)
	}},
	{"07 another path parameter is another request", func(w *world) {
		w.draft("RE2")
		w.do(post("/invoices/RE1/commitInvoice", `{}`).once("k")).is(200)
		reused(w.do(post("/invoices/RE2/commitInvoice", `{}`).once("k")))
	}},
	{"08 another operation is another request", func(w *world) {
		w.do(post("/identities", `{}`).once("k")).is(201)
		reused(w.do(post("/identities/K1/invoices", `{}`).once("k")))
		w.do(post("/identities", `{"reference": "RE1"}`)).is(201) // a customer of the same name as the invoice
		w.do(post("/identities/RE1/invoices", `{}`).once("l")).is(201)
		reused(w.do(post("/invoices/RE1/commitInvoice", `{}`).once("l")))
	}},
	{"09 each merchant has keys of its own", func(w *world) {
		c := post("/identities", `{"reference": "K2"}`).once("k")
		w.do(c).is(201)
		if a := w.do(c.as(rival)).is(201); a.header.Get("Idempotent-Replayed") != "" {
			w.Error("the rival got acme's answer")
		}
	}},
	{"10 the spelling of JSON does not matter", func(w *world) {
		first := w.do(post("/identities", `{"reference":"K2","debtor":"77","meta":{"a":1,"b":{"c":2.50,"d":3}}}`).once("k")).is(201)
		replays(first, w.do(post("/identities", "{\n \"meta\": {\"b\": {\"d\": 3, \"c\": 2.50}, \"a\": 1},\t\"debtor\": 77, \"reference\": \"\\u004b2\"}\n").once("k")))
		reused(w.do(post("/identities", `{"reference":"K2","debtor":"77","meta":{"a":1,"b":{"c":2.50000000000000000001,"d":3}}}`).once("k")))
	}},
	{"11 a quoted key is the same key", func(w *world) {
		first := w.do(post("/identities", `{}`).once(`abc`)).is(201)
		replays(first, w.do(post("/identities", `{}`).once(`"abc"`)))
		first = w.do(post("/identities", `{}`).once(`"xyz"`)).is(201)
		replays(first, w.do(post("/identities", `{}`).once(`xyz`)))
	}},
	{"12 a key has 1 to 255 visible ASCII characters", func(w *world) {
		replays(w.do(post("/identities", `{}`).once(strings.Repeat("k", 255))).is(201), w.do(post("/identities", `{}`).once(strings.Repeat("k", 255))))
		before := w.everything()
		for _, key := range []string{strings.Repeat("k", 256), "schlüssel", "two words"} {
			if e := w.do(post("/identities", `{}`).once(key)).refused(400, "ERR_INVALID_VALUE"); !slices.Contains(e.fields(), "Idempotency-Key") || len(e.hints()) == 0 {
				w.Errorf("%q: %+v", key, e)
			}
		}
		empty := post("/identities", `{}`).request(w)
		empty.Header["Idempotency-Key"] = []string{""}
		w.send(empty).refused(400, "ERR_INVALID_VALUE")
		two := post("/identities", `{}`).request(w)
		two.Header["Idempotency-Key"] = []string{"a", "b"}
		w.send(two).refused(400, "ERR_INVALID_VALUE")
		w.unchanged(before)
	}},
	{"13 a form's boundary does not matter", func(w *world) {
		parts := imported("a.eml", "email", eml("a"))
		first := w.do(upload("RE1", parts...).once("k")).is(200)
		body, mediaType := form("another", parts...)
		before := w.tables()
		replays(first, w.do(call{method: "POST", path: "/invoices/RE1/importExternalDocument", body: body}.with("Content-Type", mediaType).once("k")))
		if after := w.tables(); fmt.Sprint(before) != fmt.Sprint(after) {
			w.Error("the repetition stored something")
		}
	}},
	{"14 nor does the order of its parts", func(w *world) {
		parts := imported("a.eml", "email", eml("a"))
		first := w.do(upload("RE1", parts...).once("k")).is(200)
		replays(first, w.do(upload("RE1", parts[2], parts[0], parts[1]).once("k")))
		replays(first, w.do(upload("RE1", parts[1], parts[2], parts[0]).once("k")))
	}},
	{"15 another file is another request", func(w *world) {
		w.do(upload("RE1", imported("a.eml", "email", eml("a"))...).once("k")).is(200)
		reused(w.do(upload("RE1", imported("a.eml", "email", eml("b"))...).once("k")))
	}},
	{"16 so is another field beside the file", func(w *world) {
		parts := imported("a.eml", "email", eml("a"))
		w.do(upload("RE1", append(parts, part{name: "label", value: "One"})...).once("k")).is(200)
		reused(w.do(upload("RE1", append(parts, part{name: "label", value: "Two"})...).once("k")))
		reused(w.do(upload("RE1", parts...).once("k")))
		reused(w.do(upload("RE1", append(parts, part{name: "description", value: "One"})...).once("k")))
		w.draft("RE2")
		reused(w.do(upload("RE2", append(parts, part{name: "label", value: "One"})...).once("k")))
	}},
	{"17 a refused import is repeated too", func(w *world) {
		c := upload("RE2", imported("a.eml", "email", eml("a"))...).once("k")
		disk := w.onDisk()
		first := w.do(c).is(404)
		if fmt.Sprint(w.onDisk()) != fmt.Sprint(disk) {
			w.Error("the refused file is kept")
		}
		w.draft("RE2")
		replays(first, w.do(c))
		reused(w.do(upload("RE2", imported("a.eml", "email", eml("b"))...).once("k")))
		w.do(c.once("l")).is(200)
	}},
	{"18 a key is fresh again after a day", func(w *world) {
		c := post("/identities", `{"meta": {}}`).once("k")
		first := w.do(c).is(201)
		w.Day.Advance(24*time.Hour - time.Millisecond)
		replays(first, w.do(c))
		w.Day.Advance(time.Millisecond)
		second := w.do(c).is(201)
		if bytes.Equal(first.body, second.body) || second.header.Get("Idempotent-Replayed") != "" {
			w.Errorf("after a day it still answers %s", second.body)
		}
		replays(second, w.do(c))
		w.Day.Advance(24 * time.Hour)
		w.do(post("/identities/K1/invoices", `{}`).once("k")).is(201) // another request may have it now
	}},
	{"19 a merchant may keep answers longer", func(w *world) {
		w.no(w.DB.Update(w.Context(), acme, func(tx *store.Tx) error {
			m, err := tx.Merchant()
			if err != nil {
				return err
			}
			m.IdempotencyRetention = 72 * time.Hour
			return tx.UpdateMerchant(m)
		}))
		c := post("/identities", `{}`).once("k")
		first := w.do(c).is(201)
		w.Day.Advance(72*time.Hour - time.Millisecond)
		w.no(w.App.Tidy(w.Context()))
		replays(first, w.do(c))
		w.Day.Advance(time.Millisecond)
		w.no(w.App.Tidy(w.Context()))
		if kept := w.tables()["idempotency"]; len(kept) != 0 {
			w.Errorf("kept %v", kept)
		}
		w.do(c).is(201)
	}},
	{"20 fifty at once have one effect and one answer", func(w *world) {
		answers := make([]answer, 50)
		w.together(len(answers), func(i int) int {
			answers[i] = w.do(post("/identities/K1/invoices", invoice).once("k"))
			return answers[i].status
		})
		fresh := 0
		for _, a := range answers {
			if a.is(201); !bytes.Equal(a.body, answers[0].body) {
				w.Errorf("%s and %s", a.body, answers[0].body)
			}
			if a.header.Get("Idempotent-Replayed") == "" {
				fresh++
			}
		}
		if invoices := w.tables()["invoices"]; len(invoices) != 2 || fresh != 1 {
			w.Errorf("%d invoices, %d answers not marked", len(invoices), fresh)
		}
	}},
	{"21 who waits too long is told to come again", func(w *world) {
		if w.Engine != storetest.Postgres {
			w.Skip("SQLite has one writer, whose transactions end in time")
		}
		w.no(w.DB.Update(w.Context(), acme, func(tx *store.Tx) error {
			if _, err := tx.Idempotent("k", "of the one who is not done"); err != nil {
				return err
			}
			second := w.do(post("/identities", `{}`).once("k"))
			second.refused(http.StatusConflict, "ERR_IDEMPOTENCY_IN_PROGRESS")
			if second.header.Get("Retry-After") != "1" {
				w.Errorf("Retry-After %q", second.header.Get("Retry-After"))
			}
			return tx.StoreAnswer("k", store.Answer{Status: 200})
		}))
	}},
	{"22 a fault leaves nothing, and a retry runs", func(w *world) {
		c := upload("RE1", imported("a.eml", "email", eml("a"))...).once("k")
		tables := fmt.Sprint(w.tables())
		w.no(os.Rename(w.files(), w.files()+".gone"))
		w.do(c).refused(http.StatusInternalServerError, "ERR_INTERNAL")
		w.no(os.Rename(w.files()+".gone", w.files()))
		if fmt.Sprint(w.tables()) != tables {
			w.Error("the fault left something")
		}
		if a := w.do(c).is(200); a.header.Get("Idempotent-Replayed") != "" {
			w.Error("the fault was kept")
		}
	}},
	{"23 what is refused before the operation is not kept", func(w *world) {
		w.key(acme, app.NewKey{Username: "reader", Password: password, Permissions: []string{"identities:read"}})
		body := `{"reference": "K2"}`
		c := post("/identities", body).once("k")
		before := w.everything()
		w.do(c.as("-")).refused(401, "ERR_UNAUTHORIZED")
		w.do(c.as("reader")).refused(403, "ERR_FORBIDDEN")
		w.do(c.with("Content-Type", "text/plain")).refused(415, "ERR_UNSUPPORTED_MEDIA_TYPE")
		w.do(post("/identities", `{"meta": {"x": "`+strings.Repeat("x", 1<<20)+`"}}`).once("k")).refused(413, "ERR_TOO_LARGE")
		w.do(post("/invoices/RE1/commitInvoice", `{"notifyUrl": "https://127.0.0.1/hook"}`).once("k")).refused(400, "ERR_INVALID_VALUE")
		w.whileBusy(func() {
			if a := w.do(c); a.refused(429, "ERR_TOO_MANY_REQUESTS").Code == 429 && a.header.Get("Retry-After") == "" {
				w.Errorf("headers %v", a.header)
			}
		})
		w.unchanged(before)
		w.do(c).is(201)
	}},
	{"24 a commit repeated draws one number and is one job", func(w *world) {
		c := post("/invoices/RE1/commitInvoice", `{}`).once("k")
		first := w.do(c).is(200)
		replays(first, w.do(c))
		w.do(c.once("l")).is(409)
		w.committed("RE2")
		if number := w.do(get("/invoices/RE2")).object()["number"]; number != "RE-2026-0002" {
			w.Errorf("number %v", number)
		}
		if got := w.events("RE1"); len(got) != 2 {
			w.Errorf("events %v", got)
		}
	}},
	{"25 another process knows the answers", func(w *world) {
		c := post("/identities", `{"reference": "K2"}`).once("k")
		first := w.do(c).is(201)
		w.again(func(*servertest.Config) {})
		replays(first, w.do(c))
	}},
	{"26 what changed meanwhile does not change the answer", func(w *world) {
		c := post("/identities/K1/invoices", `{"reference": "RE2", "label": "Old"}`).once("k")
		first := w.do(c).is(201)
		w.do(put("/invoices/RE2", `{"label": "New"}`)).is(200)
		w.do(put("/invoices/RE2", `{"state": "canceled"}`)).is(200)
		replays(first, w.do(c))
	}},
	{"27 only POST has keys", func(w *world) {
		w.do(get("/identities/K1").once("k")).is(200)
		w.do(put("/identities/K1", `{"number": "1"}`).once("k")).is(200)
		if a := w.do(put("/identities/K1", `{"number": "2"}`).once("k")).is(200); a.object()["number"] != "2" || a.header.Get("Idempotent-Replayed") != "" {
			w.Errorf("%v %s", a.header, a.body)
		}
		w.do(post("/identities", `{}`).once("k")).is(201)
	}},
}

func TestIdempotency(t *testing.T) {
	for _, c := range idempotencyCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				w.customer()
				w.draft("RE1")
				c.test(w)
			})
		})
	}
}

// whileBusy calls f while the one request that a server takes is running.
func (w *world) whileBusy(f func()) {
	w.Helper()
	busy, letGo, done := make(chan struct{}), make(chan struct{}), make(chan answer)
	calm := w.Server
	w.again(func(c *servertest.Config) {
		c.Serve = func(o *serve.Options) {
			authenticate := o.Authenticate
			o.MaxConcurrent = 1
			o.Authenticate = func(ctx context.Context, c serve.Credentials) (context.Context, error) {
				close(busy)
				<-letGo
				return authenticate(ctx, c)
			}
		}
	})
	go func() { done <- w.do(get("/identities/K1")) }()
	<-busy
	f()
	close(letGo)
	(<-done).is(http.StatusOK)
	w.Server = calm
}

// A new process over the same files and database, with nothing of the old one left.
func TestIdempotencyAfterRestart(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			url, clock := storetest.URL(t, engine), storetest.NewClock()
			w := newWorld(t, servertest.Config{Engine: engine, DB: storetest.Connect(t, url, clock), Day: clock})
			w.customer()
			w.draft("RE1")
			calls := []call{
				post("/identities", `{"reference": "K2"}`).once("a"), post("/invoices/RE1/commitInvoice", `{}`).once("b"),
				upload("RE1", imported("a.eml", "email", eml("a"))...).once("c"), post("/identities/K9/invoices", `{}`).once("d"),
			}
			var first []answer
			for _, c := range calls {
				first = append(first, w.do(c))
			}
			w.again(func(c *servertest.Config) { c.DB = storetest.Connect(t, url, clock) })
			for i, c := range calls {
				replays(first[i], w.do(c))
			}
		})
	}
}
