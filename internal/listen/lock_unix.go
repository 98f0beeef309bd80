//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package listen

import (
	"errors"
	"os"
	"syscall"
)

// replaceable: another file may take the place of one that is open.
const replaceable = true

// lock keeps other processes from opening the journal. The lock ends with the process.
func lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// unlock lets others open the journal at once. Closing it is not enough while a process
// that is being started has our files still.
func unlock(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
