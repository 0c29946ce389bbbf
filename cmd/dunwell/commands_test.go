package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api"
)

// serveDemo runs a server with demo data and gives the environment of a client of it. Nothing is worked, so that answers do
// not depend on how far it is.
func serveDemo(t *testing.T) (environ []string) {
	t.Helper()
	return clientOf(t, start(t, nil, "--demo", "--sandbox", "--workers", "0", "--data", t.TempDir()).base)
}

// clientOf is the environment of a client of the server at base.
func clientOf(t *testing.T, base string) []string {
	t.Helper()
	return []string{"HOME=" + t.TempDir(), urlVariable + "=" + base, userVariable + "=demo", passwordVariable + "=" + demoPassword}
}

// callWith is call with standard input.
func callWith(t *testing.T, environ []string, in string, args ...string) (status int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), environment{environ, strings.NewReader(in), &stdout, &stderr}, args)
	return status, stdout.String(), stderr.String()
}

// session runs commands one after the other and writes down what they print. A command may have its input behind <<<.
func session(t *testing.T, environ []string, commands string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(commands) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		command, in, _ := strings.Cut(line, " <<< ")
		status, out, err := callWith(t, environ, in, words(command)...)
		b.WriteString("$ dunwell " + line + "\n" + out + err)
		if status != 0 {
			b.WriteString("exit status " + strconv.Itoa(status) + "\n")
		}
		b.WriteString("\n")
	}
	homeOf := environment{environ: environ}.getenv("HOME")
	return masked(strings.ReplaceAll(b.String(), homeOf, "$HOME"))
}

// words splits a command at blanks; single quotes hold words together.
func words(command string) []string {
	var all []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	return all
}

// What differs from run to run, and as long as what takes its place.
var (
	generated = regexp.MustCompile(`(\b|_)0[0-9a-hjkmnp-tv-z]{25}\b`)
	requestID = regexp.MustCompile(`(?m)^  request [A-Z0-9]{26}$`)
	clockTime = regexp.MustCompile(`20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\.\d{3})?Z`)
	uuid      = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
)

func masked(text string) string {
	text = generated.ReplaceAllString(text, "${1}<generated             id>")
	text = requestID.ReplaceAllString(text, "  request <id>")
	text = uuid.ReplaceAllString(text, "<uuid                              >")
	return clockTime.ReplaceAllStringFunc(text, func(s string) string { return "<time" + strings.Repeat(".", len(s)-6) + ">" })
}

// each runs over all commands.
func eachCommand(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, sub := range c.Commands() {
		eachCommand(sub, do)
	}
}

// There is a command for every operation, and it takes as many arguments as the operation's path has parts to fill in. An operation
// that does several things may have one for each.
func TestCommandsOfContract(t *testing.T) {
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string][]*cobra.Command{}
	eachCommand(newRoot(environment{}), func(c *cobra.Command) {
		if operation := c.Annotations[operationAnnotation]; operation != "" {
			commands[operation] = append(commands[operation], c)
		}
	})
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			found := commands[operation.OperationID]
			delete(commands, operation.OperationID)
			if len(found) == 0 || len(found) > 1 && operation.OperationID != "createAdjustment" {
				t.Errorf("%s has %d commands", operation.OperationID, len(found))
			}
			for _, c := range found {
				arguments := slices.DeleteFunc(argumentNames(c), func(name string) bool { return name == "FILE..." || name == "TIME" || name == "BOOKING" })
				if parts := strings.Count(path, "{"); len(arguments) != parts {
					t.Errorf("%s takes %q, and its path has %d parts", c.CommandPath(), arguments, parts)
				}
				if key := c.Flags().Lookup(keyFlag); (key != nil) != (method == "POST") {
					t.Errorf("%s is a %s; whether it takes an idempotency key is %t", c.CommandPath(), method, key != nil)
				}
			}
		}
	}
	for operation := range commands {
		t.Errorf("%s is no operation of the contract", operation)
	}
}

// A day at work, from a customer to a paid invoice.
func TestClient(t *testing.T) {
	environ := serveDemo(t)
	t.Chdir(t.TempDir())
	write(t, "invoice.json", `{"reference": "A-1", "label": "Coffee", "netbased": false, "issued": "2026-03-02", "due": "2026-03-16",
		"items": [{"label": "Coffee beans", "quantity": 2, "unit": "kg", "unitprice": "24.95", "taxrate": 7, "detail": {"description": "Arabica"}}]}`)
	write(t, "letter.eml", "From: a@example.com\r\nTo: b@example.com\r\nDate: Mon, 02 Mar 2026 09:30:00 +0000\r\nSubject: a\r\n\r\ntext\r\n")
	write(t, "picture.png", "no document")
	checkGolden(t, goldenHere(t, "client"), session(t, environ, `
		identities put K-1 -f - <<< {"number": "4711", "kind": "individual", "name": {"firstname": "Ada", "lastname": "Lovelace"}, "currency": "EUR", "emails": [{"email": "ada@example.com"}], "addresses": [{"kind": "default", "street": "Ringstraße", "housenumber": "1", "zipcode": "10115", "city": "Berlin", "country": "DE"}]}
		identities create -f - --json <<< {"reference": "K-2", "meta": {"exact": 0.10000000000000000000000000001}}
		identities create -f - <<< {"reference": "K-2"}
		identities list --where reference>=K-1 --where 'reference in K-1,K-2' --columns reference,kind,name.lastname,currency
		identities list --where 'reference = K-2' --json
		invoices create K-1 --file invoice.json --idempotency-key order-1
		invoices create K-1 --file invoice.json --idempotency-key order-1 --json
		invoices create K-2 -f - --idempotency-key order-1 <<< {}
		invoices create K-1 --file missing.json
		invoices create K-1 -f - <<< {"reference": "A-1"}
		invoices update A-1 -f - --if-match '"9"' <<< {"label": "Tea"}
		invoices update A-1 -f - <<< {"label": "Tea", "Due": "2026-01-01", "items": [{"label": "x"}]}
		invoices update A-1 -f - --json <<< {"label":
		invoices commit A-1 --idempotency-key commit-1
		invoices update A-1 -f - <<< {"label": "Tea"}
		invoices get A-1
		invoices get RE-NONE
		invoices list --where identity=K-1
		invoices list --where identity=K-1 --json --columns reference
		identities invoices K-1 --columns reference,items
		identities invoices K-1 --jsonl --limit 1
		invoices list --where reference=none
		invoices list --where reference=none --json
		invoices list --where total<many
		invoices list --sort colour
		invoices list --where 'state in none,gone' --where total<7
		invoices import A-1 letter.eml --kind email --label correspondence
		invoices import A-1 letter.eml picture.png missing.eml --kind email
		invoices import A-1 letter.eml picture.png --kind email --json
		invoices import A-1 letter.eml --kind invoice
		invoices import A-1 letter.eml
		invoices documents A-1
		invoices documents A-1 --where kind=creditnote
		documents get nowhere
		documents get nowhere -o -
		documents get https://host/%zz
		invoices payments RE12347
		invoices payments RE12345
		creditnotes list --where reference=GS12345 --columns reference,state,total
		creditnotes get GS12345 --json --profile other
		transactions list --columns id,identity,label,amount,unallocated --limit 2
		transactions get 999999
		invoices resend RE12345
		clock set 2090-01-01 --json
		clock set 2020-01-01
		clock set soon
	`))
}

// goldenHere is the golden file's path, whatever directory the test has gone to.
func goldenHere(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(home, "testdata", name+".golden")
}
