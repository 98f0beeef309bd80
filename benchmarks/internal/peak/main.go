// Command peak runs a command and prints its peak memory in bytes. It is small itself,
// since Linux never reports less for a process than for its parent.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

func main() {
	command := exec.Command(os.Args[1], os.Args[2:]...)
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "peak:", err)
		os.Exit(1)
	}
	usage := command.ProcessState.SysUsage().(*syscall.Rusage)
	unit := int64(1024)
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	fmt.Println(int64(usage.Maxrss) * unit)
}
