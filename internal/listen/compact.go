package listen

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A Compaction is the result of removing old finished events from a journal. The zero
// value means that there was too little to remove.
type Compaction struct {
	Events        int   // removed
	Before, After int64 // bytes of the file
	Err           error // why the file was left unchanged; nil on success
}

// worthwhile is the minimum number of bytes to save; at least half of the file must go,
// too.
const worthwhile = 1 << 20

// compactedSuffix names the temporary file of a compaction.
const compactedSuffix = ".compacting"

// compact replaces the journal with a file of the needed lines and a new start. The
// journal is whole, old or new, wherever this is interrupted. step is called after each
// step on disk, for tests.
func (j *journal) compact(needed []surveyed, step func()) error {
	name := j.path + compactedSuffix
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	step()
	err = lock(file) // before another process finds it
	if err == nil {
		err = j.copyTo(file, needed, step)
	}
	if err == nil {
		err = file.Sync()
	}
	step()
	if err == nil {
		err = os.Rename(name, j.path)
	}
	if err != nil {
		return errors.Join(err, file.Close(), os.Remove(name))
	}
	step()
	j.file.Close()
	j.file = file
	return syncFolder(filepath.Dir(j.path))
}

// copyTo writes the first line and the needed ones.
func (j *journal) copyTo(file io.Writer, needed []surveyed, step func()) error {
	out := bufio.NewWriterSize(file, 1<<20)
	if _, err := out.WriteString(journalFirst); err != nil {
		return err
	}
	for _, line := range needed {
		if _, err := io.Copy(out, io.NewSectionReader(j.file, line.offset, int64(line.size))); err != nil {
			return err
		}
		step()
	}
	return out.Flush()
}

// String describes the result for the user.
func (c Compaction) String() string {
	if c.Err != nil {
		return fmt.Sprintf("not compacted: %v", c.Err)
	}
	return fmt.Sprintf("compacted from %d to %d MB: removed %d old finished events", c.Before/1e6, c.After/1e6, c.Events)
}
