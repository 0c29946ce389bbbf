package conformance

import (
	"bytes"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// wire is a request as it arrived.
type wire struct {
	method, uri, user, password string
	header                      http.Header
	body                        string
}

// recorder writes down the requests it gets, and answers 204.
type recorder struct {
	mu  sync.Mutex
	got []wire
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	content, _ := io.ReadAll(request.Body)
	user, password, _ := request.BasicAuth()
	header := http.Header{}
	for _, name := range []string{"Content-Type", "Content-Encoding", "Idempotency-Key", "If-Match", "X-Test"} {
		if values, ok := request.Header[name]; ok {
			header[name] = values
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, wire{request.Method, request.RequestURI, user, password, header, string(content)})
	w.WriteHeader(http.StatusNoContent)
}

// A curl line, run by bash, sends what the suite sent.
func TestCurlLinesSendTheSame(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	r := &recorder{}
	server := httptest.NewServer(r)
	defer server.Close()
	s, err := newSuite(Config{URL: server.URL + "/api", Merchant: acme, Other: rival, RunID: "run00001"})
	if err != nil {
		t.Fatal(err)
	}
	trial := newTrial(t.Context(), s, &Law{Name: "test"}, nil)
	requests := requestsToShow(trial)
	var script strings.Builder
	for _, request := range requests {
		if x := s.do(t.Context(), s.config.Patience, request); x.err != nil {
			t.Fatalf("%v: %+v", x.err, request)
		}
		script.WriteString(s.curlLine(request) + " -o /dev/null || exit\n")
	}
	sent := slices.Clone(r.got)
	r.got = nil
	command := exec.CommandContext(t.Context(), bash)
	command.Stdin = strings.NewReader(script.String())
	command.Env = append(command.Environ(), "URL="+s.config.URL, "USER="+acme.User, "PASSWORD="+acme.Password,
		"OTHER_USER="+rival.User, "OTHER_PASSWORD="+rival.Password, "RUN="+s.config.RunID, "LC_ALL=C.UTF-8")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if len(r.got) != len(sent) {
		t.Fatalf("%d requests came of %d", len(r.got), len(sent))
	}
	for i := range sent {
		if got, want := r.got[i], sent[i]; got.method != want.method || got.uri != want.uri || got.body != want.body ||
			strings.TrimPrefix(got.user, "nobody") != strings.TrimPrefix(want.user, "nobody-"+s.config.RunID) || !maps.EqualFunc(got.header, want.header, slices.Equal) {
			t.Errorf("%s\nsent %.300q\nwant %.300q", s.curlLine(requests[i]), got, want)
		}
	}
}

// requestsToShow are some of the generated requests, and some that are hard to write.
func requestsToShow(t *trial) (all []request) {
	for _, o := range t.contract.Operations() {
		generated := slices.Concat(t.inputs[o.ID]().right, t.inputs[o.ID]().wrong)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(generated), func(i, k int) { generated[i], generated[k] = generated[k], generated[i] })
		for _, in := range generated[:min(4, len(generated))] {
			all = append(all, t.shaped(o, t.samplePath(o), in))
		}
	}
	post := func(parts ...with) { all = append(all, t.draft("createIdentity", parts...)) }
	for _, content := range []string{
		"", "@file", `'`, `''`, `it's "quoted" \n $HOME $(date) ` + "`date`", "a\x00b\x00", "\xff\xfe", "line\nline\r\n\ttab", "'\n'", "%s %d %%", `\\ \' \x41 \0`,
		"=x", "-d", "Ä日😀", "run00001", "x'run00001'run00001\x01", strings.Repeat("a", 5000), "{\"a\":\"" + strings.Repeat("😀", 2000) + "\"}",
		strings.Repeat("[", 3000) + "run00001" + strings.Repeat("]", 3000), strings.Repeat(`{"label":"x","it's":1},`, 300) + "\\end\x00",
		strings.Repeat("\n", 2500), strings.Repeat("\x00", 2500), string(bytes.Repeat([]byte{0xff}, 2500)), strings.Repeat("\n\n\x01", 1000),
	} {
		post(body(content))
		post(body(content), chunked)
	}
	post(body("{}"), as(other))
	post(body("{}"), as(nobody))
	post(body("{}"), as(stranger))
	post(body("{}"), header("X-Test", `a "b" 'c' \d $e; run00001`))
	post(body("{}"), header("Content-Type", ""))
	post(form(t.sampleForm(t.operation("importExternalDocument"))...))
	all = append(all, t.draft("getInvoice", of(`a b/c?d#e%20"'&ü`)), t.draft("getInvoice", of(".")), t.draft("listInvoices", where("query[due][$lt]", "2024-01-01 {a,b}[1-3]")),
		t.draft("getInvoice", rawPath("%00%2F..")), t.draft("listInvoices", rawQuery("a=b&&c==%zz'")))
	return all
}

// Whatever a body is, writing its line takes no time to speak of, and the line can be read.
func TestCurlLinesOfLargeBodies(t *testing.T) {
	s := offline(t)
	random := rand.NewChaCha8([32]byte{})
	noise := make([]byte, 26<<20)
	_, _ = random.Read(noise)
	for name, content := range map[string][]byte{
		"noise": noise, "one byte": bytes.Repeat([]byte("%"), 26<<20), "two control characters": bytes.Repeat([]byte("\r\n"), 13<<20),
		"lines": bytes.Repeat([]byte("a line of a file\n"), 1<<20), "long units": bytes.Repeat(noise[:1000], 26<<10),
	} {
		if line := s.curlLine(request{method: "POST", url: s.config.URL, header: http.Header{}, body: content}); len(line) > 10*maxWritten {
			t.Errorf("%s: a line of %d bytes", name, len(line))
		}
	}
}

func TestFailuresShowWhatMatters(t *testing.T) {
	s := offline(t)
	trial := newTrial(t.Context(), s, &Law{Name: "test"}, nil)
	sent := func(method, what string, status int) *exchange {
		return &exchange{request: request{method: method, url: s.config.URL + "/" + what, header: http.Header{}}, status: status}
	}
	trial.setup = []*exchange{sent("GET", "read", 200), sent("PUT", "made", 201), sent("PUT", "refused", 409)}
	trial.begin("first")
	trial.steps = []*exchange{sent("PUT", "earlier", 200)}
	trial.begin("second")
	last := sent("GET", "last", 500)
	trial.steps = []*exchange{sent("POST", "changed", 200), sent("GET", "looked", 200), last}
	trial.fail("a", "b", last)
	want := `curl -sS -i -g --path-as-is -X PUT -u "$USER:$PASSWORD" "$URL"'/made'  # 201
curl -sS -i -g --path-as-is -X POST -u "$USER:$PASSWORD" "$URL"'/changed'  # 200
curl -sS -i -g --path-as-is -u "$USER:$PASSWORD" "$URL"'/last'  # 500`
	if got := trial.failures[0].Curl; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
