// Package sockets limits connections, makes their errors the same on every system, and finds
// out what listens.
package sockets

import (
	"errors"
	"syscall"
)

// MaxConnections is the maximum number of connections per host, and thus of concurrent
// deliveries.
const MaxConnections = 1024

// winsock are the errors of Windows sockets, which have their own numbers.
//
// Source: https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2
var winsock = map[syscall.Errno]error{
	10053: syscall.ECONNRESET, // aborted by the software on this machine
	10054: syscall.ECONNRESET,
	10061: syscall.ECONNREFUSED,
}

// Portable wraps a Windows socket error with the portable one for errors.Is. It returns
// other errors unchanged.
func Portable(err error) error {
	for number, same := range winsock {
		if errors.Is(err, number) {
			return errors.Join(err, same)
		}
	}
	return err
}
