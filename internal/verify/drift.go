package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checkDrift says where gen/ is not what the generators make of the contract. It compares files, not commits, so it works
// in a dirty tree and without git.
func checkDrift(c *contract) ([]finding, error) {
	if c.made[0] == nil {
		var err error
		if c.made, err = generate(c.root); err != nil {
			return nil, err
		}
	}
	r := report{check: "drift"}
	for _, path := range slices.Sorted(maps.Keys(c.made[0])) {
		have, ok := c.gen[path]
		made := c.made[0][path]
		switch {
		case !bytes.Equal(made, c.made[1][path]):
			r.addf(fmt.Sprintf("%s:%d", path, firstDifference(made, c.made[1][path])), "comes out different when it is generated again")
		case !ok:
			r.addf(path, "is missing; run go generate ./...")
		case !bytes.Equal(have, made):
			r.addf(fmt.Sprintf("%s:%d", path, firstDifference(have, made)), "is not what the contract generates; run go generate ./...")
		}
	}
	for path := range c.gen {
		if _, ok := c.made[0][path]; !ok {
			r.addf(path, "is made by no line of generate.go; gen/ holds generated code and nothing else")
		}
	}
	return r.sorted(), nil
}

// firstDifference is the line, from 1, where two texts part.
func firstDifference(a, b []byte) int {
	line := 1
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			break
		}
		if a[i] == '\n' {
			line++
		}
	}
	return line
}

// generate does what generate.go says, but into a temporary directory, and twice: code that comes out different the second
// time would drift by itself.
func generate(root string) (made [2]files, err error) {
	commands, err := generators(root)
	if err != nil {
		return made, err
	}
	for i := range made {
		made[i] = make(files)
		for _, command := range commands {
			if made[i][command.output], err = command.run(root); err != nil {
				return made, err
			}
		}
	}
	return made, nil
}

// generator is a line of generate.go.
type generator struct {
	args   []string // go run …/oapi-codegen -config api/model.yaml api/openapi.yaml
	config int      // which of args is the configuration
	output string   // where the configuration has it write to
}

// generators reads generate.go, so that what is checked is what go generate does.
func generators(root string) ([]generator, error) {
	source, err := os.ReadFile(filepath.Join(root, "generate.go"))
	if err != nil {
		return nil, err
	}
	var all []generator
	for line := range strings.Lines(string(source)) {
		command, ok := strings.CutPrefix(line, "//go:generate ")
		if !ok {
			continue
		}
		g := generator{args: strings.Fields(command)}
		g.config = slices.Index(g.args, "-config") + 1
		if g.config == 0 || g.config == len(g.args) {
			return nil, fmt.Errorf("generate.go: no -config in %q", command)
		}
		name := g.args[g.config]
		config, err := readConfig(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		if g.output, _ = config["output"].(string); g.output == "" {
			return nil, fmt.Errorf("%s: output is missing", name)
		}
		all = append(all, g)
	}
	if len(all) == 0 {
		return nil, errors.New("generate.go: no line begins with //go:generate")
	}
	return all, nil
}

// readConfig reads a configuration of oapi-codegen.
func readConfig(path string) (map[string]any, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var config map[string]any
	if err := yaml.Unmarshal(data, &config); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}

// run executes the generator and gives what it writes. The configuration says where that is, and wins over a flag: so the
// generator gets a copy that names a temporary file.
func (g generator) run(root string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "dunwell-generate-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary directory harms nobody

	config, err := readConfig(filepath.Join(root, g.args[g.config]))
	if err != nil {
		return nil, err
	}
	output := filepath.Join(dir, "generated.go")
	config["output"] = output
	data, err := yaml.Marshal(config)
	if err != nil {
		return nil, err
	}
	args := slices.Clone(g.args)
	args[g.config] = filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(args[g.config], data, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(args[0], args[1:]...) // the command line of our own generate.go
	cmd.Dir = root
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, text)
	}
	return os.ReadFile(output)
}
