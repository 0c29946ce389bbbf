package impl_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/dunwell/dunwell/gen/client"
	"github.com/dunwell/dunwell/gen/model"
)

// generated is the generated client of acme's.
func generated(w *world) *client.ClientWithResponses {
	c, err := client.NewClientWithResponses(w.URL, client.WithHTTPClient(w.client), client.WithRequestEditorFn(func(_ ctx, r *http.Request) error {
		r.SetBasicAuth(acme, password)
		return nil
	}))
	w.no(err)
	return c
}

func TestIdentity(t *testing.T) {
	each(t, func(w *world) {
		c := generated(w)
		created, err := c.CreateIdentityWithResponse(w.Context(), nil, model.IdentityCreate{})
		w.no(err)
		if created.JSON201 == nil || (*created.JSON201).Reference[0] != '_' || created.JSON201.Currency != "EUR" {
			w.Fatalf("created %s", created.Body)
		}
		read, err := c.GetIdentityWithResponse(w.Context(), created.JSON201.Reference)
		w.no(err)
		if string(read.Body) != string(created.Body) || read.HTTPResponse.Header.Get("ETag") != `"1"` {
			w.Errorf("read %s %v", read.Body, read.HTTPResponse.Header)
		}

		made := w.do(post("/identities", customer)).is(http.StatusCreated).object()
		for field, want := range map[string]any{"reference": "K1", "number": "C-1", "debtor": "10001", "kind": "incorporate", "currency": "EUR"} {
			if made[field] != want {
				w.Errorf("%s is %v", field, made[field])
			}
		}
		again := w.do(post("/identities", customer)).refused(http.StatusConflict, "ERR_UNIQUE_VIOLATION")
		if !slices.Equal(again.fields(), []string{"reference"}) || len(again.hints()) != 1 {
			w.Errorf("%+v", again)
		}
		if got := w.do(get("/identities?sort=-reference&query[kind]=incorporate&withTotal=true")).is(200).object(); got["total"] != 1.0 {
			w.Errorf("listed %v", got)
		}
	})
}

func TestUpsertIdentity(t *testing.T) {
	each(t, func(w *world) {
		const path = "/identities/K1"
		first := w.do(put(path, `{"name": {"company": "One"}, "meta": {"x": 12345678901234567890.10}}`)).is(http.StatusCreated)
		if first.header.Get("ETag") != `"1"` {
			w.Errorf("headers %v", first.header)
		}
		same := w.do(put(path, `{"reference": "K1", "name": {"company": "One"}}`)).is(http.StatusOK)
		if same.header.Get("ETag") != `"1"` || string(same.body) != string(first.body) {
			w.Errorf("nothing changed, and yet it answers %v %s", same.header, same.body)
		}
		w.Day.Advance(1e9)
		second := w.do(put(path, `{"name": {"lastname": "Two"}, "currency": "CHF"}`).with("If-Match", `"1"`)).is(http.StatusOK)
		got := second.object()
		if second.header.Get("ETag") != `"2"` || got["name"].(object)["company"] != "One" || got["name"].(object)["lastname"] != "Two" || got["currency"] != "CHF" {
			w.Errorf("changed %v %s", second.header, second.body)
		}
		before := w.everything()
		for _, tag := range []string{`"1"`, `W/"2"`, `"x"`, `"0"`, `"-2"`} {
			stale := w.do(put(path, `{"currency": "USD"}`).with("If-Match", tag)).refused(http.StatusPreconditionFailed, "ERR_PRECONDITION_FAILED")
			if !slices.Equal(stale.fields(), []string{"If-Match"}) {
				w.Errorf("%s: %+v", tag, stale)
			}
		}
		w.do(put("/identities/K2", `{}`).with("If-Match", `*`)).refused(http.StatusPreconditionFailed, "ERR_PRECONDITION_FAILED")
		w.do(put("/identities/K2", `{}`).with("If-Match", `"1"`)).refused(http.StatusPreconditionFailed, "ERR_PRECONDITION_FAILED")
		if e := w.do(put(path, `{"reference": "K3"}`)).refused(http.StatusBadRequest, "ERR_INVALID_VALUE"); !slices.Equal(e.fields(), []string{"reference"}) {
			w.Errorf("%+v", e)
		}
		w.unchanged(before)
		w.do(put(path, `{"currency": "USD"}`).with("If-Match", `*`)).is(http.StatusOK)
	})
}

// Many who create the same customer at once make one, and nobody is refused.
func TestUpsertIdentityConcurrently(t *testing.T) {
	each(t, func(w *world) {
		statuses := w.together(16, func(int) int { return w.do(put("/identities/K1", `{"currency": "CHF"}`)).status })
		created := 0
		for _, status := range statuses {
			switch status {
			case http.StatusCreated:
				created++
			case http.StatusOK:
			default:
				w.Errorf("status %d", status)
			}
		}
		if created != 1 {
			w.Errorf("created %d times", created)
		}
	})
}
