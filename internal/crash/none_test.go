//go:build !crash

package crash

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// What everybody runs cannot be told to crash: the program does not know the variable's name. (The name is put together here,
// because the test is part of the program that is looked at.)
func TestUntaggedBinary(t *testing.T) {
	At("anywhere")
	if now := Clock(func() time.Time { return time.Time{} })(); !now.IsZero() {
		t.Errorf("the clock is moved by %s", now)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	for _, last := range []string{"AT", "LATER"} {
		if name := strings.Join([]string{"DUNWELL", "TEST", "CRASH", last}, "_"); bytes.Contains(binary, []byte(name)) {
			t.Errorf("%s is in a binary without the tag", name)
		}
	}
}
