package file

import (
	"context"
	"errors"
	"os"
)

// Send writes to a pipe, a terminal or a device. It waits for a reader until the context
// ends.
func Send(ctx context.Context, name string, data []byte) error {
	out, err := until(ctx, func() (*os.File, error) { return os.OpenFile(name, os.O_WRONLY, 0) }, func(late *os.File) { _ = late.Close() })
	if err != nil {
		return cause(err)
	}
	_, err = until(ctx, func() (int, error) { return out.Write(data) }, func(int) {})
	return cause(errors.Join(err, out.Close()))
}
