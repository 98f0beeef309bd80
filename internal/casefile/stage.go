package casefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A Stage is a folder beside the one that cases go into, so that all of them get
// there or none.
type Stage struct {
	*Folder        // to add cases to
	target  string // what it is to become
	outside string // the temporary folder that holds it
}

// NewStage returns a stage for a folder, which need not exist. Numbers go on after
// the highest that is there.
func NewStage(dir string) (*Stage, error) {
	dir = filepath.Clean(dir)
	last, err := lastNumber(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return nil, err
	}
	outside, err := os.MkdirTemp(filepath.Dir(dir), ".fakestripe-*")
	if err != nil {
		return nil, err
	}
	s := &Stage{Folder: &Folder{dir: filepath.Join(outside, "cases")}, target: dir, outside: outside}
	s.last.Store(int64(last))
	return s, os.Mkdir(s.dir, 0o777)
}

// Discard removes what was not committed.
func (s *Stage) Discard() error { return os.RemoveAll(s.outside) }

// Commit moves all cases to where they belong. After an error none of them is
// there.
func (s *Stage) Commit() error {
	var err error
	if replaceable(s.target) {
		err = os.Rename(s.dir, s.target)
	} else {
		err = s.merge()
	}
	return errors.Join(err, s.Discard())
}

// replaceable reports whether a folder can be put in a place as a whole. An empty
// folder is removed for it.
func replaceable(dir string) bool {
	info, err := os.Lstat(dir)
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() && os.Remove(dir) == nil
}

// merge moves file by file into a folder that has others, cases last, and takes
// all back when one cannot be moved.
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
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	return rename(filepath.Join(s.dir, path), target)
}

func remove(paths []string) error {
	var errs []error
	for _, path := range paths {
		errs = append(errs, os.Remove(path))
	}
	return errors.Join(errs...)
}
