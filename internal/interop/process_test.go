package interop

import (
	"bytes"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long something may take that takes a second on a quiet machine.
const patience = time.Minute

// process is a program that runs beside a test.
type process struct {
	cmd   *exec.Cmd
	grown chan struct{} // there is more to read
	done  chan struct{}

	mu  sync.Mutex
	out bytes.Buffer // both streams
}

// start runs a program until the test ends. It returns when the program has printed what ready matches, with its first
// group.
func start(t *testing.T, cmd *exec.Cmd, ready *regexp.Regexp) (*process, string) {
	t.Helper()
	p := &process{cmd: cmd, grown: make(chan struct{}, 1), done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p, p
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.done
	})
	timeout := time.After(patience)
	for {
		if found := ready.FindStringSubmatch(p.text()); found != nil {
			return p, found[1]
		}
		select {
		case <-p.grown:
		case <-p.done:
			t.Fatalf("%s ended: %s", cmd, p.text())
		case <-timeout:
			t.Fatalf("%s is not ready: %s", cmd, p.text())
		}
	}
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.grown <- struct{}{}:
	default:
	}
	return p.out.Write(b)
}

// text is what the program has printed.
func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// stop ends the program as its operator would, so that all it has to print is printed.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(patience):
		t.Fatalf("%s does not stop: %s", p.cmd, p.text())
	}
}
