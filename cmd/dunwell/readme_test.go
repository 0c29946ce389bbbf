package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
)

const readme = "../../README.md"

// sample is a block of the README that is run. It is marked by a comment with what it must print.
type sample struct {
	wants    []string
	language string
	code     string
}

var (
	tested  = regexp.MustCompile("(?s)<!-- tested: ([^\n]*) -->\n```(\\w+)\n(.*?)```\n")
	printed = regexp.MustCompile("(?s)^\n<!-- printed -->\n```json\n(.*?)```\n")
)

// The samples run as a reader would run them: in their order, in one directory, against a server with demo data.
func TestReadmeSamples(t *testing.T) {
	p := start(t, nil, "--demo", "--data", t.TempDir())
	dir := t.TempDir()
	write(t, filepath.Join(dir, "RE12345.pdf"), string(demoDocument(t, p)))
	installIn(t, filepath.Join(dir, "bin"))
	text := read(t, readme)
	found := tested.FindAllStringSubmatchIndex(text, -1)
	if len(found) < 10 {
		t.Fatalf("the README has %d tested samples", len(found))
	}
	for _, at := range found {
		s := sample{strings.Split(text[at[2]:at[3]], ", "), text[at[4]:at[5]], text[at[6]:at[7]]}
		t.Run(fmt.Sprintf("line %d %s", strings.Count(text[:at[0]], "\n")+2, s.language), func(t *testing.T) {
			out := s.run(t, dir, p.base)
			for _, want := range s.wants {
				if !strings.Contains(out, want) {
					t.Errorf("the sample does not print %s, but:\n%s", want, out)
				}
			}
			if answer := printed.FindStringSubmatch(text[at[1]:]); answer != nil {
				checkPrinted(t, answer[1], out)
			}
		})
	}
}

// run gives what the sample prints.
func (s sample) run(t *testing.T, dir, base string) string {
	t.Helper()
	code := strings.ReplaceAll(s.code, "http://127.0.0.1:8080/api", base)
	command := map[string][]string{
		"bash":   {"bash", "-euo", "pipefail", "sample.bash"},
		"js":     {"node", "sample.mjs"},
		"python": {"python3", "sample.py"},
		"go":     {"./sample"},
	}[s.language]
	for _, tool := range s.tools() {
		if err := exec.Command(tool[0], tool[1:]...).Run(); err != nil {
			t.Skipf("SKIPPED, NOT TESTED: %s: %v", strings.Join(tool, " "), err)
		}
	}
	name := filepath.Join(dir, "sample."+map[string]string{"bash": "bash", "js": "mjs", "python": "py", "go": "go"}[s.language])
	write(t, name, code)
	if s.language == "go" { // is built where this module is known
		if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "sample"), name).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	var out, failure bytes.Buffer
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &failure
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir, asProgram+"=1")
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.Bytes(), failure.Bytes())
	}
	return out.String()
}

// installIn puts dunwell into a directory.
func installIn(t *testing.T, bin string) {
	t.Helper()
	if err := errors.Join(os.Mkdir(bin, 0o700), os.Symlink(programName(t), filepath.Join(bin, "dunwell"))); err != nil {
		t.Fatal(err)
	}
}

// tools are what a sample needs, as commands that succeed where it is there.
func (s sample) tools() [][]string {
	switch {
	case s.language == "bash" && strings.Contains(s.code, "python3"):
		return [][]string{{"bash", "--version"}, {"curl", "--version"}, {"python3", "--version"}}
	case s.language == "bash":
		return [][]string{{"bash", "--version"}, {"curl", "--version"}}
	case s.language == "js":
		return [][]string{{"node", "-e", "FormData"}}
	case strings.Contains(s.code, "import requests"):
		return [][]string{{"python3", "-c", "import requests"}}
	case s.language == "python":
		return [][]string{{"python3", "--version"}}
	}
	return [][]string{{"go", "version"}}
}

// checkPrinted compares JSON without regard to its white space, since the README's is laid out for people.
func checkPrinted(t *testing.T, shown, out string) {
	t.Helper()
	var a, b bytes.Buffer
	if err := errors.Join(json.Compact(&a, []byte(shown)), json.Compact(&b, []byte(out))); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if a.String() == b.String() {
		return
	}
	if *update {
		var pretty bytes.Buffer
		_ = json.Indent(&pretty, b.Bytes(), "", "  ")
		write(t, readme, strings.Replace(read(t, readme), shown, pretty.String()+"\n", 1))
		return
	}
	t.Errorf("the README shows\n%s\nand the server answered\n%s", a.String(), b.String())
}

// checkSection compares what stands between two comments, and writes it with -update.
func checkSection(t *testing.T, name, want string) {
	t.Helper()
	text := read(t, readme)
	before, rest, ok1 := strings.Cut(text, "<!-- "+name+" -->\n")
	got, after, ok2 := strings.Cut(rest, "<!-- /"+name+" -->\n")
	if !ok1 || !ok2 {
		t.Fatalf("the README lost its section %s", name)
	}
	if got == want {
		return
	}
	if !*update {
		t.Errorf("the README's %s are not the real ones; run the test with -update. They are:\n%s", name, want)
		return
	}
	write(t, readme, before+"<!-- "+name+" -->\n"+want+"<!-- /"+name+" -->\n"+after)
}

