package wire

import (
	"errors"
	"os"
	"time"
)

// alive reports whether an idle connection works: the server has neither closed it nor
// said anything. Where the system cannot tell (on Windows, and for connections that are no
// sockets), it takes a millisecond to see that nothing comes.
func (c *conn) alive() bool {
	if quiet, known := c.socket.quiet(); known {
		return quiet
	}
	c.unread = maxHead
	_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := c.reader.Peek(1)
	_ = c.SetReadDeadline(time.Time{})
	return errors.Is(err, os.ErrDeadlineExceeded)
}
