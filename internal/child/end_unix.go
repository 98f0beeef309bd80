//go:build unix

package child

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup starts a command in its own process group, to end its children with it, and to
// keep the terminal's Ctrl-C for us to pass on.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// askToEnd sends SIGTERM to a group, and to the processes that left it.
func askToEnd(group int, mark string) { signal(group, mark, syscall.SIGTERM) }

// kill kills a group, and the processes that left it.
func kill(group int, mark string) { signal(group, mark, syscall.SIGKILL) }

func signal(group int, mark string, s syscall.Signal) {
	if group > 0 {
		_ = syscall.Kill(-group, s) // an error means that it is gone
	}
	for _, pid := range marked(mark) {
		_ = syscall.Kill(pid, s)
	}
}

// status returns the exit status in a shell's terms.
func status(state *os.ProcessState) int {
	if how, ok := state.Sys().(syscall.WaitStatus); ok && how.Signaled() {
		return 128 + int(how.Signal())
	}
	return state.ExitCode()
}
