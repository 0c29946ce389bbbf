package lint

import (
	"bytes"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// Document is an OpenAPI document with all that its references lead to.
type Document struct {
	*openapi3.T // nil when the document cannot be read

	file   string
	tree   *yaml.Node // the document itself, in the order it is written
	broken []Finding  // why T is nil
}

// Reader gives the bytes of a file that a document is written in. For the document itself and for what it refers to, it is
// asked with a path or a URL.
type Reader func(*url.URL) ([]byte, error)

// Load reads the document of that name. The error is the reader's; what is wrong with the document is for Spec to say.
func Load(name string, read Reader) (*Document, error) {
	location := &url.URL{Path: filepath.ToSlash(name)}
	data, err := read(location)
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, u *url.URL) ([]byte, error) {
		data, err := read(u)
		return lined(data), err
	}
	return parse(name, data, func(data []byte) (*openapi3.T, error) { return loader.LoadFromDataWithPath(data, location) }), nil
}

// Parse reads a document that is in one file. Its name is what findings are told by.
func Parse(name string, data []byte) *Document {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	return parse(name, data, func(data []byte) (*openapi3.T, error) {
		return loader.LoadFromDataWithPath(data, &url.URL{Path: filepath.ToSlash(name)})
	})
}

func parse(name string, data []byte, load func([]byte) (*openapi3.T, error)) *Document {
	d := &Document{file: name, tree: new(yaml.Node)}
	r := &report{file: name}
	defer func() { d.broken = r.sorted() }()
	if err := yaml.Unmarshal(data, d.tree); err != nil {
		r.at(lineOf(err), "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return d
	}
	if len(d.tree.Content) == 0 {
		r.at(1, "the document is empty")
		return d
	}
	doc, err := load(lined(data))
	switch {
	case err != nil && !r.dangling(d.tree):
		r.at(1, "%s", firstLine(err))
	case err == nil && (doc.Components == nil || doc.Paths == nil || doc.Info == nil):
		r.at(1, "the document has no info, no paths or no components")
	case err == nil:
		d.T = doc
	}
	return d
}

// at reports what keeps the document from being read.
func (r *report) at(line int, format string, args ...any) {
	r.add(Finding{File: r.file, Line: line, Column: 1, Severity: Error, Rule: ruleOpenAPI, Message: fmt.Sprintf(format, args...)})
}

// lined makes the loader read JSON as the YAML it also is: it notes lines for YAML only, and takes everything for JSON
// that is. A comment at the end is enough to tell them apart.
func lined(data []byte) []byte {
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		return slices.Concat(data, []byte("\n#"))
	}
	return data
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

func lineOf(err error) int {
	if found := yamlLine.FindStringSubmatch(err.Error()); found != nil {
		if line, err := strconv.Atoi(found[1]); err == nil {
			return max(line, 1)
		}
	}
	return 1
}

// firstLine leaves out the schema and the value that kin-openapi prints below its messages.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return strings.TrimSuffix(line, ":")
}

// dangling reports the references within the document that lead nowhere, and says whether there are any: the loader tells
// of the first only, and not where it stands.
func (r *report) dangling(tree *yaml.Node) bool {
	before := len(r.findings)
	root := tree.Content[0]
	walkNodes(root, func(n *yaml.Node) {
		ref := child(n, "$ref")
		if ref == nil || !strings.HasPrefix(ref.Value, "#/") {
			return
		}
		at := root
		for _, token := range strings.Split(ref.Value[2:], "/") {
			at = step(at, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		}
		if at == nil {
			r.add(Finding{File: r.file, Line: ref.Line, Column: ref.Column, Severity: Error, Rule: ruleOpenAPI, Message: "nothing is at " + ref.Value})
		}
	})
	return len(r.findings) > before
}

// step goes one token of a JSON pointer down.
func step(n *yaml.Node, token string) *yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return child(n, token)
	}
	if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) {
		return n.Content[i]
	}
	return nil
}

func walkNodes(n *yaml.Node, visit func(*yaml.Node)) {
	visit(n)
	for _, c := range n.Content {
		walkNodes(c, visit)
	}
}

// child gives the value under a key of a mapping, in the document as written.
func child(mapping *yaml.Node, key string) *yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// keys gives the keys of a mapping in the order they are written.
func keys(mapping *yaml.Node) []string {
	var all []string
	for i := 0; mapping != nil && i+1 < len(mapping.Content); i += 2 {
		all = append(all, mapping.Content[i].Value)
	}
	return all
}
