//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package listen

import (
	"errors"
	"os"
)

// replaceable is false: an open file cannot be replaced here, so journals are not
// compacted.
const replaceable = false

// lock always fails: without locks, two processes could write to one journal.
func lock(*os.File) error {
	return errors.New("this system has no file locks: run without a journal")
}

func unlock(*os.File) {}
