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

// A readyFile is there while listen is, and holds its URL.
type readyFile struct {
	name string // "": there is none
	url  string // that was written
}

// maxReadyFile bounds what is read of a file that should hold a URL.
const maxReadyFile = 4 << 10

// readyPatience is how long a listen whose file is there has to answer.
const readyPatience = 2 * time.Second

// clear removes the file of a listen that was killed, so that nobody takes it for
// that of the one that starts. The file of one that runs is an error.
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
		return fmt.Errorf("--ready-file %s: fakestripe did not write what is there: choose another name", f.name)
	case answers(url):
		shown, _, _ := strings.Cut(url, "/?") // the token is its owner's
		return fmt.Errorf("--ready-file %s: a fakestripe listen that is running at %s owns it: stop that one, choose another name, or remove the file", f.name, shown)
	}
	return os.Remove(f.name)
}

// readyURL returns what is in a file, and whether it is what write writes.
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

// write writes the whole file at once: who waits for it can read it.
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

// remove says that listen is no longer there. The file of another one, which somebody
// has put in its place, stays.
func (f *readyFile) remove() {
	if url, made := readyURL(f.name); made && url == f.url {
		_ = os.Remove(f.name) // somebody else may have
	}
}
