package dbstate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// stream writes the state from sqlite3's output, a row at a time.
func (f *sqliteFile) stream(ctx context.Context, names []string, out *stateWriter) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check(); err != nil {
		return err
	}
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	done, err := f.streamKnown(ctx, names, out)
	if !done && ctx.Err() == nil { // the tables are known now, unless they keep changing
		done, err = f.streamKnown(ctx, names, out)
	}
	if !done && err == nil {
		err = errTablesChange
	}
	return err
}

// streamKnown is readKnown, row by row: it writes nothing unless the tables are current.
func (f *sqliteFile) streamKnown(ctx context.Context, names []string, out *stateWriter) (done bool, err error) {
	chosen := f.chosen(names)
	file, err := f.spool(ctx, selectSQLite(chosen))
	if err != nil {
		f.described, f.tables = "", nil // a known table may be gone
		return false, err
	}
	defer discard(file)
	decoder := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	decoder.UseNumber()
	described, next, err := description(decoder)
	if err != nil {
		return false, err
	}
	if described != f.described {
		f.described = described
		f.tables, err = readTables([]byte(described))
		return false, err
	}
	if err := out.begin(newSnapshot(f.tables).tables, names); err != nil {
		return true, err
	}
	return true, f.streamRows(decoder, next, chosen, out)
}

// description reads the list of tables, between the first mark and the next. It reports
// whether the next is there.
func description(decoder *json.Decoder) (text string, next bool, err error) {
	var part json.RawMessage
	if err := decoder.Decode(&part); err != nil || string(part) != mark {
		return "", false, fmt.Errorf("%w: no mark", errPrinted)
	}
	for err == nil && !next {
		if err = decoder.Decode(&part); err == nil {
			if next = string(part) == mark; !next {
				text = string(part)
			}
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return text, next, err
}

// streamRows writes the rows of the chosen tables, whose output follows.
func (f *sqliteFile) streamRows(decoder *json.Decoder, next bool, chosen []sqliteTable, out *stateWriter) error {
	at := -1
	begin := func() error {
		if at++; at >= len(chosen) {
			return fmt.Errorf("%w: more than %d tables", errPrinted, len(chosen))
		}
		return out.table(chosen[at].name)
	}
	if next {
		if err := begin(); err != nil {
			return err
		}
	}
	for decoder.More() {
		if _, err := decoder.Token(); err != nil { // the [ of a list
			return err
		}
		for decoder.More() {
			var row map[string]any
			if err := decoder.Decode(&row); err != nil {
				return err
			}
			write := func() error { return out.row(row) }
			if len(row) == 1 && row[""] == "fakestripe" {
				write = begin
			}
			if err := write(); err != nil {
				return err
			}
		}
		if _, err := decoder.Token(); err != nil {
			return err
		}
	}
	if at+1 != len(chosen) {
		return fmt.Errorf("%w: %d tables, want %d", errPrinted, at+1, len(chosen))
	}
	return nil
}

// chosen returns the known tables with these names, or all.
func (f *sqliteFile) chosen(names []string) []sqliteTable {
	return slices.DeleteFunc(slices.Clone(f.tables), func(t sqliteTable) bool {
		return len(names) > 0 && !slices.Contains(names, t.name)
	})
}
