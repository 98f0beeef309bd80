package sockets

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Listening returns the TCP ports with a listener on this machine, by socket: the link
// target of the process's file descriptor in /proc. It works only on Linux.
func Listening() (ports map[string]string) {
	ports = make(map[string]string)
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if socket, port := listening(strings.Fields(line)); socket != "" {
				ports[socket] = port
			}
		}
	}
	return ports
}

// listening returns the socket and port of a line of /proc/net/tcp, "" if it does not
// listen.
// Source: proc(5).
func listening(fields []string) (socket, port string) {
	const address, state, inode, listen = 1, 3, 9, "0A"
	if len(fields) <= inode || fields[state] != listen {
		return "", ""
	}
	_, hex, _ := strings.Cut(fields[address], ":")
	n, err := strconv.ParseUint(hex, 16, 16)
	if err != nil {
		return "", ""
	}
	return fmt.Sprintf("socket:[%s]", fields[inode]), strconv.FormatUint(n, 10)
}
