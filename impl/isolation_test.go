package impl_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
)

func mustJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// owned is where there is one of everything of acme's: customer K1, invoice RE1 with a document, credit note GS1, a hold, and run 1.
func (w *world) owned() (path map[string]string) {
	w.Helper()
	w.credited()
	w.do(upload("RE1", imported("a.eml", "email", eml("a"))...)).is(http.StatusOK)
	path = maps.Clone(inPath)
	path["id"] = w.communications("RE1")[0].(object)["id"].(string)
	path["hold"] = w.do(post("/dunning/holds", `{"invoice": "RE1", "kind": "block", "reason": "Wait."}`)).is(http.StatusCreated).object()["id"].(string)
	w.do(post("/dunning/runs", `{"dryRun": true}`)).is(http.StatusOK)
	return path
}

// Whatever operation names something of another merchant's does not find it, and changes nothing.
func TestIsolation(t *testing.T) {
	missing, err := os.ReadFile("testdata/not_offered.golden")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(w *world) {
		path := w.owned()
		before := w.everything()
		named, listed := 0, 0
		for _, o := range operations() {
			c := o.call(path).as(rival)
			if strings.HasPrefix(o.path, "/transactions/{id}") { // another id than that of a document
				c.path = strings.ReplaceAll(o.path, "{id}", "1")
			}
			switch {
			case strings.Contains(string(missing), o.OperationID+" "), strings.HasPrefix(o.path, "/sandbox"):
			case o.OperationID == "upsertIdentity": // a PUT of one that is not there creates it, see below
			case strings.Contains(o.path, "{"):
				named++
				w.do(c).refused(http.StatusNotFound, "ERR_NOT_FOUND")
				w.do(c.once("k"+o.OperationID)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
			case o.method == http.MethodGet:
				listed++
				if rows := w.do(c).references(); len(rows) != 0 {
					w.Errorf("%s shows %v", o.OperationID, rows)
				}
			}
		}
		if named != 24 || listed != 6 {
			w.Errorf("%d operations name something, %d list", named, listed)
		}
		w.unchangedBut(before, "idempotency [rival k") // the refusals that were kept under the rival's own keys

		w.do(put("/identities/K1", `{"number": "R-1"}`).as(rival)).is(http.StatusCreated)
		if number := w.do(get("/identities/K1")).object()["number"]; number != "C-1" {
			w.Errorf("acme's customer has number %v", number)
		}
		w.do(post("/identities/K1/invoices", `{"reference": "RE1"}`).as(rival)).is(http.StatusCreated)
		w.do(get("/invoices/RE1/documents").as(rival)).is(http.StatusOK)
		if got := w.do(get("/invoices/RE1").as(rival)).object(); got["total"] != "0.00" {
			w.Errorf("the rival's own is %v", got)
		}
	})
}
