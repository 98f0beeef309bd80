package casefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/fakestripe/fakestripe/internal/file"
)

// A Stage is a temporary folder for cases, so that either all of them reach their target
// or none. It is on the same file system: inside an existing target, else next to it.
type Stage struct {
	*Folder          // the cases so far
	target  string   // the final folder
	outside string   // the temporary folder around it
	made    []string // folders created, outermost first
	merged  bool     // whether the target exists
}

// NewStage returns a stage for a folder, which need not exist. Numbers continue after the
// highest one present.
func NewStage(dir string) (*Stage, error) {
	dir = filepath.Clean(dir)
	last, err := lastNumber(dir)
	if err != nil {
		return nil, err
	}
	s := &Stage{target: dir, Folder: new(Folder)}
	s.last.Store(int64(last))
	around := dir
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		around = filepath.Dir(dir)
	} else {
		s.merged = true
	}
	if err := s.makeAll(around); err != nil {
		return nil, errors.Join(err, s.Discard())
	}
	if s.outside, err = os.MkdirTemp(around, ".fakestripe-*"); err != nil {
		return nil, errors.Join(err, s.Discard())
	}
	s.dir = filepath.Join(s.outside, "cases")
	if err := os.Mkdir(s.dir, 0o777); err != nil {
		return nil, errors.Join(err, s.Discard())
	}
	return s, nil
}

// makeAll is os.MkdirAll, except that it remembers the folders it creates.
func (s *Stage) makeAll(dir string) error {
	_, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		if err := s.makeAll(filepath.Dir(dir)); err != nil {
			return err
		}
	}
	switch err := os.Mkdir(dir, 0o777); {
	case err == nil:
		s.made = append(s.made, dir)
	case !isFolder(dir): // or another process has just made one
		return err
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Discard removes uncommitted cases, and the folders created for them.
func (s *Stage) Discard() error {
	var err error
	if s.outside != "" {
		err = os.RemoveAll(s.outside)
	}
	for _, dir := range slices.Backward(s.made) {
		_ = os.Remove(dir) // keep one that others have used
	}
	return err
}

// Commit moves all cases to their target. After an error, none of them is there.
func (s *Stage) Commit() error {
	err := s.deliver()
	if err != nil {
		return errors.Join(err, s.Discard())
	}
	return os.RemoveAll(s.outside)
}

// deliver moves the whole folder into place, if the target does not exist.
func (s *Stage) deliver() error {
	if s.merged {
		return s.merge()
	}
	return os.Rename(s.dir, s.target)
}

// merge moves the files into an existing folder, cases last, and undoes everything after
// an error.
func (s *Stage) merge() error {
	var moved []string
	for _, folder := range []string{payloads, exchanges, "."} {
		entries, err := os.ReadDir(filepath.Join(s.dir, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, remove(moved))
		}
		for _, entry := range entries {
			if entry.IsDir() {
				continue
			}
			path := filepath.Join(folder, entry.Name())
			if err := s.move(path); err != nil {
				return errors.Join(err, remove(moved))
			}
			moved = append(moved, filepath.Join(s.target, path))
		}
	}
	return nil
}

func (s *Stage) move(path string) error {
	target := filepath.Join(s.target, path)
	if err := s.makeAll(filepath.Dir(target)); err != nil {
		return err
	}
	if err := file.Move(file.Here{}, filepath.Join(s.dir, path), target); err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	return nil
}

func remove(paths []string) error {
	var errs []error
	for _, path := range paths {
		errs = append(errs, os.Remove(path))
	}
	return errors.Join(errs...)
}
