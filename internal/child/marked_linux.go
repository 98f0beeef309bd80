package child

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// isLeft reports whether any process of an app is left. It does not check the group, which
// may include zombies.
func isLeft(_ int, mark string) bool { return len(marked(mark)) > 0 }

// marked returns the processes with the mark in their environment: an app's children,
// including those that left its group. Zombies have no environment.
func marked(mark string) (pids []int) {
	entry := []byte(Mark + "=" + mark + "\x00")
	names, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range names {
		environment, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(environment, entry) {
			continue // another user's, or gone
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}
