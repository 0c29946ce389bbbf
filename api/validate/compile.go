package validate

import (
	"math"

	"github.com/getkin/kin-openapi/openapi3"
)

// compiler turns schemas into nodes, each once. What it cannot compile becomes a node that accepts nothing, which
// leaves the value to kin-openapi.
type compiler struct {
	mode     mode
	tolerant bool // see NewTolerant
	nodes    map[*openapi3.Schema]*node
}

func newCompiler(m mode) *compiler {
	return &compiler{mode: m, nodes: make(map[*openapi3.Schema]*node)}
}

// compile gives the node of a schema. While a recursive schema is being compiled, its node is handed out unfinished.
func (c *compiler) compile(s *openapi3.Schema) *node {
	if s == nil {
		return &node{never: true}
	}
	if n := c.nodes[s]; n != nil {
		return n
	}
	n := &node{nullable: s.Nullable, kinds: anyKind}
	c.nodes[s] = n
	if s.Not != nil || s.Discriminator != nil || s.UniqueItems || s.Always != nil || s.Type != nil && len(*s.Type) != 1 {
		n.never = true
		return n
	}
	if s.Type != nil {
		n.kinds = kindsByType[(*s.Type)[0]]
	}
	c.combine(n, s)
	compileEnum(n, s)
	compileText(n, s)
	compileNumber(n, s)
	c.compileArray(n, s)
	c.compileObject(n, s)
	n.bare = len(n.all)+len(n.any) > 0 && n.kinds == anyKind && n.enum == nil &&
		n.text == nil && n.number == nil && n.array == nil && n.object == nil
	return n
}

var kindsByType = map[string]kinds{
	openapi3.TypeString: kindString, openapi3.TypeNumber: kindNumber, openapi3.TypeInteger: kindNumber,
	openapi3.TypeBoolean: kindBoolean, openapi3.TypeArray: kindArray, openapi3.TypeObject: kindObject,
}

// combine compiles allOf, anyOf and oneOf. Schemas of oneOf are compiled if their types tell them apart: then no
// value matches two, and one that accepts is the only one.
func (c *compiler) combine(n *node, s *openapi3.Schema) {
	for _, ref := range s.AllOf {
		n.all = append(n.all, c.compile(ref.Value))
	}
	for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
		if len(refs) == 0 {
			continue
		}
		var group []*node
		for _, ref := range refs {
			group = append(group, c.compile(ref.Value))
		}
		n.any = append(n.any, group)
	}
	n.never = n.never || !exclusive(s.OneOf)
}

func exclusive(refs openapi3.SchemaRefs) bool {
	var taken kinds
	nulls := 0
	for _, ref := range refs {
		s := ref.Value
		if s == nil || s.Type == nil || len(*s.Type) != 1 {
			return false
		}
		kind := kindsByType[(*s.Type)[0]]
		if s.Nullable {
			nulls++
		}
		if kind == 0 || taken&kind != 0 || nulls > 1 {
			return false
		}
		taken |= kind
	}
	return true
}

func compileEnum(n *node, s *openapi3.Schema) {
	if len(s.Enum) == 0 {
		return
	}
	n.enum = &enum{}
	for _, v := range s.Enum {
		switch v := v.(type) {
		case string:
			n.enum.texts = append(n.enum.texts, v)
		case float64:
			n.enum.numbers = append(n.enum.numbers, v)
		case bool:
			n.enum.yes, n.enum.no = n.enum.yes || v, n.enum.no || !v
		}
	}
}

func compileText(n *node, s *openapi3.Schema) {
	if n.kinds&kindString == 0 {
		return
	}
	r := &textRules{min: int(min(s.MinLength, math.MaxInt32)), max: upTo(s.MaxLength)}
	if s.Format != "" {
		r.format = formats[s.Format]
		if r.format == nil && openapi3.SchemaStringFormats[s.Format] != nil {
			n.never = true
		}
	}
	if s.Pattern != "" {
		p, err := newPattern(s.Pattern)
		if err != nil {
			n.never = true
		}
		r.pattern = p
	}
	r.anyPlain = r.min <= 1 && r.format == nil && (r.pattern == nil || r.pattern.takesPlain())
	if r.min > 0 || r.max >= 0 || r.format != nil || r.pattern != nil {
		n.text = r
	}
}

// upTo gives a bound as int, -1 if there is none.
func upTo(bound *uint64) int {
	if bound == nil {
		return -1
	}
	return int(min(*bound, math.MaxInt32))
}

