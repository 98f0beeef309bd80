// Package file opens, reads and writes files named by a user. Whatever the name refers to,
// a pipe without a writer or an endless device, every operation can be interrupted and uses
// bounded memory. Files are written completely or not at all.
//
// Errors say what is wrong but do not name the file: the caller adds the name its user
// knows.
package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrInterrupted means that the context ended before the file was opened, read or
// written.
var ErrInterrupted = errors.New("interrupted")

// Open opens a regular file, a pipe or a device for reading. Opening and each read end
// with the context.
func Open(ctx context.Context, name string) (io.ReadCloser, error) {
	file, err := until(ctx, func() (*os.File, error) { return open(name) }, func(late *os.File) { _ = late.Close() })
	if err != nil {
		return nil, cause(err)
	}
	return opened{Interruptible(ctx, file), file}, nil
}

// An opened file can be read until the context ends.
type opened struct {
	io.Reader
	file *os.File
}

// Close implements io.Closer.
func (o opened) Close() error { return o.file.Close() }

func open(name string) (*os.File, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("a folder: want a file")
	case info.Mode()&fs.ModeSocket != 0:
		return nil, errors.New("a socket: want a file")
	}
	return os.Open(name)
}

// Read opens a file as Open does and reads all of it, up to limit bytes.
func Read(ctx context.Context, name string, limit int64) ([]byte, error) {
	file, err := Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.(opened).file.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > limit {
		return nil, tooLarge(limit) // without reading it
	}
	return ReadAll(file, limit)
}

// ReadRegular reads a whole file of at most limit bytes. It refuses pipes, devices and
// folders, which cannot be read a second time.
func ReadRegular(in Folder, name string, limit int64) ([]byte, error) {
	info, err := in.Stat(name) // before opening: opening a pipe waits
	switch {
	case err != nil:
		return nil, cause(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file: pipes, devices and folders are not read here")
	case info.Size() > limit:
		return nil, tooLarge(limit)
	}
	file, err := in.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, cause(err)
	}
	defer file.Close()
	return ReadAll(file, limit)
}

// ReadAll reads to the end, and fails beyond limit bytes.
func ReadAll(in io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	switch {
	case err != nil:
		return nil, cause(err)
	case int64(len(data)) > limit:
		return nil, tooLarge(limit)
	}
	return data, nil
}

func tooLarge(limit int64) error { return errors.New("larger than " + size(limit)) }

func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// Interruptible returns a reader that stops when the context ends.
func Interruptible(ctx context.Context, in io.Reader) io.Reader { return interruptible{ctx, in} }

type interruptible struct {
	ctx context.Context
	in  io.Reader
}

// Read implements io.Reader.
func (r interruptible) Read(p []byte) (int, error) {
	var end error
	data, err := until(r.ctx, func() ([]byte, error) {
		own := make([]byte, len(p)) // p is the caller's again once the context ends
		n, err := r.in.Read(own)
		end = err
		return own[:n], nil // data may come with an error, at the end too
	}, func([]byte) {})
	if err != nil {
		return 0, err
	}
	return copy(p, data), end
}

// until runs a possibly endless operation until the context ends. It passes a late result
// to drop.
func until[T any](ctx context.Context, do func() (T, error), drop func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result)
	go func() {
		value, err := do()
		select {
		case done <- result{value, err}:
		case <-ctx.Done():
			drop(value)
		}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ErrInterrupted
	}
}

// cause strips the file name from an error.
func cause(err error) error {
	var onPath *fs.PathError
	var onLink *os.LinkError
	switch {
	case errors.As(err, &onPath):
		return onPath.Err
	case errors.As(err, &onLink):
		return onLink.Err
	}
	return err
}
