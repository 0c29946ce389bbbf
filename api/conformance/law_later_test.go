package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// Laws of operations that our server does not offer yet hold for a small server that offers them: they ask for nothing
// that cannot be done, and they do run.
func TestLater(t *testing.T) {
	c := ours(t, newLater)
	c.Only = []string{"creditnote.*", "payments.*", "transaction.*", "dunning.*", "run.*", "claim.*", "clock.*",
		"modifyDunning", "createTransaction", "createDunningRun", "getDunning", "getClaim", "getTransaction", "createCreditnote"}
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
	for family, want := range map[string]int{"creditnote": 7, "payments": 4, "transaction": 5, "dunning": 8, "run": 3, "claim": 4, "clock": 3, "idempotency": 20, "isolation": 5} {
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
	moves map[string]object     // transactions by user and id
	notes map[string]object     // by user and reference: what an invoice of our server's lacks to be a credit note
}

type keptReply struct {
	request string
	reply   *reply
}

// laterCase is what is known of an invoice beside what our server knows.
type laterCase struct {
	bookings []any
	notes    []any // as vouchers among its documents
	level    int
	start    string
}

func newLater(honest http.Handler) http.Handler {
	return &later{honest: honest, kept: map[string]*keptReply{}, cases: map[string]*laterCase{}, moves: map[string]object{}, notes: map[string]object{}}
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
	case a.status == http.StatusOK || about(r, "GET", "/creditnotes/*"):
		l.complete(r, user, a)
	}
	return a
}

