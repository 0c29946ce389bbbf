// Package bundle makes one self-contained file of an OpenAPI document that is written in several.
package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// Bundle is a document that refers to nothing outside itself.
type Bundle struct {
	Foreign bool // the document refers to other files, so that lines in the bundle are not those of any file

	written []byte // the document as it was written; nil if it was not one file of YAML
	doc     *openapi3.T
	tree    *yaml.Node // the document as it was written, for the order of things
}

// Load reads the document of that name, and what it refers to, by read; a path or a URL is asked for. The components it
// takes from other files get the names of their files. Two of one kind that get the same name are an error.
func Load(name string, read func(*url.URL) ([]byte, error)) (*Bundle, error) {
	location := &url.URL{Path: filepath.ToSlash(name)}
	data, err := read(location)
	if err != nil {
		return nil, err
	}
	b := &Bundle{tree: new(yaml.Node)}
	if err := yaml.Unmarshal(data, b.tree); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, u *url.URL) ([]byte, error) {
		b.Foreign = true
		return read(u)
	}
	if b.doc, err = loader.LoadFromDataWithPath(data, location); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !b.Foreign {
		if !json.Valid(data) {
			b.written = data
		}
		return b, nil
	}
	if err := b.internalize(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// internalize moves what is in other files to the components, and checks that nothing is left outside.
func (b *Bundle) internalize() error {
	taken := make(map[string]string) // what a name of the bundle stands for
	var clash error
	b.doc.InternalizeRefs(context.Background(), func(doc *openapi3.T, ref openapi3.ComponentRef) string {
		name := componentName(doc, ref)
		of := ref.RefPath().String()
		if found, ok := openapi3.ReferencesComponentInRootDocument(doc, ref); ok {
			of = found
		}
		key := ref.CollectionName() + "/" + name
		if other, ok := taken[key]; ok && other != of && clash == nil {
			clash = fmt.Errorf("%s and %s would both be components/%s; give one of them another name", other, of, key)
		}
		taken[key] = of
		return name
	})
	if clash != nil {
		return clash
	}
	for _, item := range b.doc.Paths.Map() {
		item.Ref = "" // its operations have been taken in
	}
	data, err := b.doc.MarshalJSON()
	if err != nil {
		return err
	}
	if _, err := openapi3.NewLoader().LoadFromData(data); err != nil {
		return fmt.Errorf("cannot be put into one file: %w", err)
	}
	return nil
}

// componentName names a component by the file it stands alone in, or by its name in the components of another file.
func componentName(doc *openapi3.T, ref openapi3.ComponentRef) string {
	if name, ok := openapi3.ReferencesComponentInRootDocument(doc, ref); ok {
		return name[strings.LastIndex(name, "/")+1:]
	}
	at := ref.RefPath()
	name := at.Fragment[strings.LastIndex(at.Fragment, "/")+1:]
	if name == "" {
		name = filepath.Base(at.Path)
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return strings.Map(func(r rune) rune {
		if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)) {
			return r
		}
		return '_'
	}, name)
}

// JSON writes the document as indented JSON, in the order it was written, with what came from other files behind, in
// alphabetical order.
func (b *Bundle) JSON() ([]byte, error) {
	tree, err := b.arranged()
	if err != nil {
		return nil, err
	}
	var compact, out bytes.Buffer
	if err := writeJSON(&compact, tree); err != nil {
		return nil, err
	}
	if err := json.Indent(&out, compact.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// YAML writes the document as YAML: one that was a single file of YAML as it was written, comments and all, any other in
// the order of JSON.
func (b *Bundle) YAML() ([]byte, error) {
	if b.written != nil {
		return b.written, nil
	}
	tree, err := b.arranged()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(tree), e.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// arranged gives the document as a tree, in the order it was written.
func (b *Bundle) arranged() (*yaml.Node, error) {
	data, err := b.doc.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var tree yaml.Node
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	if len(tree.Content) != 1 || len(b.tree.Content) != 1 {
		return nil, errors.New("the document is empty")
	}
	arrange(tree.Content[0], b.tree.Content[0])
	return tree.Content[0], nil
}

// writeJSON writes a tree that was read from JSON, so that its scalars are either texts or JSON already.
func writeJSON(out *bytes.Buffer, n *yaml.Node) error {
	opening, closing, separators := "", "", [2]string{",", ","}
	switch n.Kind {
	case yaml.MappingNode:
		opening, closing, separators = "{", "}", [2]string{",", ":"}
	case yaml.SequenceNode:
		opening, closing = "[", "]"
	default:
		if n.Tag != "!!str" {
			out.WriteString(n.Value)
			return nil
		}
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		return e.Encode(n.Value)
	}
	out.WriteString(opening)
	for i, c := range n.Content {
		if i > 0 {
			out.WriteString(separators[i%2])
		}
		if err := writeJSON(out, c); err != nil {
			return err
		}
	}
	out.WriteString(closing)
	return nil
}

// arrange gives a tree the style of YAML, and the order of another one as far as that has the same names.
func arrange(n, like *yaml.Node) {
	plain(n)
	if n.Kind != yaml.MappingNode {
		for i, c := range n.Content {
			var other *yaml.Node
			if like != nil && like.Kind == yaml.SequenceNode && i < len(like.Content) {
				other = like.Content[i]
			}
			arrange(c, other)
		}
		return
	}
	places := make(map[string]int)
	values := make(map[string]*yaml.Node)
	for i := 0; like != nil && like.Kind == yaml.MappingNode && i+1 < len(like.Content); i += 2 {
		places[like.Content[i].Value], values[like.Content[i].Value] = i+1, like.Content[i+1]
	}
	pairs := slices.Collect(slices.Chunk(n.Content, 2))
	slices.SortStableFunc(pairs, func(a, b []*yaml.Node) int {
		x, y := places[a[0].Value], places[b[0].Value]
		switch {
		case x > 0 && y > 0:
			return x - y
		case x > 0:
			return -1
		case y > 0:
			return 1
		}
		return strings.Compare(a[0].Value, b[0].Value)
	})
	n.Content = slices.Concat(pairs...)
	for _, pair := range pairs {
		plain(pair[0])
		arrange(pair[1], values[pair[0].Value])
	}
}

// ambiguous are texts that some readers take for true or false.
var ambiguous = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off)$`)

// plain gives a node the style that YAML has by default; the encoder quotes what would not be read as the text it is.
func plain(n *yaml.Node) {
	n.Style = 0
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && ambiguous.MatchString(n.Value) {
		n.Style = yaml.DoubleQuotedStyle
	}
}
