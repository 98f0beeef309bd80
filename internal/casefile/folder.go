package casefile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
)

// A Folder is a folder that cases are added to. It is safe for use by several
// goroutines, and several processes may add to the same one.
type Folder struct {
	dir  string
	last atomic.Int64 // number that was given away
}

// Open returns the folder, which is created if there is none. Numbers go on after
// the highest that is there.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err // names the folder
	}
	f := &Folder{dir: dir}
	last, err := lastNumber(dir)
	f.last.Store(int64(last))
	return f, err
}

// lastNumber returns the highest number that a name in the folder begins with, 0
// where there is none.
func lastNumber(dir string) (last int, err error) {
	for _, folder := range []string{dir, filepath.Join(dir, payloads)} {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
		for _, entry := range entries {
			digits, _, numbered := strings.Cut(entry.Name(), "-")
			if n, err := strconv.Atoi(digits); numbered && err == nil {
				last = max(last, n)
			}
		}
	}
	return last, nil
}

// Number reserves the next number: cases are in the order of their numbers, which
// need not be that in which they are added.
func (f *Folder) Number() int { return int(f.last.Add(1)) }

// Add writes a case and returns the name of its file. If another process has the
// number, the next one that is free is taken.
func (f *Folder) Add(number int, c Case) (name string, err error) {
	for {
		name = c.name(number)
		err = f.write(name, c)
		if !errors.Is(err, fs.ErrExist) {
			return name + ".json", err
		}
		number = f.Number()
	}
}

// write writes the files of a case, the case itself last.
func (f *Folder) write(name string, c Case) error {
	files := []struct {
		path string
		data []byte
	}{
		{filepath.Join(payloads, name+".json"), c.Payload},
		{filepath.Join(exchanges, name+".http"), c.Exchange},
		{name + ".json", c.text(name)},
	}
	for i, file := range files {
		if file.data == nil {
			continue
		}
		if err := create(filepath.Join(f.dir, file.path), file.data); err != nil {
			for _, written := range files[:i] {
				_ = os.Remove(filepath.Join(f.dir, written.path)) // ours: it was not there before
			}
			return err
		}
	}
	return nil
}

// create writes a file that is there only when it is complete, and makes its
// folder. The error is fs.ErrExist for a file that exists.
func create(path string, data []byte) error {
	temporary, err := temporaryFile(path, data)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		temporary, err = temporaryFile(path, data)
	}
	if err != nil {
		return err
	}
	if err := rename(temporary, path); err != nil {
		_ = os.Remove(temporary)
		return err
	}
	return nil
}

// temporaryFile writes a file beside the one that it is to become. Unlike those of
// os.CreateTemp it may be read by whom the user lets read.
func temporaryFile(path string, data []byte) (name string, err error) {
	name = fmt.Sprintf("%s.%016x.tmp", path, rand.Uint64()) // others may write to the folder
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return "", err
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(name)
		return "", err
	}
	return name, nil
}

// rename gives a file a name that no other file has: os.Rename would overwrite.
func rename(old, name string) error {
	err := os.Link(old, name)
	if err == nil {
		return os.Remove(old)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	// A file system without links.
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	return os.Rename(old, name)
}
