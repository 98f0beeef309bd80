package listen

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A Compaction is what came of leaving out of a journal what is finished and too old
// to be kept. The zero value: there was not enough of it.
type Compaction struct {
	Events        int   // left out
	Before, After int64 // bytes of the file
	Err           error // why the file is as it was, nil if it is not
}

// worthwhile is how many bytes a compaction has to save, beside half of the file.
const worthwhile = 1 << 20

// compactedSuffix is added to the name of a journal while it is written anew.
const compactedSuffix = ".compacting"

// compact puts a file with the needed lines, and a start, into the place of the
// journal. Whenever it is broken off, the file under the journal's name is whole: the
// old one, or the new. step is called after each step that the disk sees.
func (j *journal) compact(needed []surveyed, step func()) error {
	name := j.path + compactedSuffix
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	step()
	err = lock(file) // before anybody finds it
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

// copyTo writes the first line and those that are needed.
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

// String says what was done, for people.
func (c Compaction) String() string {
	if c.Err != nil {
		return fmt.Sprintf("not compacted: %v", c.Err)
	}
	return fmt.Sprintf("compacted from %d to %d MB: %d events that are finished and too old to be kept are left out", c.Before/1e6, c.After/1e6, c.Events)
}
