package wire

import (
	"errors"
	"os"
	"time"
)

// alive reports whether an idle connection works: the server has neither closed it nor
// said anything.
func (c *conn) alive() bool {
	if quiet, known := c.socket.quiet(); known {
		return quiet
	}
	c.unread = maxHead
	_ = c.SetReadDeadline(time.Now().Add(time.Millisecond)) // what is there arrives by then
	_, err := c.reader.Peek(1)
	_ = c.SetReadDeadline(time.Time{})
	return errors.Is(err, os.ErrDeadlineExceeded)
}
