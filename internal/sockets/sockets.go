// Package sockets limits connections, and gives their errors the same names on every
// system.
package sockets

import (
	"errors"
	"syscall"
)

// MaxConnections is how many connections to one host are used at a time, and so how many
// deliveries are made.
const MaxConnections = 1024

// winsock are the errors of Windows sockets, which have numbers of their own.
//
// Source: https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2
var winsock = map[syscall.Errno]error{
	10053: syscall.ECONNRESET, // aborted by the software on this machine
	10054: syscall.ECONNRESET,
	10061: syscall.ECONNREFUSED,
}

// Portable adds to an error of Windows sockets the one that callers look for with
// errors.Is on every system. Other errors it returns as they are.
func Portable(err error) error {
	for number, same := range winsock {
		if errors.Is(err, number) {
			return errors.Join(err, same)
		}
	}
	return err
}
