package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// house is where things are.
type house struct {
	bench string // this module's directory
	root  string // the main module's
	temp  string // for all that is made here
}

// newHouse asks the go command where the modules are, so that it does not matter where this one runs.
func newHouse(ctx context.Context) (house, error) {
	dir, err := output(exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/dunwell/dunwell/internal/bench"))
	if err != nil {
		return house{}, err
	}
	h := house{bench: strings.TrimSpace(string(dir))}
	h.root = filepath.Dir(filepath.Dir(h.bench))
	h.temp, err = os.MkdirTemp("", "dunwell-bench-")
	return h, err
}

// generate makes ogen's server from the contract.
func (h house) generate(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "generate", ".")
	cmd.Dir = h.bench
	_, err := output(cmd)
	return err
}

// programs are those that are measured.
type programs struct{ contender, dunwell string }

func (h house) programs(ctx context.Context) (p programs, err error) {
	if err = h.generate(ctx); err != nil {
		return p, err
	}
	if p.contender, err = h.build(ctx, "contender", h.bench, "./contender"); err != nil {
		return p, err
	}
	p.dunwell, err = h.build(ctx, "dunwell", h.root, "./cmd/dunwell")
	return p, err
}

// build compiles a command.
func (h house) build(ctx context.Context, name, module, pkg string) (program string, err error) {
	program = filepath.Join(h.temp, name)
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "generated", "-o", program, pkg)
	cmd.Dir = module
	_, err = output(cmd)
	return program, err
}

// output runs a command. Its error has what the command said.
func output(cmd *exec.Cmd) ([]byte, error) {
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, out, failure.Bytes())
	}
	return out, err
}
