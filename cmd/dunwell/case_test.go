package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// caseBegins is before the first day of the README's case.
var caseBegins = time.Date(2027, time.January, 4, 0, 0, 0, 0, time.UTC)

var (
	caseBlock = regexp.MustCompile("(?s)<!-- case(?:: (\\S+))? -->\n```\\w+\n(.*?)```\n")
	hash      = regexp.MustCompile(`\b[0-9a-f]{64}\b|\b[0-9A-Za-z+/]{43}=`) // of a plan, and of a head of the journal
)

// The case of the README is what a reader would see: each command is run, and has printed what stands below it. What is
// drawn by chance is left out of the comparison.
func TestReadmeCase(t *testing.T) {
	for _, tool := range []string{"bash", "python3", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED, NOT TESTED: %v", err)
		}
	}
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	mkdir(t, filepath.Join(dir, "collections"))
	mkdir(t, data)
	write(t, filepath.Join(data, "sandbox-clock"), time.Until(caseBegins).String()+"\n")
	installIn(t, filepath.Join(dir, "bin"))
	_, password := keyOf(t, must(t, "keys", "create", "--data", data, "--merchant", "acme", "--user", "shop"))
	p := start(t, nil, "--sandbox", "--data", data, "--collections", filepath.Join(dir, "collections"))
	environ := append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "TZ=UTC",
		asProgram+"=1", "DUNWELL_DATA="+data, urlVariable+"="+p.base, userVariable+"=shop", passwordVariable+"="+password)

	text := read(t, readme)
	told := caseBlock.ReplaceAllStringFunc(text, func(block string) string {
		parts := caseBlock.FindStringSubmatch(block)
		if name := parts[1]; name != "" {
			write(t, filepath.Join(dir, name), parts[2])
			return block
		}
		return strings.Replace(block, parts[2], tell(t, dir, environ, parts[2]), 1)
	})
	if len(caseBlock.FindAllString(text, -1)) < 5 {
		t.Fatal("the README tells no case")
	}
	switch {
	case *update:
		write(t, readme, told)
	default:
		seen := strings.Split(maskedCase(told), "\n")
		for i, line := range strings.Split(maskedCase(text), "\n") {
			if i >= len(seen) || seen[i] != line {
				t.Fatalf("line %d is %q, and was seen as %q; -update writes what was seen", i+1, line, seen[min(i, len(seen)-1)])
			}
		}
	}
}

// tell runs the commands of a block, each behind a $, and gives them with what they print. A here-document belongs to its
// command.
func tell(t *testing.T, dir string, environ []string, block string) string {
	t.Helper()
	var b strings.Builder
	for _, command := range commandsOf(block) {
		var out bytes.Buffer
		c := exec.Command("bash", "-euo", "pipefail", "-c", command)
		c.Dir, c.Env, c.Stdout, c.Stderr = dir, environ, &out, &out
		if err := c.Run(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out.Bytes())
		}
		b.WriteString("$ " + command + out.String())
	}
	return b.String()
}

// commandsOf are the commands of a block, without what was printed.
func commandsOf(block string) (commands []string) {
	here := false // in a here-document
	for line := range strings.Lines(block) {
		switch command, begins := strings.CutPrefix(line, "$ "); {
		case here:
			commands[len(commands)-1] += line
			here = line != "END\n"
		case begins:
			commands = append(commands, command)
			here = strings.HasSuffix(command, "<<'END'\n")
		}
	}
	return commands
}

// maskedCase is a text without what another run prints differently.
func maskedCase(text string) string { return hash.ReplaceAllString(masked(text), "<hash>") }
