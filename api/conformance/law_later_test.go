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
	c.Only = []string{"run.*", "clock.*", "createDunningRun"}
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
	for family, want := range map[string]int{"run": 3, "clock": 3, "idempotency": 5} {
		if passed[family] < want {
			t.Errorf("%d laws of %s held, want %d", passed[family], family, want)
		}
	}
}

// later answers operations our server does not offer. Our server stands in front of it: it looks at credentials and at
// the contract, and 501 is what it says to a request that is in order.
type later struct {
	honest http.Handler

	mu   sync.Mutex
	kept map[string]*keptReply // by user and Idempotency-Key
}

type keptReply struct {
	request string
	reply   *reply
}

func newLater(honest http.Handler) http.Handler {
	return &later{honest: honest, kept: map[string]*keptReply{}}
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
	if a.status == http.StatusNotImplemented {
		parsed, _ := decode(body.Bytes())
		sent, _ := parsed.(object)
		a = l.own(r, sent)
		if keyed && a.status < 500 {
			l.kept[key] = &keptReply{request, a}
		}
	}
	return a
}

// own answers an operation our server does not offer.
func (l *later) own(r *http.Request, sent object) *reply {
	if !about(r, "POST", "/dunning/runs") {
		return refusal(http.StatusNotImplemented, "ERR_NOT_IMPLEMENTED")
	}
	return l.run(r, sent)
}

// run plans by what is due, and executes a plan only if it is still the plan.
func (l *later) run(r *http.Request, sent object) *reply {
	day := or(textAt(sent, "asOf"), time.Now().UTC().Format(time.DateOnly))
	page := ask(l.honest, get(r, "/invoices?pageSize=1000&query[state]=none&query[due][$lt]="+day)).object()
	entries := []any{}
	list, _ := page["rows"].([]any)
	for _, row := range list {
		if level, _ := strconv.Atoi(fmt.Sprint(row.(object)["dunninglevel"])); row.(object)["committed"] == true && level < 5 {
			entries = append(entries, object{"invoice": textAt(row, "reference"), "level": level + 1})
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
			modifying := putting(r, "/invoices/"+textAt(entry, "invoice")+"/modifyDunning", encode(object{"dunninglevel": entry.(object)["level"]}))
			modifying.Method = http.MethodPost
			ask(l.honest, modifying)
		}
	}
	return replyWith(http.StatusOK, object{"asOf": day, "dryRun": dry, "hash": hash, "entries": entries})
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
