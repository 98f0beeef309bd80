package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// servers are the sockets that listen at a port of this machine, and the processes that
// have them. A server that restarts has a new socket or, where a reloader keeps it, a new
// process: however quick it is, that shows afterwards.
func servers(port string) map[string]bool {
	found := make(map[string]bool)
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if socket := listening(strings.Fields(line), port); socket != "" {
				found[socket] = true
			}
		}
	}
	if len(found) == 0 {
		return found
	}
	descriptors, _ := filepath.Glob("/proc/[0-9]*/fd/[0-9]*") // those of other users are not there
	for _, descriptor := range descriptors {
		if socket, err := os.Readlink(descriptor); err == nil && found[socket] {
			found[filepath.Dir(filepath.Dir(descriptor))+" "+socket] = true
		}
	}
	return found
}

// listening is the socket of a line of /proc/net/tcp, "" if it does not listen at the port.
// Source: proc(5).
func listening(fields []string, port string) (socket string) {
	const address, state, inode, listen = 1, 3, 9, "0A"
	if len(fields) <= inode || fields[state] != listen {
		return ""
	}
	_, hex, _ := strings.Cut(fields[address], ":")
	if n, err := strconv.ParseUint(hex, 16, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return ""
	}
	return fmt.Sprintf("socket:[%s]", fields[inode])
}
