package validate

import "github.com/getkin/kin-openapi/openapi3"

// compiler turns schemas into nodes.
type compiler struct {
	mode  mode
	nodes map[*openapi3.Schema]*node
}

func newCompiler(m mode) *compiler {
	return &compiler{mode: m, nodes: make(map[*openapi3.Schema]*node)}
}

func (c *compiler) compile(s *openapi3.Schema) *node { return &node{} }

type node struct{}

func (n *node) accepts(data []byte) bool { return false }

func (n *node) acceptsText(text string) bool { return false }
