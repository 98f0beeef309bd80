package listen

import (
	"os"
	"syscall"
	"unsafe"
)

// replaceable is false: an open file cannot be replaced here, so journals are not
// compacted.
const replaceable = false

// lock locks the journal against other processes, until this one ends. It locks a byte
// far beyond the end: Windows blocks reads and writes of locked bytes.
func lock(file *os.File) error {
	const exclusive, failAtOnce = 2, 1
	const lockViolation = syscall.Errno(33)
	place := syscall.Overlapped{OffsetHigh: 1 << 30}
	ok, _, err := syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx").
		Call(file.Fd(), exclusive|failAtOnce, 0, 1, 0, uintptr(unsafe.Pointer(&place)))
	switch {
	case ok != 0:
		return nil
	case err == lockViolation:
		return errLocked
	}
	return err
}

// unlock does nothing: closing the file unlocks it.
func unlock(*os.File) {}
