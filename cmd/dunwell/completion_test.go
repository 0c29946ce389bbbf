package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completeInBash asks a bash that has sourced our script what it would complete. Where bash-completion is not installed, the
// one function of it that the script needs is made up here.
const completeInBash = `
if [ -r /usr/share/bash-completion/bash_completion ]; then . /usr/share/bash-completion/bash_completion; fi
declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
source <(dunwell completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9
compopt() { :; }  # there is no line that is edited
__start_dunwell
printf '%s\n' "${COMPREPLY[@]}"
`

// What Tab offers in bash: commands, flags, fields, values, profiles, and references that the server is asked for.
func TestCompletion(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("SKIPPED, NOT TESTED: bash is not installed")
	}
	bin := t.TempDir()
	if err := os.Symlink(absolute(t, programName(t)), filepath.Join(bin, "dunwell")); err != nil {
		t.Fatal(err)
	}
	environ := append(serveDemo(t), "PATH="+bin+":"+os.Getenv("PATH"), asProgram+"=1")
	profiles, _ := configured(t, someProfiles, 0o600)
	write(t, filepath.Join(bin, "complete.bash"), completeInBash)
	for line, want := range map[string][]string{
		"dunwell inv":                                 {"invoices"},
		"dunwell invoices res":                        {"resend"},
		"dunwell invoices list --col":                 {"--columns"},
		"dunwell invoices list --columns dun":         {"dunninglevel", "dunningstate"},
		"dunwell invoices list --columns total,unp":   {`total\,unpaid`}, // as bash quotes it
		"dunwell invoices list --sort total,cancel":   {`total\,cancelationdate`},
		"dunwell invoices list --where ord":           {"orderdate", "ordernumber"},
		"dunwell invoices list --where state=p":       {"paid"}, // to bash, = ends a word
		"dunwell invoices import RE1 x.pdf --kind du": {"dunning1", "dunning2", "dunning3", "dunning4"},
		"dunwell invoices get RE1234":                 {"RE12345", "RE12346", "RE12347", "RE12348", "RE12349"},
		"dunwell creditnotes get GS12345":             {"GS12345"},
		"dunwell identities invoices K1000":           {"K10001", "K10002", "K10003", "K10004"},
		"dunwell identities invoices K10001 ":         {},
		"dunwell transactions get ":                   {},
		"dunwell invoices get --profile ":             {"home", "work"},
		"dunwell help e":                              {"environment", "exit-codes"},
		"dunwell help invoices cl":                    {"claim"},
	} {
		words := strings.Split(line, " ")
		cmd := exec.Command("bash", append([]string{filepath.Join(bin, "complete.bash")}, words...)...)
		cmd.Env = append(environ, profiles...)
		out, err := cmd.CombinedOutput()
		got := slices.Sorted(strings.FieldsSeq(string(out)))
		if err != nil || !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// The scripts of the other shells are there, and say whose they are.
func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"zsh", "fish", "powershell"} {
		if out := must(t, "completion", shell); !strings.Contains(out, "dunwell") || !strings.Contains(out, "__complete") {
			t.Errorf("%s: %.200s", shell, out)
		}
	}
}
