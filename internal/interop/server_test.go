package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
)

const demoUser, demoPassword = "demo", "p@55w0rd"

// server is a running dunwell serve that holds its own answers against the contract, too.
type server struct {
	*process
	base string // of the API
}

func serve(t *testing.T, args ...string) server {
	t.Helper()
	args = append([]string{"serve", "--addr", "127.0.0.1:0", "--responses", "fail"}, args...)
	p, base := start(t, command(args...), regexp.MustCompile(` listens on (http://\S+)`))
	return server{p, base}
}

// command is dunwell without our environment, whose DUNWELL_… are not meant for it.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(dunwell, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir(), "TMPDIR=" + os.TempDir()}
	return cmd
}

var logged = regexp.MustCompile(` operation=(\w+) status=(\d+) `)

// answered gives the statuses of each operation, from the log of a server that has ended.
func (s server) answered(t *testing.T) map[string][]int {
	t.Helper()
	s.stop(t)
	all := map[string][]int{}
	for _, found := range logged.FindAllStringSubmatch(s.text(), -1) {
		status, err := strconv.Atoi(found[2])
		if err != nil {
			t.Fatal(err)
		}
		all[found[1]] = append(all[found[1]], status)
	}
	return all
}

// offered gives the operations a running server does not answer with 501, sorted.
func offered(t *testing.T) []string {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--demo", "--sandbox", "--data", t.TempDir())
	var all []string
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			url := s.base + fill(path, slices.Concat(item.Parameters, operation.Parameters))
			if slices.ContainsFunc(bodies(t, operation), func(body []byte) bool { return call(t, method, url, body) != http.StatusNotImplemented }) {
				all = append(all, operation.OperationID)
			}
		}
	}
	slices.Sort(all)
	return all
}

// fill puts the examples of the parameters into a path.
func fill(path string, parameters openapi3.Parameters) string {
	for _, p := range parameters {
		path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", fmt.Sprint(p.Value.Example))
	}
	return path
}

// bodies are the examples of an operation's JSON body; an empty one for operations without.
func bodies(t *testing.T, operation *openapi3.Operation) [][]byte {
	t.Helper()
	if operation.RequestBody == nil || operation.RequestBody.Value.Content["application/json"] == nil {
		return [][]byte{nil}
	}
	var all [][]byte
	for _, example := range operation.RequestBody.Value.Content["application/json"].Examples {
		body, err := json.Marshal(example.Value.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, body)
	}
	return all
}

// call gives the status of an answer to the demo user.
func call(t *testing.T, method, url string, body []byte) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(demoUser, demoPassword)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}
