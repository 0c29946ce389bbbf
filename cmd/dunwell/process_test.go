package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a running dunwell serve.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string // of the API
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer // both streams
}

// start runs dunwell serve on a free port and returns when it says where it listens.
func start(t *testing.T, environ []string, args ...string) *process {
	t.Helper()
	return startProgram(t, programName(t), environ, args...)
}

func startProgram(t *testing.T, name string, environ []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(name, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...), done: make(chan struct{})}
	p.cmd.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir()}, environ...)
	stdout, w := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = w, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		_ = w.Close()
		close(p.done)
	}()
	t.Cleanup(p.kill)
	lines := bufio.NewReader(stdout)
	line, _ := lines.ReadString('\n')
	_, base, found := strings.Cut(strings.TrimSpace(line), " listens on ")
	if !found {
		<-p.done
		t.Fatalf("the server did not start: %s%s", line, p.text())
	}
	p.base = base
	go func() { _, _ = io.Copy(p, lines) }()
	return p
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

func (p *process) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Error(err)
	}
}

// stop ends the server as its operator would, and wants it to end well.
func (p *process) stop() {
	p.t.Helper()
	p.terminate()
	p.wait()
}

func (p *process) wait() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.t.Fatalf("the server does not stop: %s", p.text())
	}
	if status := p.cmd.ProcessState.ExitCode(); status != 0 {
		p.t.Errorf("status %d: %s", status, p.text())
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// do sends a request as the demo user and gives status and body.
func (p *process) do(method, path, body string) (int, string) {
	p.t.Helper()
	return p.as("demo", demoPassword, method, path, body)
}

func (p *process) as(user, password, method, path, body string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.SetBasicAuth(user, password)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatalf("%v\n%s", err, p.text())
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
