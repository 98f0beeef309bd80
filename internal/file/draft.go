package file

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// A Draft is a complete file next to its destination: a rename within a folder is atomic.
type Draft struct {
	folder Folder
	name   string // "" once moved
	place  string
}

// NewDraft writes a draft for a path, which must hold a regular file or nothing. Mode 0
// means the default mode of a new file.
func NewDraft(in Folder, place string, data []byte, mode fs.FileMode) (*Draft, error) {
	if info, err := in.Lstat(place); err == nil && info.IsDir() {
		return nil, errors.New("a folder: want a file")
	}
	d := &Draft{folder: in, place: place}
	d.name = filepath.Join(filepath.Dir(place), fmt.Sprintf(".fakestripe-%016x.tmp", rand.Uint64()))
	out, err := in.OpenFile(d.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, cmp.Or(mode, 0o666))
	if err != nil {
		return nil, cause(err)
	}
	if mode != 0 {
		_ = out.Chmod(mode) // where possible; it was created with less
	}
	_, err = out.Write(data)
	if err = errors.Join(err, out.Close()); err != nil {
		d.Discard()
		return nil, cause(err)
	}
	return d, nil
}

// Replace moves the draft to its destination, replacing any file there.
func (d *Draft) Replace() error { return d.placed(d.folder.Rename(d.name, d.place)) }

// Create moves the draft to its destination. The error is fs.ErrExist if a file exists
// there.
func (d *Draft) Create() error { return d.placed(move(d.folder, d.name, d.place)) }

func (d *Draft) placed(err error) error {
	if err != nil {
		d.Discard()
		return cause(err)
	}
	d.name = ""
	return nil
}

// Discard removes the draft, unless it has been moved.
func (d *Draft) Discard() {
	if d.name != "" {
		_ = d.folder.Remove(d.name)
		d.name = ""
	}
}

// Replace writes a file, replacing any other.
func Replace(in Folder, name string, data []byte, mode fs.FileMode) error {
	d, err := NewDraft(in, name, data, mode)
	if err != nil {
		return err
	}
	return d.Replace()
}

// Create writes a new file. The error is fs.ErrExist if one exists.
func Create(in Folder, name string, data []byte, mode fs.FileMode) error {
	d, err := NewDraft(in, name, data, mode)
	if err != nil {
		return err
	}
	return d.Create()
}

// Move renames a file. The error is fs.ErrExist if the new name is taken, where os.Rename
// would overwrite.
func Move(in Folder, old, name string) error { return cause(move(in, old, name)) }

func move(in Folder, old, name string) error {
	err := in.Link(old, name)
	if err == nil {
		return in.Remove(old)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	// The file system has no links.
	if _, err := in.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return fs.ErrExist
	}
	return in.Rename(old, name)
}
