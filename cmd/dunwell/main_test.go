package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files and the tables of the README anew")

// home is the directory of this package.
var home string

// asProgram makes this test binary be dunwell, so that tests run the real process.
const asProgram = "DUNWELL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == document.Command || os.Getenv(asProgram) != "" {
		main()
	}
	home, _ = os.Getwd() // a test has gone elsewhere when it looks for its golden files
	status := storetest.Main(m)
	if built != "" {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(status)
}

var built string // the program, if the tests had to build it

// program is what tests start as dunwell: this test binary, or under the race detector, which makes every start take a
// second, a program built without it.
var program = sync.OnceValues(func() (string, error) {
	if !raceEnabled {
		return os.Args[0], nil
	}
	dir, err := os.MkdirTemp("", "dunwell-test-")
	if err != nil {
		return "", err
	}
	built = filepath.Join(dir, "dunwell")
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return built, nil
})

func programName(t *testing.T) string {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// call runs a command in this process.
func call(t *testing.T, environ []string, args ...string) (status int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), environment{environ, strings.NewReader(""), &stdout, &stderr}, args)
	return status, stdout.String(), stderr.String()
}

// must is call for a command that succeeds.
func must(t *testing.T, args ...string) string {
	t.Helper()
	status, out, err := call(t, nil, args...)
	if status != 0 {
		t.Fatalf("dunwell %s: status %d: %s", strings.Join(args, " "), status, err)
	}
	return out
}

// What is refused, how, and with which status. No answer may hold a password.
func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	corrupt, newer, taken := filepath.Join(dir, "corrupt"), filepath.Join(dir, "newer"), filepath.Join(dir, "taken")
	mkdir(t, corrupt)
	write(t, filepath.Join(corrupt, "dunwell.db"), strings.Repeat("no database ", 1000))
	must(t, "migrate", "--data", newer)
	execSQL(t, newer, `INSERT INTO schema_migrations VALUES (1000000, 'from the future', 0)`)
	must(t, "keys", "create", "--data", taken, "--merchant", "acme", "--user", "acme")
	for name, text := range map[string]string{
		"file": "", "empty.json": "", "file.txt": "issuer:", "two.json": "{} {}", "unknown.json": `{"issuer": {"nam": "x"}}`, "number.json": `{"timezone": 1}`, "rate.json": `{"interest": {"rate": {"incorporate": "nine"}}}`, "iban.json": `{"issuer": {"iban": "DE00"}}`,
		"mistyped/acme/de/invoice.text": "Hallo", "broken/acme/de/invoice.txt": "Hallo {{.Nobody}}",
	} {
		mkdir(t, filepath.Dir(filepath.Join(dir, name)))
		write(t, filepath.Join(dir, name), text)
	}
	busy := listenSomewhere(t)
	cases := []string{
		"nonsense", "help nonsense", "migrat", "nonsense --flag", "version 1", "migrate now",
		"serve extra", "serve --bogus", "serve --addr", "serve --=s3cret", "serve -ps3cret", "serve --database=postgres://bob:s3cret@db", "serve --demo=maybe", "serve --addr 8080", "serve --addr 127.0.0.1:65536", "serve --data=",
		"serve --max-concurrent 0", "serve --max-file 2GB", "serve --grace soon", "serve --responses no", "serve --trusted-proxies 10.0.0.0/40",
		"serve --workers -1", "serve --workers many", "serve --mail-from Acme", "serve --mail-from Acme<a@acme.example>", "serve --mail-from büro@acme.example", "serve --allow-network 0.0.0.0/0", "serve --allow-network intranet",
		"serve postgres://bob:s3cret@db/x", "serve --database-url mysql://bob:s3cret@db/x", "serve --database-url postgres://bob:s3cret@db:port/x",
		"serve --blob-url http://bob:s3cret@host", "serve --smtp-url bob:s3cret@host", "serve --public-url https://bob:s3cret@host", "serve --public-url https://host/api",
		"DUNWELL_ADR=1 serve", "DUNWELL_DATABASE_URL=mysql://bob:s3cret@db serve", "DUNWELL_GRACE=-1s keys list", "DUNWELL_SMTP_PASSWORD=s3cret migrate",
		"serve --demo --addr 0.0.0.0:0", "serve --demo --addr :0", "serve --demo --public-url https://invoices.example",
		"serve --data $DIR/file", "serve --data $DIR/corrupt", "serve --data $DIR/newer", "serve --demo --addr 127.0.0.1:0 --data $DIR/taken",
		"serve --data $DIR/x --addr " + busy,
		"serve --data $DIR/x --addr 127.0.0.1:0 --blob-url s3://key:s3cret@bucket", "serve --data $DIR/x --addr 127.0.0.1:0 --database-url postgres://bob:s3cret@db/x?sslmode=s3cret",
		"serve --data $DIR/x --smtp-url smtp://bob:s3cret@host?tls=maybe", "serve --data $DIR/x --smtp-url smtp://bob:s3cret@host?password=s3cret", "serve --data $DIR/x --smtp-url smtp://bob:s3cret@",
		"serve --data $DIR/x --smtp-url smtp://bob:s3cret@host?ca=$DIR/nowhere", "serve --data $DIR/x --collections $DIR/nowhere", "serve --data $DIR/x --templates $DIR/nowhere", "serve --data $DIR/x --templates $DIR/mistyped", "serve --data $DIR/x --templates $DIR/broken",
		"keys", "keys drop", "keys create --merchant acme", "keys create --merchant acme --user a:b", "keys create --merchant acme --user a --networks here",
		"keys create --merchant acme --user a --permissions invoices:read,invoices:eat", "keys create --merchant acme --user a --currency EURO",
		"keys create --data $DIR/x --merchant ACME --user a", "keys create --data $DIR/taken --merchant acme --user acme", "keys list --data $DIR/nowhere",
		"merchants", "merchants show", "merchants show --data $DIR/nowhere --merchant acme", "merchants show --data $DIR/taken --merchant other", "merchants set --merchant acme", "merchants set --settings x.json",
		"merchants set --data $DIR/taken --merchant acme --settings $DIR/nowhere", "merchants set --data $DIR/taken --merchant acme --settings $DIR/empty.json", "merchants set --data $DIR/taken --merchant acme --settings $DIR/file.txt",
		"merchants set --data $DIR/taken --merchant acme --settings $DIR/unknown.json", "merchants set --data $DIR/taken --merchant acme --settings $DIR/number.json", "merchants set --data $DIR/taken --merchant acme --settings $DIR/rate.json", "merchants set --data $DIR/taken --merchant acme --settings $DIR/two.json", "merchants set --data $DIR/taken --merchant acme --settings $DIR/iban.json",
		"webhooks", "webhooks set --merchant acme", "webhooks set https://shop.example.com", "webhooks set ftp://shop.example.com --data $DIR/taken --merchant acme", "webhooks set https://bob:s3cret@shop.example.com --data $DIR/taken --merchant acme",
		"webhooks set https://10.0.0.1/ --data $DIR/taken --merchant acme", "webhooks set https://shop.local/ --data $DIR/taken --merchant acme", "webhooks set https://169.254.169.254/ --data $DIR/taken --merchant acme", "webhooks list --merchant acme --state open", "webhooks list --merchant acme --limit 0", "webhooks replay --merchant acme", "webhooks replay none --data $DIR/taken --merchant acme",
		"deliveries list --merchant acme --state lost", "deliveries release none --data $DIR/taken --merchant acme", "deliveries resolve none --data $DIR/taken --merchant acme", "deliveries resolve none --accepted --rejected --merchant acme",
		"deliveries resolve none --accepted --data $DIR/taken --merchant acme", "deliveries list --data $DIR/taken --merchant other",
		"verify now", "verify --data $DIR/nowhere", "verify --data $DIR/taken --merchant other", "verify --data $DIR/taken --known $DIR/nowhere", "verify --data $DIR/taken --known $DIR/empty.json",
		"keys list --data $DIR/taken --merchant other", "keys revoke --data $DIR/taken --merchant acme", "keys revoke --data $DIR/taken --merchant acme --id none",
	}
	var golden strings.Builder
	for _, c := range cases {
		args := strings.Fields(strings.ReplaceAll(c, "$DIR", dir))
		var environ []string
		if strings.HasPrefix(c, "DUNWELL_") {
			environ, args = args[:1], args[1:]
		} else if args[0] == "serve" && !strings.Contains(c, "--addr") {
			args = append(args, "--addr", "127.0.0.1:0")
		}
		status, out, text := call(t, environ, args...)
		if out != "" || status == 0 || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: status %d, printed %q and %q; want one line of error", c, status, out, text)
		}
		if strings.Contains(text, "s3cret") {
			t.Errorf("%s: the answer has the password: %s", c, text)
		}
		text = strings.NewReplacer(dir, "$DIR", busy, "$BUSY").Replace(text)
		golden.WriteString(strings.ReplaceAll(c, busy, "$BUSY") + "\n  " + string(rune('0'+status)) + " " + text)
	}
	if exists(filepath.Join(dir, "nowhere")) {
		t.Error("keys list made a data directory")
	}
	checkGolden(t, "testdata/refusals.golden", golden.String())
}

