package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/modfile"
)

// blocks are the fenced blocks of docs/pipelines.md, by what the comment in front of each calls it.
func blocks(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, found := range regexp.MustCompile("(?s)<!-- ((?:pipeline|file|steps): [^>]+) -->\n```[a-z]*\n(.*?)```").FindAllStringSubmatch(read(t, "../../docs/pipelines.md"), -1) {
		all[found[1]] = found[2]
	}
	return all
}

// pipeline is what the two formats have in common: shell scripts, and variables for them.
type pipeline struct {
	scripts   []string
	variables map[string]string
}

// parsePipeline reads a workflow of GitHub Actions or a job of GitLab CI. It fails on a step it would not run.
func parsePipeline(t *testing.T, name, text string) pipeline {
	t.Helper()
	if strings.HasSuffix(name, "gitlab") {
		var gitlab map[string]struct {
			Image     string
			Variables map[string]string
			Script    []string
			Artifacts map[string]any
		}
		parseYAML(t, text, &gitlab)
		return pipeline{gitlab["check"].Script, gitlab["check"].Variables}
	}
	var github struct {
		Name        string
		On          any
		Permissions map[string]string
		Env         map[string]string
		Jobs        map[string]struct {
			RunsOn  string `yaml:"runs-on"`
			Timeout int    `yaml:"timeout-minutes"`
			Steps   []struct {
				Name, Uses, Run, If string
				With                map[string]any
			}
		}
	}
	parseYAML(t, text, &github)
	p := pipeline{variables: github.Env}
	for _, step := range github.Jobs["check"].Steps {
		switch {
		case (step.Uses == "") == (step.Run == ""):
			t.Errorf("%s: a step uses or runs something, one of both: %+v", name, step)
		case step.Uses != "" && !regexp.MustCompile(`^actions/[a-z-]+@v\d+$`).MatchString(step.Uses):
			t.Errorf("%s: what is %s?", name, step.Uses)
		case step.Run != "":
			p.scripts = append(p.scripts, step.Run)
		}
	}
	return p
}

