package conformance

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/api/validate"
)

// Drawn bodies fit their schemas, whatever the seed.
func TestDrawnBodiesFit(t *testing.T) {
	s := offline(t)
	var schemas []*openapi3.Schema
	var ids []string
	for _, o := range s.contract.Operations() {
		if schema := s.bodySchema(o, "application/json"); schema != nil {
			schemas, ids = append(schemas, schema), append(ids, o.ID)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(schemas)-1).Draw(t, "operation")
		drawn := draw(schemas[i], rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), 0)
		if err := validate.Value(schemas[i], false, []byte(drawn)); err != nil {
			t.Fatalf("%s: %v\n%s", ids[i], err, drawn)
		}
	})
}

// What is smaller is never larger, so shrinking ends.
func TestSmallerIsSmaller(t *testing.T) {
	v, _ := decode([]byte(`{"a":[1,"two",{"b":null}],"c":"text","d":{}}`))
	for smaller := range smallerValues(v) {
		if got, was := encode(smaller), encode(v); len(got) >= len(was) || !json.Valid(got) {
			t.Errorf("%s is not smaller than %s", got, was)
		}
	}
}

// A fault that needs two fields is shown with these two, and nothing else.
func TestFaultsAreShownSmall(t *testing.T) {
	c := ours(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			content := peek(r)
			if r.Method == http.MethodPost && strings.Contains(content, `"label"`) && strings.Contains(content, `"ordernumber"`) {
				refuseAll(http.StatusInternalServerError, "ERR_INTERNAL")(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	c.Only = []string{"shapes.together"}
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	small := regexp.MustCompile(`--data-binary '\{"label":"[^"]?","ordernumber":"[^"]?"\}'`)
	for _, name := range []string{"shapes.together/createInvoice", "answers.fault/createInvoice"} {
		i := slices.IndexFunc(report.Results, func(r Result) bool { return r.Name() == name })
		if i < 0 || report.Results[i].Outcome != Failed {
			t.Fatalf("%s did not fail: %s", name, report.Summary())
		}
		if curl := report.Results[i].Failures[0].Curl; !small.MatchString(curl) {
			t.Errorf("%s is shown as\n%s", name, curl)
		}
	}
}
