//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package listen

import (
	"errors"
	"os"
)

// replaceable: a file that is open keeps its name here, so that no journal is compacted.
const replaceable = false

// lock refuses: two processes must not write one journal.
func lock(*os.File) error {
	return errors.New("this system has no lock to keep other processes from writing it: leave the journal out")
}

func unlock(*os.File) {}
