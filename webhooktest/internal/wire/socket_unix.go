//go:build unix

package wire

import (
	"net"
	"syscall"
)

// A socket looks at what has arrived, without reading it.
type socket struct {
	raw  syscall.RawConn               // nil: not a socket of the system
	look func(descriptor uintptr) bool // sets err
	err  *error
}

func newSocket(c net.Conn) socket {
	system, ok := c.(syscall.Conn)
	if !ok {
		return socket{}
	}
	raw, err := system.SyscallConn()
	if err != nil {
		return socket{}
	}
	var next [1]byte
	look := func(descriptor uintptr) bool {
		_, _, err = syscall.Recvfrom(int(descriptor), next[:], syscall.MSG_PEEK)
		return true
	}
	return socket{raw, look, &err}
}

// quiet reports whether the connection is open and nothing has arrived.
func (s socket) quiet() (quiet, known bool) {
	if s.raw == nil {
		return false, false
	}
	err := s.raw.Read(s.look)
	return err == nil && *s.err == syscall.EAGAIN, true
}
