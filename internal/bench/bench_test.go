package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/bench/inprocess"
	"github.com/dunwell/dunwell/internal/bench/load"
	"github.com/dunwell/dunwell/internal/bench/peer"
	"github.com/dunwell/dunwell/internal/bench/variant"
	"github.com/dunwell/dunwell/internal/bench/way"
	"github.com/dunwell/dunwell/internal/bench/workload"
	"github.com/dunwell/dunwell/internal/document"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == document.Command {
		os.Exit(document.InspectMain(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// ogen's server is generated from the contract as it stands, and what is compared with it does the same work.
func TestGenerated(t *testing.T) {
	h, err := newHouse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(h.temp)
	if err := h.generate(t.Context()); err != nil {
		t.Fatal(err)
	}
	test := exec.Command("go", "test", "-tags", "generated", "./variant")
	test.Dir = h.bench
	if out, err := output(test); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestProcess(t *testing.T) {
	h, err := newHouse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(h.temp)
	contender, err := h.build(t.Context(), "contender", h.bench, "./contender")
	if err != nil && strings.Contains(err.Error(), "ogenapi") {
		t.Skip("ogen's server is not generated yet; TestGenerated does")
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := start(t.Context(), h.temp, nil, contender, "-serve", variant.Ours)
	if err != nil {
		t.Fatal(err)
	}
	defer p.stop()
	u, err := upload(t.Context(), p, variant.Ours, effort{uploads: 8}, pdfForm)
	if err != nil {
		t.Fatal(err)
	}
	if u.Rate.Requests != 8 || u.Idle < 1<<20 || u.Peak < u.Idle || u.Peak > 1<<30 {
		t.Errorf("%+v", u)
	}
	if _, err := start(t.Context(), h.temp, nil, contender, "-serve", "nonsense"); err == nil || !strings.Contains(err.Error(), `there is no variant "nonsense"`) {
		t.Errorf("%v", err)
	}
}

// The real server must take the PDF, or nothing is measured.
func TestPDF(t *testing.T) {
	content := pdf(1, 100_000)
	if n := len(content); n < 90_000 || n > 101_000 {
		t.Errorf("%d bytes", n)
	}
	file := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	cmd := exec.Command(os.Args[0], document.Command, "268435456", "10")
	cmd.Stdin = f
	out, err := output(cmd)
	if err != nil || !bytes.Contains(out, []byte(`"pages":1`)) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestParseBenchmark(t *testing.T) {
	got, err := parseBenchmark([]byte("goos: linux\nBenchmarkListInvoices/sqlite/due/last-2 \t 20\t 9076474 ns/op\nBenchmarkJobs/postgres/workers=8   \t 50\t 2049.5 ns/op\t 88 worked/s\nPASS\n"))
	want := []outcome{{[]string{"sqlite", "due", "last"}, map[string]float64{"ns/op": 9076474}}, {[]string{"postgres", "workers=8"}, map[string]float64{"ns/op": 2049.5, "worked/s": 88}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := parseBenchmark([]byte("PASS\n")); err == nil {
		t.Error("no result is no error")
	}
}

func TestProcessorTime(t *testing.T) {
	got, err := processorTime("71 (a) name (b) S 1 71 71 0 -1 4194560 3117 0 0 0 150 25 0 0 20 0 9 0 1234\n")
	if err != nil || got != 1750*time.Millisecond {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := processorTime("71 (a) S"); err == nil {
		t.Error("a line without times is no error")
	}
}

func TestMarkdown(t *testing.T) {
	r := report{Date: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Machine: machine{OS: "linux", Arch: "amd64", Cores: 2, Go: "1.26", Modules: []string{"m v1"}}}
	for i, name := range variant.Names { // 10, 20, 30, 40 µs
		r.InProcess = append(r.InProcess, inprocess.Result{Workload: workload.PutInvoice.Name, Contender: name, Ns: []float64{float64(i+1) * 1e4, float64(i+1) * 2e4, float64(i+1) * 2e4}, Bytes: 2048, Allocs: 7})
	}
	r.Loopback = map[string]map[string]load.Result{workload.PutInvoice.Name: {
		variant.Middleware: {PerSecond: 2000, P50: time.Millisecond, P99: 4 * time.Millisecond},
		variant.Ours:       {PerSecond: 12345, P50: time.Millisecond, P99: 2 * time.Millisecond},
	}}
	r.Uploads = []uploaded{{Name: variant.Ours, Peak: 30 << 20, Idle: 20 << 20}, {Name: realServer, Peak: 64 << 20, Program: 31 << 20, Children: 3 << 20}}
	r.Lists = []listed{{"sqlite", "due", "first", 1500 * time.Microsecond}, {"sqlite", "due", "last", 2 * time.Second}}
	for _, c := range way.Calls {
		for i, name := range []string{way.Unvalidated, way.Validated} { // 100, 125 µs
			r.Clients.Calls = append(r.Clients.Calls, inprocess.Result{Workload: c.Title + ", " + way.Loopback, Contender: name, Ns: []float64{1e5 * (1 + float64(i)/4)}, Bytes: 1024, Allocs: 9})
		}
	}
	r.Mails = []mailed{{
		Engine:  "SQLite",
		Orders:  []ordered{{"commitInvoice", 0, 3 * time.Second, load.Result{Requests: 200, PerSecond: 250, P50: 8 * time.Millisecond, P99: 9 * time.Millisecond}}, {Request: "resendInvoice", Workers: 4}},
		Backlog: backlog{Mails: 2000, Size: 65_000, Took: 10 * time.Second, Processor: 6 * time.Second, Peak: 80 << 20, Program: 30 << 20, Floor: 500 * time.Millisecond},
		Prompt:  load.Result{P50: 20 * time.Millisecond, P99: 40 * time.Millisecond},
	}}
	r.Jobs = []nudged{{"sqlite", "workers=8", 1234, 567}}
	r.Letters = []printed{{20, 400, 50 * time.Millisecond, 1 << 20}}
	r.Clients.Walks = []carried{{way.Validated, 20_000, way.Cost{Took: 2 * time.Second, Peak: 24 << 20}}}
	r.Clients.Uploads = []carried{{way.Validated, 20 << 20, way.Cost{Took: time.Second, Peak: 22 << 20}}}
	page := r.markdown()
	for _, line := range []string{
		"Measured on 2026-03-02. linux/amd64, 2 cores, Go 1.26.\n",
		"| validated PUT against the unvalidated one, same decoder | ≤ 1.3 × | 4.00 × | **missed** |",
		"| validated PUT against the usual middleware | ≤ 0.2 × | 2.00 × | **missed** |",
		"| resident memory, 8 uploads of 10 MiB at a time, ours | < 64 MiB | 30 MiB | met |",
		"| resident memory, 8 uploads of 10 MiB at a time, dunwell serve | < 64 MiB | 64 MiB | **missed** |",
		"| dunwell serve | 0 MiB | 64 MiB | 31 MiB | 3 MiB |",
		"| PUT invoice, 20 items | ours | 40.0 | 80.0 | 4.00 | 2.00 | 1.33 | 2.00 | 7 |",
		"| PUT invoice, 20 items | ours | 12,345 | 6.17 | 1.00 ms | 2.00 ms |",
		"| validated call against an unvalidated one, GET invoice, 20 items, over loopback | ≤ 1.2 × | 1.25 × | **missed** |",
		"| GET invoice, 20 items, over loopback | client | 125 | 125 | 1.25 | 1.00 | 9 |",
		"| SQLite | commitInvoice | nobody sends | 250 | 8.00 ms | 9.00 ms | 15.0 ms |",
		"| SQLite | resendInvoice | 4 workers send |",
		"| SQLite | 2,000 | 63 KiB | 200 | 3.00 ms | 4,000/s | 0.050 | 80 MiB | 30 MiB |",
		"| SQLite | 20.0 ms | 40.0 ms |",
		"| sqlite | 8 | 1,234 | 567 |",
		"| 20 | 50.0 ms | 400 | 1,024 KiB |",
		"| client | 20,000 | 10,000 | 24 MiB |",
		"| client | 2 | 20.0 | 22 MiB |",
		"| sqlite | due | 1.50 ms | 2,000 ms |  |  |",
	} {
		if !strings.Contains(page, line) {
			t.Errorf("the page lacks %s", line)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}

func TestChildren(t *testing.T) {
	cmd := exec.CommandContext(context.Background(), "cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait() //nolint:errcheck // it is cat
	defer in.Close() //nolint:errcheck // ends it
	found := children(os.Getpid())
	if len(found) == 0 {
		t.Skip("this kernel does not list children")
	}
	if found[len(found)-1] != cmd.Process.Pid {
		t.Errorf("%v instead of %d", found, cmd.Process.Pid)
	}
}

// Every mail that is ordered arrives once, and is measured.
func TestMails(t *testing.T) {
	h, err := newHouse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(h.temp)
	dunwell, err := h.build(t.Context(), "dunwell", h.root, "./cmd/dunwell")
	if err != nil {
		t.Fatal(err)
	}
	p, err := peer.Start(recipient, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	m, err := mailsOn(t.Context(), h, dunwell, brief, p, newSQLiteServer)
	if err != nil {
		t.Fatal(err)
	}
	waiting := 2*brief.commits + brief.resends
	if ordered := waiting + 2*brief.commits + brief.resends/2; total(m.Orders) != ordered || p.Taken() != ordered+brief.prompt {
		t.Errorf("%d mails were ordered and %d came: %+v", total(m.Orders), p.Taken(), m.Orders)
	}
	l := m.Backlog
	if l.Mails != waiting || l.Took <= 0 || l.Floor <= 0 || l.Size < 10_000 || l.Peak < 1<<20 || m.Prompt.Requests != brief.prompt {
		t.Errorf("%+v, %+v", l, m.Prompt)
	}
}
