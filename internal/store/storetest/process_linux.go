package storetest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"syscall"
)

// serverAttributes lets the server run as the user postgres when we are root, because it refuses to run as root, and
// gives that user the directory. Whatever ends this process, a kill included, ends the server.
func serverAttributes(dir string) (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres to run it as: %w", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, os.Chown(dir, int(uid), int(gid)) // 32 bits
}

// startBound starts a process whose life is bound to ours. Linux binds it to the thread that forks, not to the
// process, so that thread is kept until done.
func startBound(process *exec.Cmd, done <-chan struct{}) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		result <- process.Start()
		<-done
	}()
	return <-result
}
