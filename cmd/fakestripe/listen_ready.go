package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A readyFile is there while listen is: it holds its URL. "" is none.
type readyFile string

// clear removes the file of a listen that was killed, so that nobody takes it for
// that of the one that starts.
func (f readyFile) clear() error {
	if f == "" {
		return nil
	}
	info, err := os.Lstat(string(f))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("--ready-file: %w", err)
	case !info.Mode().IsRegular() || !f.isReady():
		return fmt.Errorf("--ready-file %s: there is something that fakestripe did not make: give another name", string(f))
	}
	return os.Remove(string(f))
}

// isReady reports whether the file holds what write writes.
func (f readyFile) isReady() bool {
	data, err := os.ReadFile(string(f))
	return err == nil && bytes.HasPrefix(data, []byte("http://")) && bytes.IndexByte(data, '\n') == len(data)-1
}

// write writes the whole file at once: who waits for it can read it.
func (f readyFile) write(url string, mode os.FileMode) error {
	if f == "" {
		return nil
	}
	temporary, err := os.CreateTemp(filepath.Dir(string(f)), filepath.Base(string(f))+".*")
	if err != nil {
		return fmt.Errorf("--ready-file: %w", err)
	}
	_, err = temporary.WriteString(url + "\n")
	err = errors.Join(err, temporary.Chmod(mode), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), string(f))
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
		return fmt.Errorf("--ready-file: %w", err)
	}
	return nil
}

// remove says that listen is no longer there.
func (f readyFile) remove() {
	if f != "" {
		_ = os.Remove(string(f)) // somebody else may have
	}
}
