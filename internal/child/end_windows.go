package child

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// ownGroup keeps the console's Ctrl-C from a command, for us to pass on.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// askToEnd kills a process and its children: without a window, they cannot be asked.
func askToEnd(pid int, mark string) { kill(pid, mark) }

func kill(pid int, _ string) {
	if pid == 0 {
		return
	}
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run() // an error means that it is gone
}

// isLeft returns false: kill leaves nothing.
func isLeft(int, string) bool { return false }

func status(state *os.ProcessState) int { return state.ExitCode() }
