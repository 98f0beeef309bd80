//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package listen

import (
	"errors"
	"os"
)

// lock refuses: two processes must not write one journal.
func lock(*os.File) error {
	return errors.New("this system has no lock to keep other processes from writing it: leave the journal out")
}
