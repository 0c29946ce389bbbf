package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/client"
)

// A list longer than a portion is shown whole, each row once, in every form, and no further than its limit.
func TestLongList(t *testing.T) {
	const rows = 2*portionSize + 30
	environ := serveDemo(t)
	env := environment{environ: environ}
	api, err := profile{env.getenv(urlVariable), env.getenv(userVariable), env.getenv(passwordVariable)}.open()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		reference := fmt.Sprintf("L%04d", i)
		if _, err := api.CreateInvoice(t.Context(), "K10001", client.InvoiceCreate{Reference: &reference}); err != nil {
			t.Fatal(err)
		}
	}
	filter := []string{"--where", "reference>=L", "--where", "reference<M", "--sort", "reference"}
	for _, list := range []string{"invoices list", "identities invoices K10001"} {
		for _, c := range []struct {
			flags string
			rows  func(string) []string
			want  int
		}{
			{"--columns=reference", tableRows, rows},
			{"--json --limit 0", arrayRows, rows},
			{"--jsonl --limit 100000", lineRows, rows},
			{"--jsonl --limit 1", lineRows, 1},
			{fmt.Sprint("--json --limit ", portionSize), arrayRows, portionSize},
			{fmt.Sprint("--columns=reference --limit ", portionSize+1), tableRows, portionSize + 1},
		} {
			status, out, text := call(t, environ, slices.Concat(strings.Fields(list), filter, strings.Fields(c.flags))...)
			got := c.rows(out)
			if status != 0 || len(got) != c.want {
				t.Errorf("%s %s: exit status %d, %d rows, want %d: %s", list, c.flags, status, len(got), c.want, text)
				continue
			}
			for i, reference := range got {
				if reference != fmt.Sprintf("L%04d", i) {
					t.Fatalf("%s %s: row %d is %s", list, c.flags, i, reference)
				}
			}
		}
	}
}

func tableRows(out string) []string { return strings.Fields(out)[1:] }

func arrayRows(out string) (references []string) {
	var rows []struct{ Reference string }
	if json.Unmarshal([]byte(out), &rows) != nil {
		return nil
	}
	for _, r := range rows {
		references = append(references, r.Reference)
	}
	return references
}

func lineRows(out string) (references []string) {
	for line := range strings.Lines(out) {
		var row struct{ Reference string }
		if json.Unmarshal([]byte(line), &row) == nil {
			references = append(references, row.Reference)
		}
	}
	return references
}

// A server whose pages do not end is not followed for ever.
func TestListInCircles(t *testing.T) {
	asked := 0
	environ := clientOf(t, serveJSON(t, func(*http.Request) string {
		asked++
		return `{"page": 1, "pageSize": 200, "query": {}, "rows": [], "hasMore": true, "next": "same"}`
	}))
	if status, _, text := call(t, environ, "invoices", "list"); status == 0 || asked != 2 || !strings.Contains(text, "and not where") {
		t.Errorf("exit status %d after %d pages: %s", status, asked, text)
	}
}

// What cannot be combined is refused before anything is asked.
func TestListRefusals(t *testing.T) {
	asked := 0
	environ := clientOf(t, serveJSON(t, func(*http.Request) string { asked++; return "{}" }))
	for _, line := range []string{"--json --jsonl", "--limit -1", "--limit many", "--columns nope", "--where nope=1", "--where due", "--sort nope", "extra"} {
		if status, out, text := call(t, environ, append([]string{"invoices", "list"}, strings.Fields(line)...)...); status != 2 || out != "" {
			t.Errorf("%s: exit status %d: %s%s", line, status, out, text)
		}
	}
	if asked > 0 {
		t.Errorf("the server was asked %d times", asked)
	}
}
