//go:build unix

package child

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes a command the first of a process group, so that its children can be ended
// with it, and so that the terminal's Ctrl-C is ours to pass on.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// askToEnd asks a group, and those that left it, to end.
func askToEnd(group int, mark string) { signal(group, mark, syscall.SIGTERM) }

// kill ends a group, and those that left it.
func kill(group int, mark string) { signal(group, mark, syscall.SIGKILL) }

func signal(group int, mark string, s syscall.Signal) {
	if group > 0 {
		_ = syscall.Kill(-group, s) // an error: it is gone
	}
	for _, pid := range marked(mark) {
		_ = syscall.Kill(pid, s)
	}
}

// status is the exit status as a shell has it.
func status(state *os.ProcessState) int {
	if how, ok := state.Sys().(syscall.WaitStatus); ok && how.Signaled() {
		return 128 + int(how.Signal())
	}
	return state.ExitCode()
}
