//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package listen

import (
	"errors"
	"os"
	"syscall"
)

// replaceable is true: an open file can be replaced here.
const replaceable = true

// lock locks the journal against other processes, until this one ends.
func lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// unlock releases the lock at once. Closing the file is not enough: a child process that
// is just starting may still share our file descriptors.
func unlock(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
