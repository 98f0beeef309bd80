package file

import (
	"errors"
	"io/fs"
	"os"
)

// A Folder resolves file names: Here, or an *os.Root.
type Folder interface {
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
	OpenFile(name string, flag int, mode fs.FileMode) (*os.File, error)
	Link(old, name string) error
	Rename(old, name string) error
	Remove(name string) error
}

// Here resolves names as the operating system does: relative to the working directory,
// unless absolute.
type Here struct{}

// Stat implements Folder.
func (Here) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// Lstat implements Folder.
func (Here) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(name) }

// OpenFile implements Folder.
func (Here) OpenFile(name string, flag int, mode fs.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag, mode)
}

// Link implements Folder.
func (Here) Link(old, name string) error { return os.Link(old, name) }

// Rename implements Folder.
func (Here) Rename(old, name string) error { return os.Rename(old, name) }

// Remove implements Folder.
func (Here) Remove(name string) error { return os.Remove(name) }

// OpenRoot is os.OpenRoot, except that it fails at a pipe instead of waiting.
func OpenRoot(dir string) (*os.Root, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, cause(err)
	case !info.IsDir():
		return nil, errors.New("not a folder")
	}
	root, err := os.OpenRoot(dir)
	return root, cause(err)
}
