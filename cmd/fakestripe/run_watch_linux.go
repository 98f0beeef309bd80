package main

import (
	"os"
	"path/filepath"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

// servers are the sockets that listen at a port of this machine, and the processes that
// have them. A server that restarts has a new socket or, where a reloader keeps it, a new
// process: however quick it is, that shows afterwards.
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
	descriptors, _ := filepath.Glob("/proc/[0-9]*/fd/[0-9]*") // those of other users are not there
	for _, descriptor := range descriptors {
		if socket, err := os.Readlink(descriptor); err == nil && found[socket] {
			found[filepath.Dir(filepath.Dir(descriptor))+" "+socket] = true
		}
	}
	return found
}
