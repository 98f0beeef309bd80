package main

import (
	"os"
	"path/filepath"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

// servers returns the listening sockets at a port of this machine, with their processes. A
// server that restarts has a new socket or, if a reloader keeps it, a new process, so even
// a quick restart shows.
func servers(port string) map[string]bool {
	found := make(map[string]bool)
	for socket, at := range sockets.Listening() {
		if at == port {
			found[socket] = true
		}
	}
	if len(found) == 0 {
		return found
	}
	descriptors, _ := filepath.Glob("/proc/[0-9]*/fd/[0-9]*") // other users' are missing
	for _, descriptor := range descriptors {
		if socket, err := os.Readlink(descriptor); err == nil && found[socket] {
			found[filepath.Dir(filepath.Dir(descriptor))+" "+socket] = true
		}
	}
	return found
}
