package report

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A file is a report on its way to the disk.
type file struct {
	format  Format
	path    string // as the user wrote it
	place   string // where links lead
	content []byte
	temp    string // holds content until it takes its place; empty if nothing is staged
	mode    fs.FileMode
	stream  bool // a device or a pipe: written to, never replaced
}

func parse(specs []string) ([]*file, error) {
	var files []*file
	taken := map[string]bool{}
	for _, spec := range specs {
		format, path, err := ParseTarget(spec)
		if err != nil {
			return nil, err
		}
		f := &file{format: format, path: path}
		f.find()
		if taken[f.place] && !f.stream {
			return nil, fmt.Errorf("two reports go to %s", path)
		}
		taken[f.place] = true
		files = append(files, f)
	}
	return files, nil
}

// find looks at what is at the path. A link stays a link, and /dev/null stays
// /dev/null: what is renamed to must be a regular file or nothing.
func (f *file) find() {
	f.place = filepath.Clean(f.path)
	if place, err := filepath.EvalSymlinks(f.path); err == nil {
		f.place = place
	}
	if info, err := os.Stat(f.place); err == nil {
		f.stream = !info.Mode().IsRegular() && !info.IsDir()
		f.mode = info.Mode().Perm()
	}
}

func (f *file) render(r *contract.Report) ([]byte, error) {
	var content bytes.Buffer
	if err := formats[f.format](&content, r); err != nil {
		return nil, f.wrap(err)
	}
	return content.Bytes(), nil
}

// stage writes the content beside its place: a rename within one folder cannot
// be half done.
func (f *file) stage(content []byte) error {
	f.content = content
	if f.stream {
		return nil
	}
	if info, err := os.Stat(f.place); err == nil && info.IsDir() {
		return f.wrap(errors.New("it is a folder"))
	}
	dir, base := filepath.Split(f.place)
	temp := filepath.Join(dir, fmt.Sprintf(".%s.%x", base, rand.Uint64()))
	out, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return f.wrap(err)
	}
	f.temp = temp
	if f.mode != 0 {
		_ = out.Chmod(f.mode) // as it was, where that is possible
	}
	_, err = out.Write(content)
	return f.wrap(errors.Join(err, out.Close()))
}

func (f *file) commit() error {
	if f.stream {
		return f.send()
	}
	if err := os.Rename(f.temp, f.place); err != nil {
		return f.wrap(err)
	}
	f.temp = ""
	return nil
}

func (f *file) send() error {
	out, err := os.OpenFile(f.place, os.O_WRONLY, 0)
	if err != nil {
		return f.wrap(err)
	}
	_, err = out.Write(f.content)
	return f.wrap(errors.Join(err, out.Close()))
}

// wrap names the file that the user named, and not the temporary one.
func (f *file) wrap(err error) error {
	if err == nil {
		return nil
	}
	var onPath *fs.PathError
	var onLink *os.LinkError
	switch {
	case errors.As(err, &onPath):
		err = onPath.Err
	case errors.As(err, &onLink):
		err = onLink.Err
	}
	return fmt.Errorf("cannot write the report %s: %w", f.path, err)
}

// discard removes what did not take its place.
func discard(files []*file) {
	for _, f := range files {
		if f.temp != "" {
			_ = os.Remove(f.temp)
			f.temp = ""
		}
	}
}
