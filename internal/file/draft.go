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

// A Draft is a complete file beside the place that it is to take: a rename within one
// folder cannot be half done.
type Draft struct {
	folder Folder
	name   string // "" once it has its place
	place  string
}

// NewDraft writes a draft of the file at a place, which must hold a regular file or
// nothing. Its mode is that of a new file if mode is 0.
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
		_ = out.Chmod(mode) // where that is possible; it was made with no more
	}
	_, err = out.Write(data)
	if err = errors.Join(err, out.Close()); err != nil {
		d.Discard()
		return nil, cause(err)
	}
	return d, nil
}

// Replace puts the draft in its place, whatever file is there.
func (d *Draft) Replace() error { return d.placed(d.folder.Rename(d.name, d.place)) }

// Create puts the draft in its place. The error is fs.ErrExist when there is a file.
func (d *Draft) Create() error { return d.placed(move(d.folder, d.name, d.place)) }

func (d *Draft) placed(err error) error {
	if err != nil {
		d.Discard()
		return cause(err)
	}
	d.name = ""
	return nil
}

// Discard removes the draft, unless it has its place.
func (d *Draft) Discard() {
	if d.name != "" {
		_ = d.folder.Remove(d.name)
		d.name = ""
	}
}

// Replace writes a file that takes the place of any other.
func Replace(in Folder, name string, data []byte, mode fs.FileMode) error {
	d, err := NewDraft(in, name, data, mode)
	if err != nil {
		return err
	}
	return d.Replace()
}

// Create writes a file that must not exist yet, else the error is fs.ErrExist.
func Create(in Folder, name string, data []byte, mode fs.FileMode) error {
	d, err := NewDraft(in, name, data, mode)
	if err != nil {
		return err
	}
	return d.Create()
}

// Move gives a file a name that no other file has, else the error is fs.ErrExist:
// os.Rename would overwrite.
func Move(in Folder, old, name string) error { return cause(move(in, old, name)) }

func move(in Folder, old, name string) error {
	err := in.Link(old, name)
	if err == nil {
		return in.Remove(old)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	// A file system without links.
	if _, err := in.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return fs.ErrExist
	}
	return in.Rename(old, name)
}
