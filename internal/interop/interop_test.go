// Package interop tries what others wrote on the contract and the server: two linters, two generated clients, a validating
// proxy, and a mail server with an inbox. They come from npm and need Node and Java, so they run by make interop only;
// README.md says what each of them shows.
package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
)

const contract = "../../api/openapi.yaml"

var (
	dunwell string      // the program, built for this run
	summary [][2]string // who was tried, and what it showed
)

func TestMain(m *testing.M) {
	if os.Getenv("DUNWELL_TEST_INTEROP") == "" {
		fmt.Println("SKIPPED, NOT TESTED: linters, clients, proxies and mail programs of others; make interop runs them")
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "interop")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	dunwell = filepath.Join(dir, "dunwell")
	if out, err := exec.Command("go", "build", "-o", dunwell, "../../cmd/dunwell").CombinedOutput(); err != nil {
		fmt.Printf("%v\n%s", err, out)
		return 1
	}
	code := m.Run()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, line := range summary {
		fmt.Fprintf(w, "%s\t%s\n", line[0], line[1])
	}
	w.Flush()
	return code
}

// showed adds a line to the summary, unless the test has failed.
func showed(t *testing.T, who, format string, args ...any) {
	t.Helper()
	what := fmt.Sprintf(format, args...)
	if t.Failed() {
		what = "FAILED"
	}
	summary = append(summary, [2]string{who, what})
}

// tool is a program of node_modules, or one that is installed.
func tool(name string, args ...string) *exec.Cmd {
	if program, err := filepath.Abs(filepath.Join("node_modules", ".bin", name)); err == nil && exists(program) {
		name = program
	}
	cmd := exec.Command(name, args...)
	// Nobody is told that it runs, and nobody is asked whether there is a newer one.
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "CI=true", "SCARF_ANALYTICS=false",
		"REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_NOTIFICATIONS=true", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
	return cmd
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// must runs a tool that has to succeed, and gives what it prints.
func must(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := tool(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// named is a package of node_modules with its version.
func named(t *testing.T, module string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("node_modules", module, "package.json"))
	if err != nil {
		t.Fatalf("%v; make interop installs it", err)
	}
	var about struct{ Version string }
	if err := json.Unmarshal(text, &about); err != nil {
		t.Fatal(err)
	}
	return module + " " + about.Version
}
