package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// openFile opens a file to read. One that may be silent for ever, such as a pipe that
// nobody writes to, is opened and read until the context ends.
func openFile(ctx context.Context, name string) (io.ReadCloser, error) {
	info, err := os.Stat(name)
	if err != nil || info.Mode().IsRegular() || info.IsDir() {
		return os.Open(name) // at once; the error names the file
	}
	type result struct {
		file *os.File
		err  error
	}
	opened := make(chan result)
	go func() {
		file, err := os.Open(name)
		select {
		case opened <- result{file, err}:
		case <-ctx.Done():
			_ = file.Close() // of nil, too
		}
	}()
	select {
	case r := <-opened:
		if r.err != nil {
			return nil, r.err
		}
		return interruptibleFile{interruptible{ctx, r.file}, r.file}, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", name, errInterrupted)
	}
}

// errInterrupted ends the opening of a file.
var errInterrupted = errors.New("interrupted")

type interruptibleFile struct {
	interruptible
	io.Closer
}

// readFile reads a file whole that has at most so many bytes.
func readFile(ctx context.Context, name string, limit int64) ([]byte, error) {
	file, err := openFile(ctx, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readBounded(file, name, limit)
}

// readRegular reads a file whole that has at most so many bytes. It has to be one that
// can be read again: no pipe, device or folder.
func readRegular(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err // names the file
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file: a pipe, a device or a folder is not read here", name)
	}
	return readFile(context.Background(), name, limit)
}

// readBounded reads to the end, which must come within so many bytes.
func readBounded(in io.Reader, name string, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errors.New("larger than " + sized(limit))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

func sized(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}
