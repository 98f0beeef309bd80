//go:build !unix

package wire

import "net"

// A socket cannot look at what has arrived on this system.
type socket struct{}

func newSocket(net.Conn) socket { return socket{} }

func (socket) quiet() (quiet, known bool) { return false, false }
