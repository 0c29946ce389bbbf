package variant_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/internal/bench/variant"
	"github.com/dunwell/dunwell/internal/bench/workload"
)

// available are the variants this test was built with. TestGenerated of the module's root runs it with all.
func available(t *testing.T) map[string]http.Handler {
	t.Helper()
	handlers := make(map[string]http.Handler)
	for _, name := range variant.Names {
		h, err := variant.New(name)
		if err != nil && name == variant.Ogen {
			t.Log(err)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		handlers[name] = h
	}
	return handlers
}

func answer(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// A comparison is worth something only if all do the same work.
func TestSameAnswers(t *testing.T) {
	handlers := available(t)
	for _, load := range workload.All {
		var want any
		if err := json.Unmarshal(answer(handlers[variant.Ours], load.Request()).Body.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		for name, h := range handlers {
			var got any
			w := answer(h, load.Request())
			// ogen leaves the milliseconds out when they are 0, whatever the contract's pattern says.
			text := strings.ReplaceAll(w.Body.String(), "T00:00:00Z", "T00:00:00.000Z")
			if err := json.Unmarshal([]byte(text), &got); err != nil || w.Code != http.StatusOK {
				t.Errorf("%s/%s: %d, %v: %s", load.Name, name, w.Code, err, w.Body)
				continue
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s/%s:\n got %v\nwant %v", load.Name, name, got, want)
			}
		}
	}
}

func TestCredentialsAreChecked(t *testing.T) {
	for name, h := range available(t) {
		for _, load := range workload.All {
			r := load.Request()
			r.SetBasicAuth(benchload.User, "wrong")
			if w := answer(h, r); w.Code < 400 || w.Code >= 500 {
				t.Errorf("%s/%s: %d", load.Name, name, w.Code)
			}
		}
	}
}

func TestInvalidInvoices(t *testing.T) {
	for name, h := range available(t) {
		for what, change := range map[string][2]string{
			"unknown field":     {`"currency":`, `"curency":`},
			"pattern":           {`"EUR"`, `"eur"`},
			"enum":              {`"CT"`, `"XX"`},
			"amount, last line": {`"119.95"`, `"119.950000"`},
		} {
			body := strings.Replace(string(benchload.Invoice()), change[0], change[1], 1)
			w := answer(h, benchload.Put(strings.NewReader(body)))
			if valid := w.Code == http.StatusOK; valid != (name == variant.Unvalidated) {
				t.Errorf("%s, %s: %d %s", name, what, w.Code, w.Body)
			}
		}
	}
}
