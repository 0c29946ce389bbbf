package validate

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
)

// namedBody is one JSON body of a document.
type namedBody struct {
	name string
	*jsonBody
}

// allBodies gives every JSON body, of requests and responses, of both documents.
func allBodies(t testing.TB) []namedBody {
	t.Helper()
	var all []namedBody
	for i, c := range []*Contract{newContract(t), realContract(t)} {
		name := []string{"testdata", "api"}[i]
		for _, o := range c.Operations() {
			if o.body != nil {
				all = append(all, namedBody{name + " " + o.ID, o.body})
			}
			for _, status := range sortedKeys(o.responses) {
				r := o.responses[status]
				for _, media := range sortedKeys(r.content) {
					if b := r.bodies[r.content[media]]; b != nil {
						all = append(all, namedBody{name + " " + o.ID + " " + status, b})
					}
				}
			}
		}
	}
	return all
}

// decideIndependently says whether kin-openapi accepts data, and whether it is JSON without any of the faults that
// additions.go names, by other means than this package's.
func decideIndependently(b *jsonBody, data []byte) (kin, strict error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return err, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value")
	}
	if !jsontext.Value(data).IsValid() { // refuses duplicates and what is not UTF-8
		return nil, fmt.Errorf("jsontext refuses it")
	}
	options := []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidators(kinFormats), openapi3.VisitAsRequest()}
	if b.mode == asResponse {
		options[1] = openapi3.VisitAsResponse()
	}
	return b.schema.VisitJSON(value, options...), strictness(value, 0)
}

// strictness looks for what additions.go refuses and jsontext takes.
func strictness(value any, depth int) error {
	switch value := value.(type) {
	case string:
		if strings.ContainsRune(value, 0) {
			return fmt.Errorf("NUL")
		}
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(string(value)), "e")
		if e := new(big.Int); exponent != "" {
			e.SetString(exponent, 10)
			if e.CmpAbs(big.NewInt(maxExponent)) > 0 {
				return fmt.Errorf("exponent of %s", value)
			}
		}
		if len(value) > maxNumberBytes {
			return fmt.Errorf("length of %s", value)
		}
	case []any:
		for _, element := range value {
			if err := strictness(element, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, member := range value {
			for other := range value {
				if name != other && strings.EqualFold(name, other) {
					return fmt.Errorf("twins %q and %q", name, other)
				}
			}
			if err := strictness(name, depth); err != nil {
				return err
			}
			if err := strictness(member, depth+1); err != nil {
				return err
			}
		}
	}
	if depth > MaxDepth {
		return fmt.Errorf("too deep")
	}
	return nil
}

// tally counts what an experiment came to.
type tally struct{ all, kin, compiled atomic.Int64 }

func (n *tally) add(m *tally) {
	n.all.Add(m.all.Load())
	n.kin.Add(m.kin.Load())
	n.compiled.Add(m.compiled.Load())
}

func (n *tally) String() string {
	return fmt.Sprintf("%d texts: kin-openapi and the additions accept %d, compiled accepts %d", n.all.Load(), n.kin.Load(), n.compiled.Load())
}

// compare holds the compiled validator, the slow path and kin-openapi against each other.
func compare(t testing.TB, b namedBody, data []byte, n *tally) {
	kin, strict := decideIndependently(b.jsonBody, data)
	valid := kin == nil && strict == nil
	n.all.Add(1)
	if valid {
		n.kin.Add(1)
	}
	if b.node.accepts(data) {
		n.compiled.Add(1)
		if !valid {
			t.Fatalf("%s: compiled accepts %q\nkin-openapi: %v\nadditions: %v", b.name, data, kin, strict)
		}
	}
	violations := b.decide(data, InBody, "")
	if valid && onlyIntegers(violations) { // an addition that needs the schema to be seen
		if b.node.accepts(data) {
			t.Fatalf("%s: compiled accepts %q\nslow path: %+v", b.name, data, violations)
		}
		return
	}
	if valid != (len(violations) == 0) {
		t.Fatalf("%s: %q\nkin-openapi: %v\nadditions: %v\nslow path: %+v", b.name, data, kin, strict, violations)
	}
	if len(violations) > MaxViolations {
		t.Fatalf("%d violations", len(violations))
	}
	for _, v := range violations {
		if v.Rule == "" || v.Error == "" || v.Hint == "" || strings.Contains(v.Error+v.Hint, "openapi") || strings.Contains(v.Error+v.Hint, "interface") {
			t.Fatalf("%s: %q: %+v", b.name, data, v)
		}
	}
}

func onlyIntegers(v Violations) bool {
	return len(v) > 0 && !slices.ContainsFunc(v, func(one Violation) bool { return one.Rule != RuleInteger })
}

// FuzzAcceptsOnlyWhatKinAccepts draws bodies from the schemas themselves, spoils most of them a little, and compares.
func FuzzAcceptsOnlyWhatKinAccepts(f *testing.F) {
	bodies := allBodies(f)
	var n tally
	f.Cleanup(func() { f.Log(n.String()) })
	for i := range 1000 {
		f.Add(binary.BigEndian.AppendUint32(nil, uint32(i*2654435761)))
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		g := newGenerator(choices)
		b := bodies[g.below(len(bodies))]
		g.mode, g.wild = b.mode, g.chance(2)
		text := g.value(b.schema, 0)
		if g.chance(2) {
			text = g.mutate(text)
		}
		compare(t, b, []byte(text), &n)
	})
}

// FuzzRaw compares on arbitrary bytes, beginning with odd ones.
func FuzzRaw(f *testing.F) {
	bodies := allBodies(f)
	var n tally
	f.Cleanup(func() { f.Log(n.String()) })
	for _, text := range odd {
		f.Add([]byte(text), uint16(0))
		f.Add([]byte(`{"id":1,"kind":"small","amount":1,"anything":`+text+`}`), uint16(0))
		f.Add([]byte(`{"meta":`+text+`}`), uint16(7))
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint16) {
		compare(t, bodies[int(which)%len(bodies)], data, &n)
	})
}

// TestCompiledAcceptsWhatIsValid shows that the compiled validator is of use: of the real contract it takes every
// valid body itself.
func TestCompiledAcceptsWhatIsValid(t *testing.T) {
	var all tally
	for _, b := range allBodies(t) {
		var n tally
		t.Run(b.name, func(t *testing.T) {
			for i := range 50 {
				g := newGenerator(binary.BigEndian.AppendUint32(nil, uint32(i)))
				g.mode = b.mode
				compare(t, b, []byte(g.value(b.schema, 0)), &n)
			}
			if strings.HasPrefix(b.name, "api ") {
				if n.compiled.Load() < n.kin.Load() {
					t.Error(n.String())
				}
				all.add(&n)
			}
		})
	}
	if all.kin.Load() < all.all.Load()/2 {
		t.Error("the generator mostly draws what is not valid")
	}
	t.Log("the real contract:", &all)
}
