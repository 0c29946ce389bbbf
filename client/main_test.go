package client_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/dunwell/dunwell/internal/document"
)

// TestMain is also the child that looks into PDFs, see package document.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == document.Command {
		syscall.Exit(document.InspectMain(os.Args[2:]))
	}
	code := m.Run()
	stopExampleServer()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
