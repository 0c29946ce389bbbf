package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/dunwell/dunwell/internal/bench/resident"
)

// process is a server that runs beside this one.
type process struct {
	cmd      *exec.Cmd
	address  string // host:port
	log      string // file with what it wrote to standard error
	ended    chan struct{}
	children atomic.Int64 // most bytes its children had resident at a time, as far as samples saw it
}

// listening is the line with the address that our servers print.
var listening = regexp.MustCompile(`listens on http://([^/\s]+)`)

// startTimeout is how long a server may take until it listens: demo data is among what it does first.
const startTimeout = time.Minute

// start runs a server until stop, and returns when it says where it listens.
func start(ctx context.Context, dir string, env []string, program string, args ...string) (*process, error) {
	log, err := os.CreateTemp(dir, filepath.Base(program)+"-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the process has its own descriptor
	p := &process{cmd: exec.Command(program, args...), log: log.Name(), ended: make(chan struct{})}
	p.cmd.Env = append(environment(), env...)
	p.cmd.Dir, p.cmd.Stderr = dir, log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	found := make(chan string, 1)
	go p.watch(bufio.NewScanner(out), found)
	go p.sample()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	select {
	case p.address = <-found:
		return p, nil
	case <-p.ended:
		err = errors.New("it ended")
	case <-ctx.Done():
		err = ctx.Err()
	}
	p.stop()
	return nil, fmt.Errorf("%s %s did not start: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, p.tail())
}

// environment is ours without the settings of dunwell, which would change what is measured.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "DUNWELL_") && !strings.HasPrefix(variable, "GOMAXPROCS=") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// watch reads what the process prints, to its end.
func (p *process) watch(lines *bufio.Scanner, found chan<- string) {
	defer close(p.ended)
	for lines.Scan() {
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			select {
			case found <- m[1]:
			default:
			}
		}
	}
	_ = p.cmd.Wait()
}

// sample looks at the children until the process ends.
func (p *process) sample() {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.ended:
			return
		case <-tick.C:
			var sum int64
			for _, child := range children(p.cmd.Process.Pid) {
				now, _ := resident.Now(child) // it may have ended
				sum += now
			}
			p.children.Store(max(p.children.Load(), sum))
		}
	}
}

// stop ends it, by force if it takes longer than its grace.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// peak is the most bytes it ever had resident, and how many of those it has now are pages of its program file, which are
// the kernel's to drop.
func (p *process) peak() (most, program int64, err error) {
	most, err = resident.Peak(p.cmd.Process.Pid)
	program, err2 := resident.Program(p.cmd.Process.Pid)
	return most, program, errors.Join(err, err2)
}

// processor is how much of the processors' time it has used, in hundredths of a second.
func (p *process) processor() (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return processorTime(string(data))
}

// processorTime adds the fields utime and stime, which count ticks of USER_HZ: 100 on every Linux that Go runs on. The
// name before them is in parentheses, and may have any in it.
func processorTime(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("no times in %q", stat)
	}
	user, err := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err, err2)
}

// tail is the end of its log.
func (p *process) tail() string {
	data, _ := os.ReadFile(p.log)
	return string(data[max(0, len(data)-2000):])
}

// children lists the processes another one has started, where the kernel tells.
func children(pid int) (pids []int) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, thread := range threads {
		data, _ := os.ReadFile(thread)
		for field := range strings.FieldsSeq(string(data)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}
