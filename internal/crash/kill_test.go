//go:build crash

package crash

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain runs again as the process that is to be killed, which writes what it lives to see.
func TestMain(m *testing.M) {
	if os.Getenv("DUNWELL_TEST_CRASH_CHILD") == "" {
		os.Exit(m.Run())
	}
	if os.Getenv(lateness) != "" {
		var epoch time.Time
		_, _ = os.Stdout.WriteString(Clock(func() time.Time { return epoch })().Sub(epoch).String())
		os.Exit(0)
	}
	for range 3 {
		for _, point := range []string{"a", "b"} {
			At(point)
			_, _ = os.Stdout.WriteString(point)
		}
	}
	os.Exit(0)
}

func TestAt(t *testing.T) {
	tests := []struct {
		at     string
		killed bool
		seen   string
	}{
		{"", false, "ababab"},
		{"c", false, "ababab"},
		{"a", true, ""},
		{"b", true, "a"},
		{"a#1", true, ""},
		{"b#3", true, "ababa"},
		{"b#4", false, "ababab"},
	}
	for _, test := range tests {
		seen, err := child(t, variable+"="+test.at)
		if test.killed != bySignal(err) || !test.killed && err != nil || string(seen) != test.seen {
			t.Errorf("%s=%s: saw %q, %v; want %q, killed: %t", variable, test.at, seen, err, test.seen, test.killed)
		}
	}
}

// A count that is none is told at once: a test that crashes nowhere would prove nothing.
func TestBadCount(t *testing.T) {
	for _, at := range []string{"a#", "a#x", "a#0", "a#-1"} {
		var exit *exec.ExitError
		if _, err := child(t, variable+"="+at); !errors.As(err, &exit) || bySignal(err) || !strings.Contains(string(exit.Stderr), variable) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestClock(t *testing.T) {
	if seen, err := child(t, lateness+"=20m"); err != nil || string(seen) != "20m0s" {
		t.Errorf("the clock is %s ahead, %v", seen, err)
	}
	for _, later := range []string{"20", "-1s"} {
		var exit *exec.ExitError
		if _, err := child(t, lateness+"="+later); !errors.As(err, &exit) || !strings.Contains(string(exit.Stderr), lateness) {
			t.Errorf("%s: %v", later, err)
		}
	}
}

func TestTaggedBinary(t *testing.T) {
	if !contains(t, variable) {
		t.Error("the name of the variable is not in a binary with the tag: the test without it proves nothing")
	}
}

func child(t *testing.T, environ string) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(os.Environ(), "DUNWELL_TEST_CRASH_CHILD=1", environ)
	return command.Output()
}

// bySignal tells whether a process ended as by kill -9.
func bySignal(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

func contains(t *testing.T, s string) bool {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(binary, []byte(s))
}
