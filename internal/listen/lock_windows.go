package listen

import (
	"os"
	"syscall"
	"unsafe"
)

// replaceable: a file that is open keeps its name here, so that no journal is compacted.
const replaceable = false

// lock keeps other processes from opening the journal. The lock ends with the process.
// It is on a byte far behind the end: Windows would keep the locked bytes from being
// read and written.
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

// unlock is done by closing the file.
func unlock(*os.File) {}
