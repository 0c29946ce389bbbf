package conformance

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// drawnLaw tries what single boundaries do not: many fields at once.
var drawnLaw = Law{Name: "shapes.together", Source: "schemas of each operation", each: mayDraw, check: takesDrawn,
	Says: "A request with any number of valid fields at once is never a fault of the server, and is refused by naming fields with hints."}

func mayDraw(o *validate.Operation) bool { return takesJSON(o) && maySendAnything(o) }

// takesDrawn sends drawn bodies. One that is not answered as it should is made smaller as long as that stays so.
func takesDrawn(t *trial) {
	schema := t.bodySchema(t.op, "application/json")
	for range t.config.Cases {
		drawn := draw(schema, t.random, 0)
		if a := t.sendDrawn(drawn); mayBeDrawn(t.op, a) {
			continue
		}
		smallest := t.shrink(drawn)
		if a := t.sendDrawn(smallest); !mayBeDrawn(t.op, a) {
			t.stop("success, or a refusal with a hint for each field", a.came(), a.exchange)
		}
		t.stop("success, or a refusal with a hint for each field", "something else, but only sometimes")
	}
}

// sendDrawn sends a body to something of its own.
func (t *trial) sendDrawn(content string) *answer {
	t.fresh()
	path := t.existing(t.op)
	t.begin("a drawn body")
	return t.call(t.op.ID, of(path...), body(content))
}

func mayBeDrawn(o *validate.Operation, a *answer) bool {
	switch {
	case a.status/100 == 2:
		return true
	case a.status == http.StatusNotImplemented:
		return documents(o, a.status)
	}
	return a.status < 500 && documents(o, a.status) && hinted(a)
}

// draw gives a body with about half of the fields there may be.
func draw(s *openapi3.Schema, random *rand.Rand, depth int) string {
	alternatives := resolve(s).alternatives
	one := alternatives[random.IntN(len(alternatives))]
	switch {
	case isType(one, "object") && len(one.Properties) > 0:
		var members []member
		for _, name := range properties(one) {
			if !slices.Contains(naming, name) && (slices.Contains(one.Required, name) || depth < maxNesting && random.IntN(2) == 0) {
				members = append(members, member{name, draw(one.Properties[name].Value, random, depth+1)})
			}
		}
		return skeleton(one, members)
	case isType(one, "array") && one.Items != nil && !one.UniqueItems:
		most := 3
		if one.MaxItems != nil {
			most = min(most, int(*one.MaxItems))
		}
		elements := make([]string, int(one.MinItems)+random.IntN(max(1, most-int(one.MinItems)+1)))
		for i := range elements {
			elements[i] = draw(one.Items.Value, random, depth+1)
		}
		return "[" + strings.Join(elements, ",") + "]"
	}
	values := boundaryValues(s)
	return values[random.IntN(len(values))].json
}

// maxShrinking is how many smaller bodies are tried.
const maxShrinking = 200

// shrink gives the smallest body found that is still not answered as it should: without members and elements that do
// not matter, and with short texts.
func (t *trial) shrink(content string) string {
	whole, ok := decode([]byte(content))
	if !ok {
		return content
	}
	for tries := 0; tries < maxShrinking; {
		smaller := false
		for candidate := range smallerValues(whole) {
			if tries++; tries > maxShrinking {
				break
			}
			if a := t.sendDrawn(string(encode(candidate))); !mayBeDrawn(t.op, a) {
				whole, smaller = candidate, true
				break
			}
		}
		if !smaller {
			break
		}
	}
	return string(encode(whole))
}
