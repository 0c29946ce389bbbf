package impl_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

func TestNoSandbox(t *testing.T) {
	each(t, func(w *world) {
		w.do(get("/sandbox/clock")).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.do(put("/sandbox/clock", `{"now": "2027-01-01"}`)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
	})
}

func TestSandboxClock(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			still, file := storetest.NewClock(), filepath.Join(t.TempDir(), "clock")
			clock, err := app.NewSandboxClock(still.Now, file)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, servertest.Config{Engine: engine, Day: still, Clock: clock})
			w.customer()
			w.draft("RE1")
			w.do(upload("RE1", imported("a.eml", "email", eml("a"))...)).is(http.StatusOK)
			link := w.communications("RE1")[0].(object)["publicUrl"].(string)

			if got := w.do(get("/sandbox/clock")).is(http.StatusOK).object(); got["now"] != "2026-03-02T09:30:00.000Z" {
				w.Errorf("now %v", got)
			}
			if got := w.do(put("/sandbox/clock", `{"now": "2026-05-01T12:00:00.000+02:00"}`)).is(http.StatusOK).object(); got["now"] != "2026-05-01T10:00:00.000Z" {
				w.Errorf("moved to %v", got)
			}
			w.follow(link).refused(http.StatusForbidden, "ERR_FORBIDDEN")
			w.do(post("/invoices/RE1/commitInvoice", `{}`)).is(http.StatusOK)
			if inv := w.do(get("/invoices/RE1")).object(); inv["issued"] != "2026-05-01T00:00:00.000Z" {
				w.Errorf("issued %v", inv["issued"])
			}
			back := w.do(put("/sandbox/clock", `{"now": "2026-04-30"}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
			if !slices.Equal(back.fields(), []string{"now"}) || len(back.hints()) != 1 {
				w.Errorf("%+v", back)
			}
			// The difference of two times has an end, and the clock must not stop there while it says that it is elsewhere.
			far := w.do(put("/sandbox/clock", `{"now": "9999-12-31"}`)).refused(http.StatusBadRequest, "ERR_INVALID_VALUE")
			if !slices.Equal(far.fields(), []string{"now"}) || len(far.hints()) != 1 {
				w.Errorf("%+v", far)
			}
			again, err := app.NewSandboxClock(still.Now, file)
			w.no(err)
			if !again.Now().Equal(clock.Now()) {
				w.Errorf("after a restart it is %s", again.Now())
			}
		})
	}
}
