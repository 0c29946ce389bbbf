//go:build !linux

package storetest

import (
	"os/exec"
	"syscall"
)

// serverAttributes has nothing to add: only Linux ends the server when this process is killed. Elsewhere Main does.
func serverAttributes(string) (*syscall.SysProcAttr, error) { return nil, nil }

func startBound(process *exec.Cmd, _ <-chan struct{}) error { return process.Start() }
