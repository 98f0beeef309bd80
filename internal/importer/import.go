// Package importer reads existing events: the JSON of GET /v1/events, the output of stripe
// listen --format JSON, the journal and output of fakestripe listen, and files of one event
// each. It recognizes the input by its content, and extracts events from envelopes of
// queues, captures, rows of tables and logs (see package capture).
//
// The input is a stream of JSON values, each starting on a new line. It is read once, with
// at most one event in memory. Only other input, up to 1 MiB, is read as a whole. Errors
// name line, column and byte.
package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/redact"
)

// ErrNoEvents means that the input contains no event.
var ErrNoEvents = errors.New("no event in it")

// An Importer turns events into cases. Set the fields before use.
type Importer struct {
	Redactor *redact.Redactor
	Add      func(casefile.Case) error
	Progress func(read int64) // called after each event, if not nil, with the bytes read so far, over all files

	Summary Summary

	read int64 // from earlier files
	seed maphash.Seed
	seen map[uint64]bool // hashes of the events
}

// A Summary counts the events of the input.
type Summary struct {
	Events   int `json:"events"`   // imported as cases
	Thin     int `json:"thin"`     // of these
	Repeated int `json:"repeated"` // skipped: identical to an earlier one

	Prose int `json:"lines,omitempty"` // of text between events, skipped

	Forms []string `json:"forms,omitempty"` // what events were taken out of, such as "a HAR file"
}

// Read imports the events of a stream. name is for errors.
func (im *Importer) Read(ctx context.Context, name string, in io.Reader) error {
	before := im.Summary.Events + im.Summary.Repeated
	nothing := func() bool { return before == im.Summary.Events+im.Summary.Repeated }
	start := &beginning{in: in}
	s := newScanner(start)
	s.found = func(text []byte, at Position, alone bool) error {
		if err := ctx.Err(); err != nil {
			return errors.New("interrupted")
		}
		if err := im.event(text, at, alone, s.mixed); err != nil {
			return err
		}
		if !nothing() {
			start.forget()
		}
		if im.Progress != nil {
			im.Progress(im.read + s.at.Byte)
		}
		return nil
	}
	s.printed = im.addAll
	err := s.scan()
	im.read += s.at.Byte
	im.Summary.Prose += s.prose
	if err == nil && nothing() {
		err = ErrNoEvents
	}
	if err != nil && nothing() && (s.strays || s.values == 1) && ctx.Err() == nil {
		err = im.whole(start, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// whole imports from a text that is not a stream of JSON values: a log, a printed object.
// If it contains no event, it returns the given error.
func (im *Importer) whole(start *beginning, err error) error {
	text, ok := start.all()
	if !ok || beginsAsJSON(text) { // the JSON parser's error is better
		return err
	}
	events, form := taken(text)
	if len(events) == 0 {
		return err
	}
	return im.addAll(events, form, Position{Line: 1, Column: 1})
}

// Files returns the importable files of a folder, by name, or path itself if it is not a
// folder, and their total size in bytes.
func Files(path string) (files []string, size int64, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err // err names the file
	}
	if !info.IsDir() {
		return []string{path}, info.Size(), nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, 0, err
	}
	for _, entry := range entries {
		info, err := os.Stat(filepath.Join(path, entry.Name()))
		if err != nil || !info.Mode().IsRegular() || !slices.Contains(endings, filepath.Ext(entry.Name())) {
			continue
		}
		files = append(files, filepath.Join(path, entry.Name()))
		size += info.Size()
	}
	if len(files) == 0 {
		return nil, 0, fmt.Errorf("%s: no file in it ends in %s", path, strings.Join(endings, ", "))
	}
	return files, size, nil
}

// endings are the endings of importable files in a folder.
var endings = []string{".json", ".jsonl", ".ndjson", ".log"}

// maxSeen limits the number of remembered events.
const maxSeen = 1 << 20

// repeated reports whether the same text came before: pages of a list overlap, and a
// journal has replayed events twice.
func (im *Importer) repeated(text []byte) bool {
	if im.seen == nil {
		im.seed, im.seen = maphash.MakeSeed(), make(map[uint64]bool)
	}
	if len(im.seen) >= maxSeen {
		clear(im.seen)
	}
	hash := maphash.Bytes(im.seed, text)
	before := im.seen[hash]
	im.seen[hash] = true
	return before
}

// event imports one JSON object of the input. mixed means that it need not contain an
// event.
func (im *Importer) event(text []byte, at Position, alone, mixed bool) error {
	events, form, err := eventsOf(text)
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errNothing):
		return nil
	case errors.As(err, &syntax) && !json.Valid(text):
		before := text[:max(0, int(syntax.Offset)-1)] // Offset counts the offending byte
		return fmt.Errorf("%s: %w", at.after(before), err)
	case err != nil && mixed:
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", at, err)
	}
	if form == "" {
		events[0].delivered = events[0].delivered || alone && bytes.IndexByte(text, '\n') >= 0
	}
	return im.addAll(events, form, at)
}

// addAll imports events extracted from a format, "" if they stood alone.
func (im *Importer) addAll(events []event, form string, at Position) error {
	if form != "" && !slices.Contains(im.Summary.Forms, form) {
		im.Summary.Forms = append(im.Summary.Forms, form)
	}
	for _, e := range events {
		if im.repeated(e.text) {
			im.Summary.Repeated++
			continue
		}
		if err := im.add(e); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

// add writes the case of an event.
func (im *Importer) add(e event) (err error) {
	text := e.text
	if !e.delivered {
		if text, err = e.laidOut(); err != nil {
			return err
		}
	}
	document := im.Redactor.Document()
	payload, err := document.JSON("", text)
	if err != nil {
		return err
	}
	im.Summary.Events++
	if e.thin {
		im.Summary.Thin++
	}
	return im.Add(casefile.Case{
		Type: document.Text("type", e.eventType), Payload: payload, Expect: "2xx", Origin: "fakestripe import",
	})
}
