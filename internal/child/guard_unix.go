//go:build unix

package child

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// guarding reads process groups, a line each, until the writer exits. Then it kills the
// last group and the processes with the mark ($1), and removes a folder ($2).
const guarding = `
trap '' HUP INT TERM
group=0
while read -r line; do group=$line; done
[ "$group" = done ] && exit
[ "$group" = 0 ] || kill -KILL -- "-$group" 2>/dev/null
for round in 1 2 3; do
	for name in $(grep -slaF "` + Mark + `=$1" /proc/[0-9]*/environ 2>/dev/null); do
		pid=${name#/proc/}
		kill -KILL "${pid%/environ}" 2>/dev/null
	done
done
[ -z "$2" ] || rm -rf -- "$2"
`

// A guard is a process that ends an app if this process is killed.
type guard struct {
	command *exec.Cmd
	lines   io.WriteCloser
}

// startGuard starts a guard. Without a shell, there is none.
func startGuard(mark, folder string) *guard {
	command := exec.Command("sh", "-c", guarding, "fakestripe-guard", mark, folder)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no signals from the terminal
	lines, err := command.StdinPipe()
	if err != nil || command.Start() != nil {
		return nil
	}
	return &guard{command, lines}
}

// watch sets the group to kill, 0 for none.
func (g *guard) watch(group int) {
	if g != nil {
		fmt.Fprintln(g.lines, group) // an error means that it was killed
	}
}

// end ends the guard.
func (g *guard) end() {
	if g == nil {
		return
	}
	fmt.Fprintln(g.lines, "done")
	_ = g.lines.Close()
	_ = g.command.Wait()
}
