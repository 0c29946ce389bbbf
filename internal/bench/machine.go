package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// machine says where the numbers come from, without saying whose machine it is.
type machine struct {
	OS, Arch string
	Cores    int
	Go       string
	Load     string // of the minute before, or ""
	Modules  []string
}

// compared are the modules whose versions matter to the comparison.
var compared = []string{
	"github.com/labstack/echo/v4", "github.com/oapi-codegen/runtime", "github.com/oapi-codegen/echo-middleware",
	"github.com/getkin/kin-openapi", "github.com/ogen-go/ogen", "github.com/go-json-experiment/json", "modernc.org/sqlite",
}

func thisMachine(ctx context.Context, h house) (machine, error) {
	m := machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), Go: strings.TrimPrefix(runtime.Version(), "go")}
	if data, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(data), " ")
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-m", "-f", "{{.Path}} {{.Version}}"}, compared...)...)
	cmd.Dir = h.bench
	out, err := output(cmd)
	for line := range strings.Lines(string(out)) {
		m.Modules = append(m.Modules, strings.TrimPrefix(strings.TrimSpace(line), "github.com/"))
	}
	return m, err
}

// String is one sentence.
func (m machine) String() string {
	s := fmt.Sprintf("%s/%s, %d cores, Go %s", m.OS, m.Arch, m.Cores, m.Go)
	if m.Load != "" {
		s += "; load average of the minute before: " + m.Load
	}
	return s + "."
}