func TestReadmeSettings(t *testing.T) {
	table := "| flag | variable | default | what |\n| --- | --- | --- | --- |\n"
	for _, o := range offered {
		otherwise := "–"
		if o.otherwise != "" {
			otherwise = "`" + o.otherwise + "`"
		}
		table += fmt.Sprintf("| `--%s` | `%s` | %s | %s |\n", o.flag, o.env, otherwise, strings.ReplaceAll(o.help, "`", ""))
	}
	checkSection(t, "settings", table)
}

// The table says of every operation what a running server answers: offered, or 501 until later.
func TestReadmeOperations(t *testing.T) {
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "--demo", "--sandbox", "--data", t.TempDir())
	rows := map[string][]string{} // by tag
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			what := "yes"
			if !offers(t, p, method, path, operation) {
				what = "501 until later"
			}
			tag := operation.Tags[0]
			rows[tag] = append(rows[tag], fmt.Sprintf("| `%s` | `%s %s` | %s |\n", operation.OperationID, method, path, what))
		}
	}
	table := "| operation | path below `/api` | offered |\n| --- | --- | --- |\n"
	for _, tag := range doc.Tags {
		slices.SortFunc(rows[tag.Name], func(a, b string) int { return strings.Compare(pathOf(a), pathOf(b)) })
		heading := tag.Name
		if tag.Name == "Extensions" {
			heading = "Extension"
		}
		table += fmt.Sprintf("| **%s** | | |\n%s", heading, strings.Join(rows[tag.Name], ""))
	}
	checkSection(t, "operations", table)
}

// pathOf is a row from its path on, then its method.
func pathOf(row string) string {
	method, path, _ := strings.Cut(strings.Split(row, "`")[3], " ")
	return path + " " + method
}

// offers sends the contract's own examples. One that is answered with anything but 501 will do.
func offers(t *testing.T, p *process, method, path string, operation *openapi3.Operation) bool {
	t.Helper()
	for _, body := range bodies(t, operation) {
		r, err := http.NewRequestWithContext(t.Context(), method, p.base+fill(t, path, operation), bytes.NewReader(body.text))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("demo", demoPassword)
		if body.contentType != "" {
			r.Header.Set("Content-Type", body.contentType)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		switch response.StatusCode {
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusInternalServerError:
			t.Errorf("%s: the contract's own example is answered with %d", operation.OperationID, response.StatusCode)
		case http.StatusNotImplemented:
			continue
		}
		return true
	}
	return false
}

type requestBody struct {
	contentType string
	text        []byte
}

func bodies(t *testing.T, operation *openapi3.Operation) []requestBody {
	t.Helper()
	if operation.RequestBody == nil {
		return []requestBody{{}}
	}
	content := operation.RequestBody.Value.Content
	if upload := content["multipart/form-data"]; upload != nil && upload.Schema.Value.Properties["kind"] == nil {
		form, contentType := exampleForm(t, upload)
		return []requestBody{{contentType, form}}
	} else if upload != nil {
		form, contentType := importForm(t, "a.eml", []byte("From: a@example.com\r\nTo: b@example.com\r\nDate: Mon, 02 Mar 2026 09:30:00 +0000\r\nSubject: a\r\n\r\ntext\r\n"))
		return []requestBody{{contentType, bytes.Replace(form, []byte("\r\ninvoice\r\n"), []byte("\r\nemail\r\n"), 1)}}
	}
	var all []requestBody
	for _, example := range content["application/json"].Examples {
		text, err := json.Marshal(example.Value.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, requestBody{"application/json", text})
	}
	return all
}

// exampleForm is the form of the contract's first example, whose file is text.
func exampleForm(t *testing.T, upload *openapi3.MediaType) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	first := slices.Sorted(maps.Keys(upload.Examples))[0]
	for name, value := range upload.Examples[first].Value.Value.(map[string]any) {
		write := form.WriteField
		if name == "file" {
			write = func(name, text string) error {
				part, err := form.CreateFormFile(name, "example")
				if err == nil {
					_, err = io.WriteString(part, text)
				}
				return err
			}
		}
		if err := write(name, value.(string)); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), form.FormDataContentType()
}

// fill puts examples into a path.
func fill(t *testing.T, path string, operation *openapi3.Operation) string {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	parameters := slices.Concat(operation.Parameters, doc.Paths.Value(path).Parameters)
	for _, parameter := range parameters {
		if v := parameter.Value; v.In == openapi3.ParameterInPath {
			path = strings.ReplaceAll(path, "{"+v.Name+"}", fmt.Sprint(v.Example))
		}
	}
	if strings.Contains(path, "{") {
		t.Fatalf("%s: a parameter has no example", path)
	}
	return path
}
