package conformance

import (
	"net/http"
	"sync"
	"time"
)

var idempotencyMutants = []mutant{
	{name: "keys ignored", breaks: "idempotency.replayed idempotency.parallel idempotency.refusal idempotency.reused idempotency.syntax",
		fault: requests("POST", anywhere, func(r *http.Request) { r.Header.Del("Idempotency-Key") })},
	{name: "kept answers not marked", breaks: "idempotency.replayed",
		fault: answers("POST", anywhere, func(_ http.Handler, _ *http.Request, a *reply) { a.header.Del("Idempotent-Replayed") })},
	{name: "kept answers written anew", breaks: "idempotency.replayed",
		fault: answers("POST", anywhere, func(_ http.Handler, _ *http.Request, a *reply) {
			if a.header.Get("Idempotent-Replayed") != "" {
				a.body = append(a.body, ' ')
			}
		})},
	{name: "kept answers without their ETag", breaks: "idempotency.replayed",
		fault: answers("POST", anywhere, func(_ http.Handler, _ *http.Request, a *reply) {
			if a.header.Get("Idempotent-Replayed") != "" {
				a.header.Del("ETag")
			}
		})},
	{name: "first answers marked as kept", breaks: "idempotency.replayed",
		fault: answers("POST", anywhere, func(_ http.Handler, r *http.Request, a *reply) {
			if r.Header.Get("Idempotency-Key") != "" && a.status < 300 {
				a.header.Set("Idempotent-Replayed", "true")
			}
		})},
	{name: "a key taken for any request", breaks: "idempotency.reused", fault: withoutKeyIf(func(a *reply) bool { return a.status == http.StatusUnprocessableEntity })},
	{name: "refusals not kept", breaks: "idempotency.refusal", fault: withoutKeyIf(func(a *reply) bool { return a.status >= 400 && a.header.Get("Idempotent-Replayed") != "" })},
	{name: "invalid requests kept", breaks: "idempotency.invalid", fault: keepsInvalid},
	{name: "a race between two under one key", breaks: "idempotency.parallel", fault: racing},
	{name: "keys of all merchants in one table", breaks: "idempotency.merchants", also: "answers.documented: what is kept is another operation's answer", fault: sharedKeys},
	{name: "long keys cut", breaks: "idempotency.syntax",
		fault: requests("POST", anywhere, func(r *http.Request) {
			if key := r.Header.Get("Idempotency-Key"); len(key) > 255 {
				r.Header.Set("Idempotency-Key", key[:255])
			}
		})},
	{name: "one effect for all requests alike", breaks: "idempotency.without", fault: oneEffect},
}

// withoutKeyIf does what was asked for once more, without its key, when the answer is such.
func withoutKeyIf(such func(*reply) bool) fault {
	return answers("POST", anywhere, func(honest http.Handler, r *http.Request, a *reply) {
		if r.Header.Get("Idempotency-Key") != "" && such(a) {
			r.Header.Del("Idempotency-Key")
			*a = *ask(honest, r)
		}
	})
}

// keepsInvalid gives 400 under a key for ever.
func keepsInvalid(honest http.Handler) http.Handler {
	var kept sync.Map
	return answers("POST", anywhere, func(_ http.Handler, r *http.Request, a *reply) {
		key := r.Header.Get("Idempotency-Key")
		if was, found := kept.Load(key); found {
			*a = *was.(*reply)
		} else if key != "" && a.status == http.StatusBadRequest {
			kept.Store(key, &reply{a.status, a.header.Clone(), a.body})
		}
	})(honest)
}

// racing lets two requests under one key look for it before either has stored it. Whoever comes alone waits a moment for
// another.
func racing(honest http.Handler) http.Handler {
	var mu sync.Mutex
	waiting := map[string]chan struct{}{}
	meet := func(key string) (second bool) {
		mu.Lock()
		if other, found := waiting[key]; found {
			delete(waiting, key)
			mu.Unlock()
			close(other)
			return true
		}
		alone := make(chan struct{})
		waiting[key] = alone
		mu.Unlock()
		select {
		case <-alone:
		case <-time.After(5 * time.Second):
		}
		return false
	}
	return requests("POST", anywhere, func(r *http.Request) {
		if key := r.Header.Get("Idempotency-Key"); key != "" && meet(key) {
			r.Header.Del("Idempotency-Key")
		}
	})(honest)
}

// sharedKeys answers by key alone.
func sharedKeys(honest http.Handler) http.Handler {
	var kept sync.Map
	return answers("POST", anywhere, func(_ http.Handler, r *http.Request, a *reply) {
		key := r.Header.Get("Idempotency-Key")
		if was, found := kept.Load(key); found {
			*a = reply{was.(*reply).status, was.(*reply).header.Clone(), was.(*reply).body}
			a.header.Set("Idempotent-Replayed", "true")
		} else if key != "" && a.status < 300 {
			kept.Store(key, &reply{a.status, a.header.Clone(), a.body})
		}
	})(honest)
}

// oneEffect takes every request for a repetition of one that was alike.
func oneEffect(honest http.Handler) http.Handler {
	return requests("POST", "/identities/*/invoices", func(r *http.Request) {
		if r.Header.Get("Idempotency-Key") == "" {
			r.Header.Set("Idempotency-Key", "derived-from-the-path-"+r.URL.Path[len("/api/identities/"):])
		}
	})(honest)
}
