package examples

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
)

// Memory is what earlier answers said, by name.
type Memory map[string]string

// placeholder is a remembered value in a pair. A path: {{publicUrl}} alone is a whole link.
var placeholder = regexp.MustCompile(`\{\{([A-Za-z]+)\}\}`)

// With gives the pair with its {{names}} replaced by what is remembered. It fails on a name nobody has remembered.
func (p Pair) With(m Memory) (Pair, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return Pair{}, err
	}
	var unknown error
	data = placeholder.ReplaceAllFunc(data, func(found []byte) []byte {
		name := string(placeholder.FindSubmatch(found)[1])
		value, ok := m[name]
		if !ok {
			unknown = fmt.Errorf("%s: {{%s}} is not remembered", p.Name, name)
			return found
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			unknown = err
			return found
		}
		return quoted[1 : len(quoted)-1]
	})
	if unknown != nil {
		return Pair{}, unknown
	}
	filled := Pair{Name: p.Name}
	if err := json.Unmarshal(data, &filled); err != nil {
		return Pair{}, err
	}
	filled.Request.Path = local(filled.Request.Path)
	return filled, nil
}

// Learn remembers what the pair wants remembered of an answer.
func (m Memory) Learn(p Pair, header http.Header, body []byte) error {
	for name, at := range p.Remember {
		value, err := lookup(at, header, body)
		if err != nil {
			return fmt.Errorf("%s: remember %s: %w", p.Name, name, err)
		}
		m[name] = value
	}
	return nil
}

// lookup gives the text at a path such as headers.ETag or body[0].id.
func lookup(at string, header http.Header, body []byte) (string, error) {
	if name, ok := headerName(at); ok {
		if value := header.Get(name); value != "" {
			return value, nil
		}
		return "", fmt.Errorf("there is no %s", at)
	}
	value, err := decode(body)
	if err != nil {
		return "", err
	}
	found := ""
	visit("body", value, func(path string, value any) {
		if path == at {
			found = fmt.Sprint(value)
		}
	})
	if found == "" {
		return "", fmt.Errorf("there is no %s", at)
	}
	return found, nil
}
