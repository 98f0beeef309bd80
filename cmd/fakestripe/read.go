package main

import (
	"context"
	"fmt"
	"io"

	"github.com/fakestripe/fakestripe/internal/file"
)

// maxPayload bounds what is read from a file or standard input.
const maxPayload = 64 << 20

// readPayload reads a file, or standard input for -, until the context ends.
func readPayload(ctx context.Context, in io.Reader, name string) (data []byte, err error) {
	if name == "-" {
		data, err = file.ReadAll(file.Interruptible(ctx, in), maxPayload)
	} else {
		data, err = file.Read(ctx, name, maxPayload)
	}
	return data, named(name, err)
}

// readRegular reads a whole file of at most limit bytes that is no pipe or device.
func readRegular(name string, limit int64) ([]byte, error) {
	data, err := file.ReadRegular(file.Here{}, name, limit)
	return data, named(name, err)
}

// named says with which file something is wrong, if anything is.
func named(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fileName(name), err)
}

func fileName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}
