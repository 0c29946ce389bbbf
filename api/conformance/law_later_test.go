package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Laws of operations that our server does not offer yet hold for a small server that offers them: they ask for nothing
// that cannot be done, and they do run.
func TestLater(t *testing.T) {
	c := ours(t, newLater)
	c.Only = []string{"dunning.*", "run.*", "clock.*", "modifyDunning", "createDunningRun", "getDunning"}
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	passed := map[string]int{}
	for i := range report.Results {
		r := &report.Results[i]
		family, _, _ := strings.Cut(r.Law, ".")
		if r.Outcome == Passed {
			passed[family]++
		}
		if r.Outcome == Failed && !strings.HasPrefix(r.Law, "shapes.") { // what it takes is our server's business, in front of it
			t.Errorf("%s: %s", r.Name(), r.Failures[0])
		}
	}
	for family, want := range map[string]int{"dunning": 8, "run": 3, "clock": 3, "idempotency": 10, "isolation": 2} {
		if passed[family] < want {
			t.Errorf("%d laws of %s held, want %d", passed[family], family, want)
		}
	}
}

// later answers operations our server does not offer. Our server stands in front of it: it looks at credentials and at
// the contract, and 501 is what it says to a request that is in order.
type later struct {
	honest http.Handler

	mu    sync.Mutex
	kept  map[string]*keptReply // by user and Idempotency-Key
	cases map[string]*laterCase // by user and invoice
}

type keptReply struct {
	request string
	reply   *reply
}

// laterCase is what is known of an invoice beside what our server knows.
type laterCase struct {
	level int
	start string
}

func newLater(honest http.Handler) http.Handler {
	return &later{honest: honest, kept: map[string]*keptReply{}, cases: map[string]*laterCase{}}
}

func (l *later) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Type") == "" && r.Method == http.MethodPost || strings.Contains(r.URL.Path, "importExternalDocument") {
		l.honest.ServeHTTP(w, r) // nothing of ours, and perhaps a body that does not come
		return
	}
	if user, _, known := r.BasicAuth(); !known || user != acme.User && user != rival.User {
		l.honest.ServeHTTP(w, r)
		return
	}
	l.answer(r).send(w)
}

func (l *later) answer(r *http.Request) *reply {
	l.mu.Lock()
	defer l.mu.Unlock()
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body) // a body that breaks off is none our server takes
	r = withBody(r, body.Bytes())
	user, _, _ := r.BasicAuth()
	key, request := user+" "+r.Header.Get("Idempotency-Key"), r.Method+r.URL.Path+body.String()
	keyed := r.Header.Get("Idempotency-Key") != "" && r.Method == http.MethodPost
	if was := l.kept[key]; keyed && was != nil {
		if was.request != request {
			return refusal(http.StatusUnprocessableEntity, "ERR_IDEMPOTENCY_KEY_REUSED", "Idempotency-Key")
		}
		again := &reply{was.reply.status, was.reply.header.Clone(), was.reply.body}
		again.header.Set("Idempotent-Replayed", "true")
		return again
	}
	a := ask(l.honest, withBody(r, body.Bytes()))
	switch {
	case a.status == http.StatusNotImplemented:
		parsed, _ := decode(body.Bytes())
		sent, _ := parsed.(object)
		a = l.own(r, user, sent)
		if keyed && a.status < 500 {
			l.kept[key] = &keptReply{request, a}
		}
	case a.status == http.StatusOK:
		l.complete(r, user, a)
	}
	return a
}

// own answers an operation our server does not offer.
func (l *later) own(r *http.Request, user string, sent object) *reply {
	segments := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	switch {
	case segments[0] == "dunning":
		return l.run(r, user, sent)
	case segments[0] != "invoices":
		return refusal(http.StatusNotImplemented, "ERR_NOT_IMPLEMENTED")
	}
	read := ask(l.honest, get(r, "/invoices/"+segments[1]))
	if read.status != http.StatusOK {
		return read
	}
	l.complete(get(r, "/invoices/"+segments[1]), user, read)
	invoice, at := read.object(), l.of(user, segments[1])
	switch segments[2] {
	case "modifyDunning":
		if invoice["committed"] != true || invoice["state"] != "none" {
			return refusal(http.StatusConflict, "ERR_CONFLICT_STATE")
		}
		if level, given := sent["dunninglevel"]; given {
			at.level, _ = strconv.Atoi(fmt.Sprint(level))
		}
		if start, given := sent["startDunningDate"].(string); given {
			at.start = start
		}
		return replyWith(http.StatusOK, object{"job": "1", "result": "OK", "resultcode": "0"})
	case "dunning":
		return at.dunning(segments[1], invoice)
	}
	return refusal(http.StatusNotImplemented, "ERR_NOT_IMPLEMENTED")
}

func (l *later) of(user, invoice string) *laterCase {
	if l.cases[user+invoice] == nil {
		l.cases[user+invoice] = &laterCase{}
	}
	return l.cases[user+invoice]
}

// complete adds to answers of our server what it does not know.
func (l *later) complete(r *http.Request, user string, a *reply) {
	if about(r, "GET", "/invoices/*") {
		invoice := a.object()
		invoice["dunninglevel"] = l.of(user, invoice["reference"].(string)).level
		a.set(invoice)
	}
}

// run plans by what is due, and executes a plan only if it is still the plan.
func (l *later) run(r *http.Request, user string, sent object) *reply {
	day := or(textAt(sent, "asOf"), time.Now().UTC().Format(time.DateOnly))
	page := ask(l.honest, get(r, "/invoices?pageSize=1000&query[state]=none&query[due][$lt]="+day)).object()
	entries := []any{}
	list, _ := page["rows"].([]any)
	for _, row := range list {
		reference := textAt(row, "reference")
		if level := l.of(user, reference).level; row.(object)["committed"] == true && level < 5 {
			entries = append(entries, object{"invoice": reference, "level": level + 1})
		}
	}
	sum := sha256.Sum256(append([]byte(day), encode(entries)...))
	hash := hex.EncodeToString(sum[:])
	dry := sent["dryRun"] == true
	if given := textAt(sent, "hash"); given != "" && given != hash {
		return refusal(http.StatusConflict, "ERR_CONFLICT_STATE", "hash")
	}
	for _, entry := range entries {
		if !dry {
			l.of(user, textAt(entry, "invoice")).level++
		}
	}
	return replyWith(http.StatusOK, object{"asOf": day, "dryRun": dry, "hash": hash, "entries": entries})
}

func (c *laterCase) dunning(reference string, invoice object) *reply {
	is := object{"invoice": reference, "level": c.level, "history": []any{}, "blocks": []any{}}
	if c.start != "" {
		is["startDunningDate"] = c.start
	}
	disabled, _ := lookup(invoice, "detail.dunning.disabled")
	switch {
	case disabled == true:
		is["blocks"], is["reason"] = []any{"Dunning is disabled."}, "Dunning is disabled."
	case c.level == 5:
		is["reason"] = "There is no higher level."
	default:
		is["next"] = object{"level": c.level + 1, "date": "2030-01-01", "fee": "0.00"}
	}
	return replyWith(http.StatusOK, is)
}

func replyWith(status int, v object) *reply {
	return &reply{status, http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"later"}}, encode(v)}
}

func refusal(status int, kind string, fields ...string) *reply {
	name := "ClientError"
	if status >= 500 {
		name = "ServerError"
	}
	return replyWith(status, object{"code": status, "name": name, "type": kind, "message": "Refused",
		"details": []any{object{"error": "It is refused.", "fields": append([]string{}, fields...), "hint": "Ask for something else."}}})
}
