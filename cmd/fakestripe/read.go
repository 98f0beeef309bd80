package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/fakestripe/fakestripe/internal/file"
)

// maxPayload limits the size of a file or of standard input.
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

// readRegular reads a whole regular file of at most limit bytes.
func readRegular(name string, limit int64) ([]byte, error) {
	data, err := file.ReadRegular(file.Here{}, name, limit)
	return data, named(name, err)
}

// named adds the file to an error.
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

func isFile(name string) bool {
	return name == "-" || strings.HasSuffix(name, ".json") || strings.ContainsAny(name, `/\`)
}
