package dbstate

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Stream is State as JSON, read row by row: one row at a time is in memory, the others are
// in a temporary file. A caller that does not read to the end must close it.
func (d *Database) Stream(ctx context.Context) io.ReadCloser {
	ctx, cancel := context.WithCancel(ctx)
	reader, writer := io.Pipe()
	go func() {
		defer cancel()
		out := &stateWriter{out: bufio.NewWriterSize(writer, 64<<10)}
		err := d.stream(ctx, d.tables, out)
		if err == nil {
			err = out.end(d.tables)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", d.name, err)
		}
		_ = writer.CloseWithError(err) // never fails
	}()
	return stream{reader, cancel}
}

// A stream is a state being read.
type stream struct {
	*io.PipeReader
	cancel context.CancelFunc
}

// Close implements io.Closer. It ends the program.
func (s stream) Close() error {
	s.cancel()
	return s.PipeReader.Close()
}

// A stateWriter writes a state as JSON.
type stateWriter struct {
	out    *bufio.Writer
	masker masker
	tables []string // so far; the last one is open
	rows   int      // in the last table
}

// begin names the tables, before any row.
func (w *stateWriter) begin(tables []table, asked []string) error {
	s := &snapshot{tables: tables}
	w.masker = masker{of: s, serial: s.serials()}
	return s.checkNames(asked)
}

// table begins the rows of a table.
func (w *stateWriter) table(name string) error {
	before := "{"
	if len(w.tables) > 0 {
		before = "],"
	}
	w.tables, w.rows = append(w.tables, name), 0
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "%s%s:[", before, key)
	return err
}

// row writes a row of the table.
func (w *stateWriter) row(row map[string]any) error {
	w.masker.row(w.tables[len(w.tables)-1], row)
	text, err := json.Marshal(row)
	if err != nil {
		return err
	}
	if w.rows++; w.rows > 1 {
		text = append([]byte(","), text...)
	}
	_, err = w.out.Write(text)
	return err
}

// end ends the state. Requested tables that do not exist yet are empty.
func (w *stateWriter) end(asked []string) error {
	for _, name := range asked {
		if !slices.Contains(w.tables, name) {
			if err := w.table(name); err != nil {
				return err
			}
		}
	}
	last := "]}"
	if len(w.tables) == 0 {
		last = "{}"
	}
	_, _ = w.out.WriteString(last) // Flush has the error
	return w.out.Flush()
}
