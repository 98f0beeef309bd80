package listen

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// An entry is a line of the journal: the first, an event, or a change of a delivery.
type entry struct {
	Format int `json:"fakestripe_journal,omitempty"`

	Event       string     `json:"event,omitempty"`
	EventBase64 []byte     `json:"event_base64,omitempty"` // instead, where the text is not UTF-8
	Deliveries  []Delivery `json:"deliveries,omitempty"`

	Delivery string    `json:"delivery,omitempty"`
	State    string    `json:"state,omitempty"`
	Next     time.Time `json:"next,omitzero"`
	Reason   string    `json:"reason,omitempty"`
	Attempt  *Attempt  `json:"attempt,omitempty"`
}

const journalFormat = 1

func newEventEntry(body []byte, deliveries []Delivery) *entry {
	e := &entry{Deliveries: deliveries}
	if utf8.Valid(body) {
		e.Event = string(body)
	} else {
		e.EventBase64 = body
	}
	return e
}

func newChangeEntry(deliveryID string, o outcome) *entry {
	e := &entry{Delivery: deliveryID, State: o.state, Next: o.next, Reason: o.reason}
	if o.attempt != nil {
		attempt := *o.attempt
		attempt.Request = withoutOwn(attempt.Request)
		e.Attempt = &attempt
	}
	return e
}

func (e *entry) body() []byte {
	if e.EventBase64 != nil {
		return e.EventBase64
	}
	return []byte(e.Event)
}

// usualHeaders are the headers whose values go into the journal. The user's own may
// be secrets.
var usualHeaders = []string{
	"Accept", "Accept-Encoding", "Cache-Control", "Content-Length", "Content-Type", "Host",
	"Stripe-Signature", "Transfer-Encoding", "User-Agent",
}

func withoutOwn(header http.Header) http.Header {
	if header == nil {
		return nil
	}
	safe := make(http.Header, len(header))
	for name, values := range header {
		if !slices.Contains(usualHeaders, http.CanonicalHeaderKey(name)) {
			values = []string{"…"}
		}
		safe[name] = values
	}
	return safe
}

// A journal is the file. Lines that several goroutines write at a time are flushed
// together.
type journal struct {
	path string
	file *os.File

	mu       sync.Mutex
	pending  []byte
	batch    *batch // that the pending lines belong to
	flushing bool
	err      error
}

// A batch is lines that are flushed together.
type batch struct {
	done chan struct{}
	err  error
}

// openJournal opens or makes the file, and locks it.
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
	switch info, err := j.file.Stat(); {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("not a file")
	}
	return lock(j.file)
}

// errLocked is the error for a journal that another process has open.
var errLocked = errors.New("in use by another process: stop that one, or give another file")

// maxLine bounds a line, in bytes: the largest event that is taken, with a backslash
// before each byte, and what is around it.
const maxLine = 2*MaxEvent + 1<<20

// read yields the entries of the file and leaves it ready to be appended to. torn is
// how many bytes at the end were cut off, since they were no complete line.
func (j *journal) read(yield func(*entry) error) (torn int, err error) {
	in := bufio.NewReaderSize(j.file, 1<<20)
	var end int64 // of the last complete line
	for number := 1; ; number++ {
		line, err := readLine(in)
		if err == io.EOF {
			if number == 1 {
				return 0, j.begin(line)
			}
			return len(line), j.cut(end)
		}
		if err == nil {
			err = readEntry(line, number, yield)
		}
		if err != nil {
			return 0, fmt.Errorf("line %d: %w", number, err)
		}
		end += int64(len(line))
	}
}

// readLine returns a line with its end, and io.EOF with one that has none.
func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return nil, fmt.Errorf("longer than %d MiB: give another file, or remove the line", maxLine>>20)
		}
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

func readEntry(line []byte, number int, yield func(*entry) error) error {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	var e entry
	err := decoder.Decode(&e)
	if err == nil && decoder.More() {
		err = errors.New("more than one value")
	}
	switch {
	case number == 1 && (err != nil || e.Format == 0):
		return errors.New("not a journal of fakestripe: give another file")
	case err != nil:
		return fmt.Errorf("not an entry of a journal: %w", err)
	case number == 1 && e.Format != journalFormat:
		return fmt.Errorf("format %d, of another version of fakestripe: this one knows format %d", e.Format, journalFormat)
	case number == 1:
		return nil
	case e.Delivery == "" && len(e.body()) == 0:
		return errors.New("neither an event nor a delivery")
	}
	return yield(&e)
}

// begin writes the first line of a new file. What is in it can only be the torn
// beginning of that line.
func (j *journal) begin(torn []byte) error {
	first := fmt.Appendf(nil, "{\"fakestripe_journal\":%d}\n", journalFormat)
	if !bytes.HasPrefix(first, torn) {
		return errors.New("line 1: not a journal of fakestripe: give another file")
	}
	if err := j.cut(0); err != nil {
		return err
	}
	if _, err := j.file.Write(first); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(j.path))
}

// syncFolder makes sure that the file is still there after a power failure.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	_ = folder.Sync() // not every file system can
	return nil
}

// cut ends the file where its last complete line ends, for its owner only.
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

// encodeLine returns an entry as a line. It is not for a web page, so that < and & need
// one byte each.
func encodeLine(e *entry) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(e)
	return line.Bytes(), err
}

// append writes an entry and returns when it is on disk.
func (j *journal) append(e *entry) error {
	line, err := encodeLine(e)
	if err != nil {
		return fmt.Errorf("journal %s: %w", j.path, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	j.pending = append(j.pending, line...)
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

// flush writes what is pending, also what comes while it does. The lock is held, but
// not while it writes.
func (j *journal) flush() {
	j.flushing = true
	for j.batch != nil && j.err == nil {
		lines, b := j.pending, j.batch
		j.pending, j.batch = nil, nil
		j.mu.Unlock()
		_, err := j.file.Write(lines)
		if err == nil {
			err = j.file.Sync()
		}
		if err != nil {
			b.err = fmt.Errorf("journal: %w (what is not in it was not told to anybody; nothing more is delivered)", err)
		}
		close(b.done)
		j.mu.Lock()
		j.err = b.err
	}
	if j.batch != nil { // came while the write failed
		j.batch.err = j.err
		close(j.batch.done)
		j.batch = nil
	}
	j.flushing = false
}

func (j *journal) close() { j.file.Close() }

// log writes an entry if there is a journal. When that fails the hub stops.
func (h *Hub) log(e *entry) error {
	if h.journal == nil {
		return nil
	}
	err := h.journal.append(e)
	if err != nil {
		h.stop(err)
	}
	return err
}