func compileNumber(n *node, s *openapi3.Schema) {
	if n.kinds&kindNumber == 0 {
		return
	}
	r := &numberRules{min: s.Min, max: s.Max, decimals: -1,
		exclusiveMin: s.ExclusiveMin.IsTrue(), exclusiveMax: s.ExclusiveMax.IsTrue()}
	if s.ExclusiveMin.Value != nil || s.ExclusiveMax.Value != nil {
		n.never = true // OpenAPI 3.1's, which a document of 3.0 should not have
	}
	if s.MultipleOf != nil {
		r.decimals = tenthPower(*s.MultipleOf)
		n.never = n.never || r.decimals < 0
	}
	if r.integer = s.Type.Is(openapi3.TypeInteger); r.integer {
		r.maxDigits = 18 // what has more may not fit an int64
	}
	switch {
	case s.Format == "" || r.integer && s.Format == "int64":
	case r.integer && s.Format == "int32":
		r.maxDigits = 9
	case r.integer && openapi3.SchemaIntegerFormats[s.Format] != nil, !r.integer && openapi3.SchemaNumberFormats[s.Format] != nil:
		n.never = true
	}
	if r.integer || r.min != nil || r.max != nil || r.decimals >= 0 {
		n.number = r
	}
}

// tenthPower gives k if f is 10 to the power of -k, -1 if it is no such number.
func tenthPower(f float64) int {
	for k, power := range []float64{1, 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001} {
		if f == power {
			return k
		}
	}
	return -1
}

func (c *compiler) compileArray(n *node, s *openapi3.Schema) {
	if n.kinds&kindArray == 0 || s.MinItems == 0 && s.MaxItems == nil && s.Items == nil {
		return
	}
	n.array = &arrayRules{min: int(min(s.MinItems, math.MaxInt32)), max: upTo(s.MaxItems)}
	if s.Items != nil {
		n.array.items = c.compile(s.Items.Value)
	}
}

func (c *compiler) compileObject(n *node, s *openapi3.Schema) {
	may := s.AdditionalProperties
	if n.kinds&kindObject == 0 || len(s.Properties)+len(s.Required) == 0 && s.MinProps == 0 && s.MaxProps == nil && may.Has == nil && may.Schema == nil {
		return
	}
	r := &objectRules{min: int(min(s.MinProps, math.MaxInt32)), max: upTo(s.MaxProps), closed: may.Has != nil && !*may.Has}
	if may.Schema != nil {
		r.extra = c.compile(may.Schema.Value)
	}
	for _, name := range sortedKeys(s.Properties) {
		p := s.Properties[name].Value
		if p == nil || !r.declare(name, c.compile(p)) {
			n.never = true
			return
		}
		r.properties[len(r.properties)-1].blocked = c.blocked(p)
	}
	for _, name := range s.Required {
		if p := s.Properties[name]; p == nil && (r.closed || !r.declare(name, r.extra)) {
			n.never = true
			return
		} else if p == nil || !c.blocked(p.Value) {
			r.required.add(r.position(name))
		}
	}
	r.index()
	n.object = r
}

// blocked says whether a property may not be sent in this direction, and need not be, even where it is required.
func (c *compiler) blocked(p *openapi3.Schema) bool {
	return c.mode == asRequest && p.ReadOnly || c.mode == asResponse && p.WriteOnly
}

// declare adds a property; false if there are too many, or one differs from it only in case.
func (r *objectRules) declare(name string, n *node) bool {
	p := property{name: name, hash: foldedName(name), node: n}
	for _, other := range r.properties {
		if other.hash == p.hash {
			return false
		}
	}
	r.properties = append(r.properties, p)
	return len(r.properties) <= maxProperties
}

func (r *objectRules) position(name string) int {
	for i, p := range r.properties {
		if p.name == name {
			return i
		}
	}
	return 0
}

// seal makes schemas that contain themselves without a step into the value, such as A: {allOf: [A]}, accept nothing;
// reading with them would not end.
func (c *compiler) seal() {
	for _, n := range c.nodes {
		if n.reaches(n, make(map[*node]bool)) {
			n.never = true
		}
	}
}

func (n *node) reaches(target *node, seen map[*node]bool) bool {
	if seen[n] {
		return false
	}
	seen[n] = true
	for _, branches := range append([][]*node{n.all}, n.any...) {
		for _, branch := range branches {
			if branch == target || branch.reaches(target, seen) {
				return true
			}
		}
	}
	return false
}