func parseYAML(t *testing.T, text string, into any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// workspace is a repository whose branch main is pushed, on a machine without network.
type workspace struct {
	*testing.T
	dir string
	env []string
}

// newWorkspace makes a repository of what is in dir. The modules it needs are those of this tree; what the go command
// has not looked at yet, such as a go.mod of theirs, is fetched before anything else.
func newWorkspace(t *testing.T, dir string) *workspace {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close() // free again, as long as nobody else takes it
	w := &workspace{t, dir, append(os.Environ(), "GOSUMDB=off", "GOFLAGS=", "GOWORK=off", "PATH="+withOasdiff(t), "PORT="+port,
		"MAKEFLAGS=", "MAKELEVEL=", // a make that runs these tests is none of the project's
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")}
	write(t, filepath.Join(dir, "go.sum"), read(t, "../../go.sum"))
	w.must("go list -mod=mod -tags tools -deps -test ./... > /dev/null 2>&1 || go list -mod=mod -deps -test ./...") // tools.go imports programs, about which it complains
	w.env = append(w.env, "GOPROXY=off")
	return w
}

// push makes a remote whose main is what is there now.
func (w *workspace) push() {
	w.Helper()
	remote := w.TempDir()
	w.must("git init -q --bare " + remote + " && git init -q -b main && git add . && git commit -q -m first && git remote add origin " + remote + " && git push -q origin main && git fetch -q")
}

// run runs a script as pipelines do.
func (w *workspace) run(script string) (string, error) {
	cmd := exec.CommandContext(w.Context(), "bash", "-eo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = w.dir, w.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *workspace) must(script string) string {
	w.Helper()
	out, err := w.run(script)
	if err != nil {
		w.Fatalf("%s\n%v\n%s", script, err, out)
	}
	return out
}

// fails runs a script that must fail and say why.
func (w *workspace) fails(script, says string) {
	w.Helper()
	if out, err := w.run(script); err == nil || !strings.Contains(out, says) {
		w.Errorf("%s: %v, want a failure that says %q\n%s", script, err, says, out)
	}
}

// follow runs the pipelines' scripts, each once: what both have in common does the same.
func (w *workspace) follow(all map[string]string, names ...string) {
	w.Helper()
	done := make(map[string]bool)
	for _, name := range names {
		p := parsePipeline(w.T, name, all[name])
		if len(p.scripts) < 3 {
			w.Fatalf("%s: got %q", name, p.scripts)
		}
		for variable, value := range p.variables {
			w.env = append(w.env, variable+"="+value)
		}
		for _, script := range p.scripts {
			if !done[script] {
				w.must(script)
			}
			done[script] = true
		}
	}
}

// A project as it was written goes through the pipelines of the documentation, and depends on nothing but the contract.
func TestServerPipelines(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "invoices")
	must(t, "scaffold", "--module", "example.com/acme/invoices", "--dunwell", "../..", "--no-tidy", dir)
	w := newWorkspace(t, dir)
	w.push()
	w.follow(blocks(t), "pipeline: server github", "pipeline: server gitlab")

	if err := xml.Unmarshal([]byte(read(t, filepath.Join(dir, "conformance.xml"))), &struct {
		XMLName xml.Name `xml:"testsuites"`
	}{}); err != nil {
		t.Errorf("conformance.xml: %v", err)
	}
	if !json.Valid([]byte(read(t, filepath.Join(dir, "lint.json")))) {
		t.Error("lint.json is no JSON")
	}
	if unformatted := w.must("gofmt -l ."); unformatted != "" {
		t.Errorf("not formatted: %s", unformatted)
	}
	w.fails("bin/invoices", "API_USER and API_PASSWORD: there is no user")
	w.fails("API_USER=shop API_PASSWORD=short bin/invoices", "openssl rand -hex 16")
	checkDependencies(w)
	checkGrowth(w)
	checkReadme(w)
}

// checkDependencies holds what is linked into a server against what it is to be built on.
func checkDependencies(w *workspace) {
	w.Helper()
	allowed := []string{"api", "api/scalar", "api/serve", "api/validate", "gen/model", "gen/server"}
	for pkg := range strings.Lines(w.must("go list -deps .")) {
		pkg = strings.TrimSpace(pkg)
		if ours, ok := strings.CutPrefix(pkg, "github.com/dunwell/dunwell/"); ok && !slices.Contains(allowed, ours) {
			w.Errorf("the server depends on %s", pkg)
		}
		for _, heavy := range []string{"modernc.org/", "/pgx", "pdf", "/aws", "cobra", "oapi-codegen/v2"} {
			if strings.Contains(pkg, heavy) || pkg == "database/sql" || pkg == "testing" {
				w.Errorf("the server depends on %s", pkg)
			}
		}
	}
}

// checkGrowth takes a method away, as if its operation were new, and breaks a promise.
func checkGrowth(w *workspace) {
	w.Helper()
	invoices := filepath.Join(w.dir, "impl", "invoices.go")
	whole := read(w.T, invoices)
	method := regexp.MustCompile(`(?s)\n// ResendInvoice .*?\n}\n`).FindString(whole)
	write(w.T, invoices, strings.Replace(whole, method, "", 1))
	w.fails("make drift", "added ResendInvoice to impl/invoices.go")
	if text := read(w.T, invoices); !strings.Contains(text, method) {
		w.Errorf("impl/invoices.go did not get %s", method)
	}
	w.must("make build && git checkout -q .")

	contract := filepath.Join(w.dir, "openapi.yaml")
	write(w.T, contract, strings.Replace(read(w.T, contract), "maximum: 1000", "maximum: 2000", 1))
	w.must("git commit -q -a -m 'a promise' && git show HEAD~1:openapi.yaml > openapi.yaml")
	w.fails("make diff BASE=HEAD", "that callers break by")
	w.fails("make diff BASE=origin/nowhere", "fetch it, or name another BASE")
	w.must("git rm -q --cached openapi.yaml && git commit -q -m 'no contract' && make diff BASE=HEAD")
	write(w.T, contract, strings.Replace(read(w.T, contract), "maxLength:", "x-length:", 1))
	w.fails("make lint FORMAT=github", "::error file=openapi.yaml,line=")
}

// checkReadme tries the method that README.md shows, in place of the one that answers 501.
func checkReadme(w *workspace) {
	w.Helper()
	shown := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(read(w.T, filepath.Join(w.dir, "README.md")))
	if shown == nil {
		w.Fatal("README.md shows no method")
	}
	invoices := filepath.Join(w.dir, "impl", "invoices.go")
	text := regexp.MustCompile(`(?s)func \(s \*Server\) GetInvoice\(.*?\n}\n`).ReplaceAllLiteralString(read(w.T, invoices), shown[1])
	text = strings.Replace(text, "\t\"context\"\n\n", "\t\"context\"\n\t\"net/http\"\n\n\t\"github.com/dunwell/dunwell/api/serve\"\n", 1)
	write(w.T, invoices, text)
	server := filepath.Join(w.dir, "impl", "server.go")
	write(w.T, server, strings.NewReplacer("type Server struct{}", "type Server struct{ invoices map[string]model.Invoice }",
		"import \"", "import (\n\"github.com/dunwell/dunwell/gen/model\"\n\"", "gen/server\"\n", "gen/server\"\n)\n").Replace(read(w.T, server)))
	w.must("go test .")

	authentication := filepath.Join(w.dir, "impl", "authentication.go")
	write(w.T, authentication, strings.Replace(read(w.T, authentication), "if right != 1 {", "if right > 1 {", 1))
	w.fails("go test .", "401") // the suite sees that everybody is let in
}

// A repository as the documentation describes it generates its client, and goes through its pipelines.
func TestClientPipelines(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	t.Parallel()
	all := blocks(t)
	dir := t.TempDir()
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range all {
		if file, ok := strings.CutPrefix(name, "file: "); ok {
			mkdir(t, filepath.Dir(filepath.Join(dir, file)))
			write(t, filepath.Join(dir, file), text)
		}
	}
	write(t, filepath.Join(dir, "go.mod"), fmt.Sprintf("module example.com/acme/shop\n\ngo 1.26.0\n\nrequire (\n\tgithub.com/dunwell/dunwell v0.0.0-00010101000000-000000000000\n\tgithub.com/oapi-codegen/oapi-codegen/v2 %s\n)\n\nreplace github.com/dunwell/dunwell => %s\n",
		required(t, "github.com/oapi-codegen/oapi-codegen/v2"), source))
	w := newWorkspace(t, dir)
	w.must(all["steps: vendor"])
	w.must("go generate ./... && go list -mod=mod -deps ./... > /dev/null")
	w.push()
	w.follow(all, "pipeline: client github", "pipeline: client gitlab")
	if generated := read(t, filepath.Join(dir, "invoices", "invoices.gen.go")); !strings.Contains(generated, "func (c *Client) GetInvoice(") {
		t.Error("there is no client")
	}
	write(t, filepath.Join(dir, "api", "client.yaml"), strings.Replace(all["file: api/client.yaml"], "client: true", "client: false", 1))
	w.fails(parsePipeline(t, "pipeline: client github", all["pipeline: client github"]).scripts[0], "-func (c *Client) GetInvoice(")
}

// required is the version of a module that this tree requires.
func required(t *testing.T, module string) string {
	t.Helper()
	mod, err := modfile.Parse("go.mod", []byte(read(t, "../../go.mod")), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		if r.Mod.Path == module {
			return r.Mod.Version
		}
	}
	t.Fatalf("%s is not required", module)
	return ""
}
