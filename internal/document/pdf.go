package document

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// Command is the hidden subcommand that makes this program inspect one PDF and exit.
const Command = "inspect-document"

// report is what a child prints: one line of JSON.
type report struct {
	Pages int    `json:"pages,omitempty"`
	Flags []Flag `json:"flags,omitempty"`
	Fault fault  `json:"fault,omitempty"`
	Cause string `json:"cause,omitempty"` // for the log
}

// fault is why a child has refused a PDF.
type fault string

const (
	faultEncrypted fault = "encrypted"
	faultBroken    fault = "broken"
	faultNoPages   fault = "noPages"
)

var errTooSlow = errors.New("document: time is up")

// inspectPDF has a child look at the file, which it gets as its standard input.
func (i *Inspector) inspectPDF(ctx context.Context, file *os.File) (Info, error) {
	select {
	case i.slots <- struct{}{}:
		defer func() { <-i.slots }()
	case <-ctx.Done():
		return Info{}, ctx.Err()
	}
	child, cancel := context.WithTimeoutCause(ctx, i.opts.Timeout, errTooSlow)
	defer cancel()
	cmd, err := i.command(child)
	if err != nil {
		return Info{}, err
	}
	var stdout, stderr capped
	cmd.Stdin, cmd.Stdout, cmd.Stderr = file, &stdout, &stderr
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return Info{}, ctx.Err()
	case child.Err() != nil:
		return Info{}, tooSlow()
	case cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == exitUnready:
		return Info{}, fmt.Errorf("document: the inspection of a PDF could not begin: %w: %s", err, stderr.Bytes())
	case errors.As(err, new(*exec.ExitError)):
		// The system ended it, or the Go runtime did: out of memory, stack or processor time. Which, the log can tell.
		return Info{}, refuse("file", "The PDF takes more memory or time to read than is allowed.",
			"Save it again from the program that made it, or print it to a new PDF.", fmt.Errorf("%w: %s", err, stderr.Bytes()))
	case err != nil:
		return Info{}, fmt.Errorf("document: starting the inspection of a PDF: %w", err)
	}
	var r report
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		return Info{}, fmt.Errorf("document: %q does not handle the command %s: %w", cmd.Path, Command, err)
	}
	return r.info()
}

// command is the child, without any of our environment.
func (i *Inspector) command(ctx context.Context) (*exec.Cmd, error) {
	program := i.opts.Program
	if len(program) == 0 {
		if len(os.Args) > 1 && os.Args[1] == Command {
			return nil, fmt.Errorf("document: main must handle the command %s first of all, or every child starts another", Command)
		}
		self, err := executable()
		if err != nil {
			return nil, fmt.Errorf("document: finding this program: %w", err)
		}
		program = []string{self, Command}
	}
	seconds := int64((i.opts.Timeout + time.Second - 1) / time.Second)
	args := append(program[1:len(program):len(program)], strconv.FormatInt(i.opts.Memory, 10), strconv.FormatInt(seconds, 10))
	cmd := exec.CommandContext(ctx, program[0], args...)
	cmd.Env = []string{}
	cmd.WaitDelay = time.Second // should a pipe stay open after the kill
	return cmd, nil
}

// executable is this program, also after an update has replaced its file.
func executable() (string, error) {
	const self = "/proc/self/exe"
	if runtime.GOOS == "linux" {
		if _, err := os.Stat(self); err == nil {
			return self, nil
		}
	}
	return os.Executable()
}

func (r report) info() (Info, error) {
	cause := errors.New(r.Cause)
	switch r.Fault {
	case "":
		return Info{MediaType: PDF, Pages: r.Pages, Flags: r.Flags}, nil
	case faultEncrypted:
		return Info{}, refuse("file", "The PDF is encrypted or protected by a password.", "Remove the protection, and import it again; the customer could not open it otherwise.", nil)
	case faultNoPages:
		return Info{}, refuse("file", "The PDF has no pages.", "Save it again from the program that made it.", nil)
	case faultBroken:
		return Info{}, broken(cause)
	}
	return Info{}, fmt.Errorf("document: unknown answer %q: %w", r.Fault, cause)
}

func broken(cause error) error {
	return refuse("file", "The PDF is broken or incomplete.", "Save it again from the program that made it, and make sure that the upload was complete.", cause)
}

// tooSlow is not the file's fault for sure: the machine may be busy. A file that takes more of the processor than is
// allowed is refused by the child's own limit.
func tooSlow() error {
	return &ar.Error{Kind: ar.Unavailable, Code: ar.CodeUnavailable, Message: "The file could not be read in time",
		Details: []ar.Detail{{Error: "The file takes too long to read.", Fields: []string{"file"}, Hint: "Try again; if that does not help, print it to a new PDF."}},
		Cause:   errTooSlow}
}

// capped keeps the beginning of what is written to it: an answer, or the first lines of a crash.
type capped struct{ bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	const size = 2 << 10
	c.Buffer.Write(p[:min(len(p), max(0, size-c.Len()))])
	return len(p), nil
}
