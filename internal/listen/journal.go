package listen

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// journalFirst is the first line of a journal. Format 1 had no checksums.
const journalFirst = "{\"fakestripe_journal\":2}\n"

// A journal is an open journal file. Concurrent writes share a flush.
type journal struct {
	path string
	file *os.File

	mu       sync.Mutex
	pending  [][]byte
	batch    *batch // of the pending lines
	flushing bool
	err      error
}

// A batch is a group of lines flushed together.
type batch struct {
	done chan struct{}
	err  error
}

// openJournal opens or creates the file and locks it.
func openJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err) // names the file
	}
	j := &journal{path: path, file: file}
	if err := j.prepare(); err != nil {
		file.Close()
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	return j, nil
}

func (j *journal) prepare() error {
	info, err := j.file.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("not a file")
	}
	if err := lock(j.file); err != nil {
		return err
	}
	// Another process may have replaced the file with a compacted one.
	if there, err := os.Stat(j.path); err != nil || !os.SameFile(info, there) {
		return errLocked
	}
	return nil
}

// errLocked means that another process has the journal open.
var errLocked = errors.New("in use by another process: stop it, or choose another file")

// begin writes the first line of a new file. Anything already there can only be a torn
// part of that line.
func (j *journal) begin() error {
	if err := j.cut(0); err != nil {
		return err
	}
	if _, err := io.WriteString(j.file, journalFirst); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(j.path))
}

// syncFolder makes a new file survive a power failure.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	_ = folder.Sync() // not every file system supports it
	return nil
}

// cut truncates the file after its last complete line, and restricts it to its owner.
func (j *journal) cut(end int64) error {
	if err := j.file.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if err := j.file.Truncate(end); err != nil {
		return err
	}
	_, err := j.file.Seek(end, io.SeekStart)
	return err
}

// append writes entries together, and returns once they are on disk.
func (j *journal) append(entries ...*entry) error {
	lines := make([][]byte, len(entries))
	for i, e := range entries {
		var err error
		if lines[i], err = e.encode(); err != nil {
			return fmt.Errorf("journal %s: %w", j.path, err)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	j.pending = append(j.pending, lines...)
	if j.batch == nil {
		j.batch = &batch{done: make(chan struct{})}
	}
	mine := j.batch
	if !j.flushing {
		j.flush()
	}
	j.mu.Unlock()
	<-mine.done
	j.mu.Lock()
	return mine.err
}

// flush writes the pending lines, and any added in the meantime. It is called with the
// lock held and releases it while writing.
func (j *journal) flush() {
	j.flushing = true
	for j.batch != nil && j.err == nil {
		lines, b := j.pending, j.batch
		j.pending, j.batch = nil, nil
		j.mu.Unlock()
		if err := j.write(lines); err != nil {
			b.err = fmt.Errorf("journal: %w (deliveries have stopped; everything reported so far is in the journal)", err)
		}
		close(b.done)
		j.mu.Lock()
		j.err = b.err
	}
	if j.batch != nil { // added during the failed write
		j.batch.err = j.err
		close(j.batch.done)
		j.batch, j.pending = nil, nil
	}
	j.flushing = false
}

// write combines small lines into one write, and writes large ones without copying them.
func (j *journal) write(lines [][]byte) error {
	out := bufio.NewWriterSize(j.file, min(total(lines), 64<<10))
	for _, line := range lines {
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return j.file.Sync()
}

func total(lines [][]byte) (bytes int) {
	for _, line := range lines {
		bytes += len(line)
	}
	return bytes
}

func (j *journal) close() {
	unlock(j.file)
	j.file.Close()
}

// isTornFirst reports whether the file holds only a prefix of the first line.
func isTornFirst(tail []byte) bool { return bytes.HasPrefix([]byte(journalFirst), tail) }
