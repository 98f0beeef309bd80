package child

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// ownGroup keeps the console's Ctrl-C from a command: it is ours to pass on.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// askToEnd ends a process and its children: there is no way to ask one without a window.
func askToEnd(pid int, mark string) { kill(pid, mark) }

func kill(pid int, _ string) {
	if pid == 0 {
		return
	}
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run() // an error: it is gone
}

// isLeft reports nothing: kill leaves nothing.
func isLeft(int, string) bool { return false }

func status(state *os.ProcessState) int { return state.ExitCode() }