func TestHelp(t *testing.T) {
	var golden strings.Builder
	for _, c := range []string{"", "help", "help serve", "serve --help", "serve -h", "keys --help", "keys create --help", "keys list --help", "keys revoke --help", "migrate --help",
		"merchants --help", "merchants list --help", "merchants show --help", "merchants set --help", "webhooks --help", "webhooks set --help", "webhooks secret --help", "webhooks list --help", "webhooks replay --help",
		"deliveries --help", "deliveries list --help", "deliveries release --help", "deliveries resolve --help", "verify --help", "help environment", "help exit-codes", "login --help", "invoices --help", "invoices list --help", "invoices create --help", "invoices import --help", "documents get --help"} {
		status, out, err := call(t, nil, strings.Fields(c)...)
		if status != 0 || err != "" {
			t.Errorf("%s: status %d, error %q", c, status, err)
		}
		if c != "help" && c != "serve -h" && c != "help serve" {
			golden.WriteString("$ dunwell " + c + "\n" + out + "\n")
		}
	}
	checkGolden(t, "testdata/help.golden", golden.String())
	if status, out, _ := call(t, nil, "version"); status != 0 || !strings.HasPrefix(out, "dunwell ") {
		t.Errorf("version: status %d, %q", status, out)
	}
}

// A start that is interrupted is a failure with a sentence, not a success.
func TestStopBeforeStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, err bytes.Buffer
	status := run(ctx, environment{nil, nil, &out, &err}, []string{"serve", "--demo", "--addr", "127.0.0.1:0", "--data", t.TempDir()})
	if want := "dunwell serve: stopped before the start was finished\n"; status != 1 || err.String() != want {
		t.Errorf("status %d, %q, want %q", status, err.String(), want)
	}
}
