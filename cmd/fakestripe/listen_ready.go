package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/internal/listen"
)

// A readyFile exists while listen runs, and contains its URL.
type readyFile struct {
	name string // "" for none
	url  string // as written
}

// maxReadyFile limits the size of a file with a URL.
const maxReadyFile = 4 << 10

// readyPatience is the time for another listen to answer.
const readyPatience = 2 * time.Second

// clear removes the file of a dead listen, so no one mistakes it for the new one's. The
// file of a running one is an error.
func (f *readyFile) clear() error {
	if f.name == "" {
		return nil
	}
	info, err := os.Lstat(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("--ready-file: %w", err)
	}
	switch url, made := readyURL(f.name); {
	case !info.Mode().IsRegular() || !made:
		return fmt.Errorf("--ready-file %s: the file is not from fakestripe: choose another name", f.name)
	case answers(url):
		shown, _, _ := strings.Cut(url, "/?") // the token belongs to its owner
		return fmt.Errorf("--ready-file %s: a fakestripe listen running at %s owns it: stop that one, choose another name, or remove the file", f.name, shown)
	}
	return os.Remove(f.name)
}

// readyURL returns the content of a file, and whether write could have written it.
func readyURL(name string) (url string, made bool) {
	data, err := readRegular(name, maxReadyFile)
	url, rest, ended := strings.Cut(string(data), "\n")
	return url, err == nil && ended && rest == "" && strings.HasPrefix(url, "http://")
}

// answers reports whether a listen answers at the URL in a file.
func answers(url string) bool {
	client, err := listen.NewClient(url)
	if err != nil {
		return false
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), readyPatience)
	defer cancel()
	return client.Check(ctx) == nil
}

// write writes the file atomically: a waiting reader sees all of it.
func (f *readyFile) write(url string, mode os.FileMode) error {
	if f.name == "" {
		return nil
	}
	if err := file.Replace(file.Here{}, f.name, []byte(url+"\n"), mode); err != nil {
		return fmt.Errorf("--ready-file %s: %w", f.name, err)
	}
	f.url = url
	return nil
}

// remove removes the file at the end, unless another listen's file has replaced it.
func (f *readyFile) remove() {
	if url, made := readyURL(f.name); made && url == f.url {
		_ = os.Remove(f.name) // another process may have
	}
}
