package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// A readyFile is there while listen is: it holds its URL. It is the file's name, ""
// for none, and once the file is written, what is in it, after a line break.
type readyFile string

// maxReadyFile bounds what is read of a file that should hold a URL.
const maxReadyFile = 4 << 10

// readyPatience is how long a listen whose file is there has to answer.
const readyPatience = 2 * time.Second

// split returns the file's name and what this listen wrote into it, "" before it did.
func (f readyFile) split() (name, own string) {
	at := strings.LastIndex(string(f), "\nhttp://")
	if at < 0 {
		return string(f), ""
	}
	return string(f[:at]), string(f[at+1:])
}

// clear removes the file of a listen that was killed, so that nobody takes it for
// that of the one that starts. The file of one that runs is an error.
func (f readyFile) clear() error {
	if f == "" {
		return nil
	}
	name, _ := f.split()
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("--ready-file: %w", err)
	}
	switch url, made := readyURL(name); {
	case !info.Mode().IsRegular() || !made:
		return fmt.Errorf("--ready-file %s: there is something that fakestripe did not make: give another name", name)
	case answers(url):
		shown, _, _ := strings.Cut(url, "/?") // the token is its owner's
		return fmt.Errorf("--ready-file %s: it is of a fakestripe listen that is running, at %s: end that one, give another name, or remove the file", name, shown)
	}
	return os.Remove(name)
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
	if *f == "" {
		return nil
	}
	name, _ := f.split()
	temporary, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("--ready-file: %w", err)
	}
	_, err = temporary.WriteString(url + "\n")
	err = errors.Join(err, temporary.Chmod(mode), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
		return fmt.Errorf("--ready-file: %w", err)
	}
	*f = readyFile(name + "\n" + url)
	return nil
}

// remove says that listen is no longer there. The file of another one, which somebody
// has put in its place, stays.
func (f *readyFile) remove() {
	name, own := f.split()
	if url, made := readyURL(name); made && url == own {
		_ = os.Remove(name) // somebody else may have
	}
}
