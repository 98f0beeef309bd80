package wire

import (
	"context"
	"io"
)

// A body is that of a response. Its end, or Close, releases the connection.
type body struct {
	reader io.Reader
	conn   *conn // nil once released
	ctx    context.Context
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.reader.Read(p)
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		err = ended(b.ctx, err)
	}
	b.release(err == io.EOF)
	return n, err
}

// Close implements io.Closer. What was not read is not worth the wait.
func (b *body) Close() error {
	b.release(false)
	return nil
}

func (b *body) release(complete bool) {
	if b.conn != nil {
		b.conn.release(complete)
		b.conn = nil
	}
}
