package child

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

// SeesPorts reports whether Ports works on this system.
const SeesPorts = true

// ports returns the TCP ports on which the processes with the mark listen.
func ports(mark string) []string {
	listening, found := sockets.Listening(), make(map[string]bool)
	for _, pid := range marked(mark) {
		descriptors, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, descriptor := range descriptors {
			if socket, err := os.Readlink(descriptor); err == nil && listening[socket] != "" {
				found[listening[socket]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
