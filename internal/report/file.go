package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fakestripe/fakestripe/internal/file"
)

// An output is the destination of a report.
type output struct {
	format Format
	path   string // as typed by the user
	place  string // after following links
	mode   fs.FileMode
	stream bool // a device or a pipe: written to, never replaced
	socket bool // cannot be written to

	content []byte
	draft   *file.Draft // of the content; nil until staged
}

func parse(specs []string) ([]*output, error) {
	var outputs []*output
	taken := map[string]bool{}
	for _, spec := range specs {
		format, path, err := ParseTarget(spec)
		if err != nil {
			return nil, err
		}
		o := &output{format: format, path: path}
		o.find()
		if taken[o.place] && !o.stream {
			return nil, fmt.Errorf("two reports write to %s", path)
		}
		taken[o.place] = true
		outputs = append(outputs, o)
	}
	return outputs, nil
}

// find examines the file at the path. Links stay links, and /dev/null stays /dev/null:
// only a regular file may be replaced.
func (o *output) find() {
	o.place = filepath.Clean(o.path)
	if place, err := filepath.EvalSymlinks(o.path); err == nil {
		o.place = place
	}
	if info, err := os.Stat(o.place); err == nil {
		o.stream = !info.Mode().IsRegular() && !info.IsDir()
		o.socket = info.Mode()&fs.ModeSocket != 0
		o.mode = info.Mode().Perm()
	}
}

func (o *output) render(render func(Format, io.Writer) error) ([]byte, error) {
	var content bytes.Buffer
	if err := render(o.format, &content); err != nil {
		return nil, o.wrap(err)
	}
	return content.Bytes(), nil
}

// stage writes a draft of the content, which commit moves into place.
func (o *output) stage(content []byte) (err error) {
	o.content = content
	switch {
	case o.socket:
		err = errors.New("a socket: want a file")
	case !o.stream:
		o.draft, err = file.NewDraft(file.Here{}, o.place, content, o.mode)
	}
	return o.wrap(err)
}

// commit waits at a pipe for its reader, until the context ends.
func (o *output) commit(ctx context.Context) error {
	if o.stream {
		return o.wrap(file.Send(ctx, o.place, o.content))
	}
	return o.wrap(o.draft.Replace())
}

// wrap adds the user's path to an error.
func (o *output) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot write the report %s: %w", o.path, err)
}

// discard removes an uncommitted draft.
func discard(outputs []*output) {
	for _, o := range outputs {
		if o.draft != nil {
			o.draft.Discard()
		}
	}
}
