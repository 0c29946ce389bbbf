package impl_test

import (
	"fmt"
	"net/http"
	"testing"
)

// count is how often each status came.
func count(statuses []int) map[int]int {
	n := map[int]int{}
	for _, status := range statuses {
		n[status]++
	}
	return n
}

// Of many who change the same version, one does.
func TestUpdateConcurrently(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		statuses := count(w.together(10, func(i int) int {
			return w.do(put("/invoices/RE1", fmt.Sprintf(`{"label": "%d"}`, i)).with("If-Match", `"1"`)).status
		}))
		if statuses[http.StatusOK] != 1 || statuses[http.StatusPreconditionFailed] != 9 {
			w.Errorf("statuses %v", statuses)
		}
		// Without a version everybody does, one after the other.
		statuses = count(w.together(10, func(i int) int {
			return w.do(put("/invoices/RE1", fmt.Sprintf(`{"label": "again %d"}`, i))).status
		}))
		if tag := w.do(get("/invoices/RE1")).header.Get("ETag"); statuses[http.StatusOK] != 10 || tag != `"12"` || len(w.events("RE1")) != 12 {
			w.Errorf("statuses %v, version %s, events %v", statuses, tag, w.events("RE1"))
		}
	})
}

// A reference is given once, to whoever comes first.
func TestCreateConcurrently(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		statuses := count(w.together(10, func(int) int { return w.do(post("/identities/K1/invoices", `{"reference": "RE1"}`)).status }))
		if statuses[http.StatusCreated] != 1 || statuses[http.StatusConflict] != 9 {
			w.Errorf("statuses %v", statuses)
		}
		if got := w.events("RE1"); len(got) != 1 {
			w.Errorf("events %v", got)
		}
	})
}

// The same bytes, sent by many at once and to several invoices, are one file.
func TestImportConcurrently(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		w.draft("RE2")
		statuses := count(w.together(12, func(i int) int {
			return w.do(upload(fmt.Sprintf("RE%d", 1+i%2), imported("a.eml", "email", eml("a"))...)).status
		}))
		if statuses[http.StatusOK] != 12 || len(w.onDisk()) != 1 || len(w.communications("RE1")) != 6 || len(w.communications("RE2")) != 6 {
			w.Errorf("statuses %v, on disk %v", statuses, w.onDisk())
		}
		if files := w.tables()["files"]; len(files) != 1 {
			w.Errorf("files %v", files)
		}
	})
}

// Everything at once, in any order: nobody is refused for a reason of the database's.
func TestMixedConcurrently(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		calls := []call{
			post("/identities/K1/invoices", invoice), put("/identities/K1", `{"number": "1"}`), put("/identities/K1", `{"number": "2"}`), put("/invoices/RE1", `{"label": "a"}`),
			put("/invoices/RE1", `{"meta": {"a": 1}}`), upload("RE1", imported("a.eml", "email", eml("a"))...), get("/invoices"), get("/invoices/RE1/documents"), post("/identities", `{}`).once("k"),
		}
		for status := range count(w.together(5*len(calls), func(i int) int { return w.do(calls[i%len(calls)]).status })) {
			if status >= 300 {
				w.Errorf("status %d", status)
			}
		}
	})
}