// own answers an operation our server does not offer.
func (l *later) own(r *http.Request, user string, sent object) *reply {
	segments := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	switch {
	case segments[0] == "transactions" && r.Method == http.MethodPost:
		return l.book(r, user, sent)
	case segments[0] == "transactions" && len(segments) == 2:
		return found(l.moves[user+segments[1]])
	case segments[0] == "identities":
		return l.credit(r, user, segments[1], sent)
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
	case "claim":
		return claimOf(invoice, r.URL.Query().Get("asOf"))
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
	switch {
	case about(r, "GET", "/creditnotes/*"):
		if reference := r.URL.Path[len("/api/creditnotes/"):]; l.notes[user+reference] != nil {
			*a = *ask(l.honest, get(r, "/invoices/"+reference))
			a.set(merged(a.object(), l.notes[user+reference]))
		}
	case about(r, "GET", "/creditnotes"):
		l.listNotes(r, user, a)
	case about(r, "GET", "/invoices/*/documents"):
		l.addNotes(r, user, a)
	case about(r, "GET", "/invoices/*") && l.notes[user+a.object()["reference"].(string)] != nil:
		*a = *refusal(http.StatusNotFound, "ERR_NOT_FOUND", "invoiceReference")
	case about(r, "GET", "/invoices/*"):
		invoice := a.object()
		at := l.of(user, invoice["reference"].(string))
		unpaid := decimalAt(invoice, "unpaid")
		for _, entry := range at.bookings {
			unpaid = unpaid.Sub(decimalAt(entry, "booking.amount"))
		}
		invoice["unpaid"], invoice["dunninglevel"] = unpaid.StringFixed(2), at.level
		if unpaid.IsZero() && invoice["committed"] == true && invoice["state"] == "none" {
			invoice["state"] = "paid"
		}
		a.set(invoice)
	case about(r, "GET", "/invoices/*/payments"):
		payments := slices.Clone(l.of(user, strings.Split(r.URL.Path, "/")[3]).bookings)
		query := r.URL.Query()
		if query.Get("sort") == "-created" {
			slices.Reverse(payments)
		}
		if kind := query.Get("search[kind]"); kind != "" && kind != "payment" {
			payments = nil
		}
		offset, _ := strconv.Atoi(query.Get("offset"))
		payments = payments[min(offset, len(payments)):]
		if limit, _ := strconv.Atoi(query.Get("limit")); limit > 0 {
			payments = payments[:min(limit, len(payments))]
		}
		a.set(object{"payments": append([]any{}, payments...), "charges": []any{}})
	}
}

// shadow is the customer of whose invoices our server makes the credit notes of another.
func shadow(customer string) string { return customer[:min(len(customer), 90)] + "-notes" }

// credit makes a credit note of an invoice of a shadow.
func (l *later) credit(r *http.Request, user, customer string, sent object) *reply {
	bill := textAt(sent, "invoice")
	if ask(l.honest, get(r, "/identities/"+customer)).status != http.StatusOK || bill != "" && ask(l.honest, get(r, "/invoices/"+bill)).status != http.StatusOK {
		return refusal(http.StatusNotFound, "ERR_NOT_FOUND")
	}
	ask(l.honest, putting(r, "/identities/"+shadow(customer), []byte("{}")))
	posting := putting(r, "/identities/"+shadow(customer)+"/invoices", encode(without(sent, "invoice")))
	posting.Method = http.MethodPost
	made := ask(l.honest, posting)
	if made.status != http.StatusCreated {
		return made
	}
	reference, at := made.object()["reference"].(string), l.of(user, bill)
	lacks := object{"kind": "creditnote", "identity": object{"reference": customer}}
	if bill != "" {
		lacks["corrects"] = bill
		at.notes = append(at.notes, object{"id": made.object()["id"], "reference": reference, "kind": "creditnote", "communications": []any{}})
		at.bookings = append(at.bookings, object{"booking": object{"id": "b-" + reference, "transaction": nil, "voucher": reference, "amount": made.object()["total"], "kind": "credit",
			"created": made.object()["created"]}})
	}
	l.notes[user+reference] = lacks
	made.set(merged(made.object(), lacks))
	return made
}

// listNotes knows the filter by customer only.
func (l *later) listNotes(r *http.Request, user string, a *reply) {
	page := a.object()
	notes := ask(l.honest, get(r, "/invoices?query[identity]="+shadow(r.URL.Query().Get("query[identity]")))).object()
	page["rows"] = notes["rows"]
	for _, row := range notes["rows"].([]any) {
		for name, value := range l.notes[user+textAt(row, "reference")] {
			row.(object)[name] = value
		}
	}
	a.set(page)
}

// addNotes adds the credit notes of an invoice to its documents.
func (l *later) addNotes(r *http.Request, user string, a *reply) {
	bill, query := strings.Split(r.URL.Path, "/")[3], r.URL.Query()
	all, _ := ask(l.honest, get(r, "/invoices/"+bill+"/documents")).value().([]any)
	all = slices.DeleteFunc(append(all, l.of(user, bill).notes...), func(v any) bool {
		return query.Has("search[kind]") && textAt(v, "kind") != query.Get("search[kind]")
	})
	offset, _ := strconv.Atoi(query.Get("offset"))
	all = all[min(offset, len(all)):]
	if limit, _ := strconv.Atoi(query.Get("limit")); limit > 0 {
		all = all[:min(limit, len(all))]
	}
	a.set(all)
}

func (l *later) book(r *http.Request, user string, sent object) *reply {
	assigned, unallocated := []any(nil), decimalAt(object{"amount": fmt.Sprint(sent["amount"])}, "amount")
	if list, given := sent["assignments"].([]any); given {
		assigned = list
	}
	number := strconv.Itoa(len(l.moves) + 1000)
	for _, part := range assigned {
		if ask(l.honest, get(r, "/invoices/"+textAt(part, "invoice"))).status != http.StatusOK {
			return refusal(http.StatusConflict, "ERR_CONFLICT_STATE")
		}
	}
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	for _, part := range assigned {
		at := l.of(user, textAt(part, "invoice"))
		amount := decimalAt(part, "amount")
		unallocated = unallocated.Sub(amount)
		at.bookings = append(at.bookings, object{"booking": object{
			"id": fmt.Sprintf("b-%s-%d", number, len(at.bookings)), "transaction": number, "voucher": nil, "amount": amount.StringFixed(2), "kind": "payment", "created": now}})
	}
	made := merged(without(sent, "assignments"), object{"id": number, "unallocated": unallocated.StringFixed(2), "created": now})
	if made["bookingdate"] == nil {
		made["bookingdate"] = made["valuedate"]
	}
	made["amount"] = fmt.Sprint(made["amount"])
	l.moves[user+number] = made
	return replyWith(http.StatusCreated, made)
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

// claimOf splits at half-years, and rounds each period.
func claimOf(invoice object, asOf string) *reply {
	last := instant(or(asOf, time.Now().UTC().Format(time.DateOnly)))
	from := last.AddDate(0, 0, 1)
	if due := textAt(invoice, "due"); due != "" {
		from = instant(due).AddDate(0, 0, 1)
	}
	principal, interest, periods := decimalAt(invoice, "unpaid"), decimal.Zero, []any{}
	for !from.After(last) {
		to := time.Date(from.Year(), (from.Month()-1)/6*6+7, 0, 0, 0, 0, 0, time.UTC)
		if to.After(last) {
			to = last
		}
		days := int(to.Sub(from).Hours()/24) + 1
		amount := principal.Mul(number("11.27")).Mul(decimal.NewFromInt(int64(days))).DivRound(decimal.NewFromInt(36500), 2)
		interest = interest.Add(amount)
		periods = append(periods, object{"from": from.Format(time.DateOnly), "to": to.Format(time.DateOnly), "days": days, "principal": principal.StringFixed(2),
			"baseRate": "2.27", "points": "9", "rate": "11.27", "amount": amount.StringFixed(2)})
		from = to.AddDate(0, 0, 1)
	}
	return replyWith(http.StatusOK, object{"asOf": last.Format(time.DateOnly), "currency": invoice["currency"], "principal": principal.StringFixed(2), "costs": "0.00",
		"interest": interest.StringFixed(2), "total": principal.Add(interest).StringFixed(2), "periods": periods, "basis": "§ 288 (2) BGB", "dayCount": "act/365", "rateUnconfirmed": false})
}

func found(v object) *reply {
	if v == nil {
		return refusal(http.StatusNotFound, "ERR_NOT_FOUND")
	}
	return replyWith(http.StatusOK, v)
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
