package wire

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"time"
)

const (
	// atOnce is the size of messages that are written before the response is read: the
	// system takes so much even if the server reads nothing.
	atOnce = 64 << 10

	// maxHead limits the heads of the responses to one request.
	maxHead = 1 << 20

	// patience is the time to finish writing once the response was read.
	patience = 50 * time.Millisecond
)

// A conn is a connection. One request at a time uses it.
type conn struct {
	net.Conn
	plain  net.Conn // the connection below TLS
	socket socket   // of plain
	idle   *idle    // where it waits
	since  time.Time
	reader *bufio.Reader
	unread int64 // how much may yet be read

	// About the current request:
	unwatch func() bool // ends the watch over the context
	written int         // bytes of the message
	failed  error       // of the write
	writing chan error  // receives the result of a concurrent write
	silent  bool        // no byte of a response came
	last    bool        // a side wants the connection closed
}

func newConn(over, plain net.Conn, idle *idle) *conn {
	c := &conn{Conn: over, plain: plain, socket: newSocket(plain), idle: idle}
	c.reader = bufio.NewReader(c)
	return c
}

// Read implements io.Reader within the limit for heads.
func (c *conn) Read(p []byte) (int, error) {
	if c.unread <= 0 {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.unread)])
	c.unread -= int64(n)
	return n, err
}

// exchange sends a message and returns the response. It, or else the response's body,
// closes the connection or makes it idle again.
func (c *conn) exchange(request *http.Request, message []byte) (*http.Response, error) {
	ctx := request.Context()
	c.unwatch = context.AfterFunc(ctx, c.interrupt)
	response, err := c.talk(request, message)
	if err != nil {
		c.release(false)
		return nil, ended(ctx, err)
	}
	c.last = response.Close || request.Close || response.StatusCode < http.StatusOK
	if response.Body == http.NoBody {
		c.release(true)
	} else {
		response.Body = &body{response.Body, c, ctx}
	}
	return response, nil
}

// interrupt ends reads and writes. It only runs when the context ends: no request uses the
// connection afterwards.
func (c *conn) interrupt() { _ = c.SetDeadline(time.Unix(1, 0)) }

func (c *conn) talk(request *http.Request, message []byte) (*http.Response, error) {
	left := leaves(request.Context())
	if len(message) > atOnce && !left {
		c.writing = make(chan error, 1)
		go func() { c.writing <- c.write(message) }()
		return c.receive(request)
	}
	c.failed = c.write(message)
	switch {
	case c.failed != nil && (left || c.written == 0):
		return nil, c.failed
	case left:
		return nil, context.Canceled
	}
	return c.receive(request) // a server may refuse a message that it does not read
}

func (c *conn) write(message []byte) (err error) {
	c.written, err = c.Write(message)
	return err
}

// receive reads the response up to its body.
func (c *conn) receive(request *http.Request) (*http.Response, error) {
	c.unread = maxHead
	if _, err := c.reader.Peek(1); err != nil {
		c.silent = true
		return nil, err
	}
	for {
		response, err := http.ReadResponse(c.reader, request)
		switch {
		case err != nil && c.unread <= 0:
			return nil, fmt.Errorf("header of the response is longer than %d bytes", maxHead)
		case err != nil || response.StatusCode >= http.StatusOK || response.StatusCode == http.StatusSwitchingProtocols:
			c.unread = math.MaxInt64
			return response, err
		}
	}
}

// release ends the exchange. A connection that cannot be used again is closed.
func (c *conn) release(complete bool) {
	watched := c.unwatch()
	if watched && complete && !c.last && c.reader.Buffered() == 0 && c.sent() && c.idle.put(c) {
		return
	}
	c.plain.Close() // TLS would wait for the peer to take its farewell
	if c.writing != nil {
		<-c.writing
	}
}

// sent reports whether the message was written as a whole.
func (c *conn) sent() bool {
	if c.writing == nil {
		return c.failed == nil
	}
	select {
	case c.failed = <-c.writing:
		c.writing = nil
		return c.failed == nil
	case <-time.After(patience):
		return false
	}
}

// mayRepeat reports whether a failed request may be sent over another connection.
func (c *conn) mayRepeat(request *http.Request) bool {
	return c.written == 0 || c.silent && replayable(request)
}

// ended returns the context's error if that is why a request failed.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
