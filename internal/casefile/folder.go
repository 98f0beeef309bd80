package casefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/fakestripe/fakestripe/internal/file"
)

// A Folder collects cases. It is safe for concurrent use, also by several processes.
type Folder struct {
	dir  string
	last atomic.Int64 // last number assigned
}

// Open opens a folder, creating it if necessary. Numbers continue after the highest one
// present.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err // err names the folder
	}
	f := &Folder{dir: dir}
	last, err := lastNumber(dir)
	f.last.Store(int64(last))
	return f, err
}

// lastNumber returns the highest number in the folder's names, or 0.
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

// Number reserves the next number: it determines the order of cases, whatever the order of
// Add calls.
func (f *Folder) Number() int { return int(f.last.Add(1)) }

// Add writes a case and returns the name of its file. If another process has taken the
// number, it uses the next free one.
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
	for i, one := range files {
		if one.data == nil {
			continue
		}
		if err := create(filepath.Join(f.dir, one.path), one.data); err != nil {
			for _, written := range files[:i] {
				_ = os.Remove(filepath.Join(f.dir, written.path)) // ours: it did not exist before
			}
			return err
		}
	}
	return nil
}

// create creates a file, visible only once complete, and its folder. The error is
// fs.ErrExist for an existing file.
func create(path string, data []byte) error {
	err := file.Create(file.Here{}, path, data, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		err = file.Create(file.Here{}, path, data, 0)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
