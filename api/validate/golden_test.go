package validate

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden collects what a person would be told, case by case, and holds it against a file.
type golden struct{ strings.Builder }

func (g *golden) add(name, input string, err error) {
	if len(input) > 200 {
		input = input[:200] + "…"
	}
	fmt.Fprintf(g, "== %s\n   %s\n", name, strings.Trim(strconv.QuoteToASCII(input), `"`))
	var violations Violations
	var large *TooLargeError
	switch {
	case err == nil:
		g.WriteString("ok\n")
	case errors.As(err, &violations):
		for _, v := range violations {
			fmt.Fprintf(g, "%s %s %s\n   %s\n   %s\n", v.Rule, v.In, strconv.Quote(v.Path), v.Error, v.Hint)
		}
	case errors.As(err, &large):
		fmt.Fprintf(g, "too large %s\n", large.Path)
	default:
		fmt.Fprintf(g, "error %v\n", err)
	}
	g.WriteString("\n")
}

func (g *golden) compare(t *testing.T, file string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(g.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, old := strings.Split(g.String(), "\n\n"), strings.Split(string(want), "\n\n")
	for i := range max(len(got), len(old)) {
		var a, b string
		if i < len(got) {
			a = got[i]
		}
		if i < len(old) {
			b = old[i]
		}
		if a != b {
			t.Errorf("%s: got\n%s\nwant\n%s", file, a, b)
		}
	}
}

// violationsOf gives the violations that an error is, nil if it is none.
func violationsOf(err error) (v Violations) {
	errors.As(err, &v)
	return v
}
