// Package dbstate reads the data of a handler's database: all tables, in one snapshot,
// through the programs psql and sqlite3. Their drivers would make the command half as large
// again (see Measured in the command's README).
//
// The state maps table names to rows, in the order of the primary key. Values that the
// database generates are the same in every row: a serial number, even where another table
// refers to it, is "{id}", a point in time "{time}". Text that is a JSON object or list is
// decoded, bytes are hexadecimal.
package dbstate

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/fakestripe/fakestripe/internal/suggest"
)

// A Database is a database with a handler's state.
type Database struct {
	name   string
	tables []string // "" for all
	read   func(ctx context.Context, tables []string) (*snapshot, error)
	stream func(ctx context.Context, tables []string, out *stateWriter) error
}

// String names the database, without a password.
func (d *Database) String() string { return d.name }

// State returns the rows of the tables, as decoded JSON.
func (d *Database) State(ctx context.Context) (any, error) {
	s, err := d.read(ctx, d.tables)
	if err == nil {
		err = s.checkNames(d.tables)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	s.mask()
	for _, name := range d.tables {
		if s.rows[name] == nil { // not created yet
			s.rows[name] = []any{}
		}
	}
	return s.rows, nil
}

// A NotInstalledError says which program is missing.
type NotInstalledError struct{ Program, Package string }

// Error implements error.
func (e *NotInstalledError) Error() string {
	return fmt.Sprintf("%s is not installed (apt install %s)", e.Program, e.Package)
}

// find returns the path of a program.
func find(program, pack string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", &NotInstalledError{program, pack}
	}
	return path, nil
}

// checkNames rejects a name that no table has. It accepts any name if the database has no
// tables: its handler has not created them yet.
func (s *snapshot) checkNames(names []string) error {
	if len(s.tables) == 0 {
		return nil
	}
	var known []string
	for _, t := range s.tables {
		known = append(known, t.Name)
	}
	for _, name := range names {
		if s.table(name) == nil {
			hint := suggest.DidYouMean(name, known)
			if hint == "" {
				hint = ": there are " + strings.Join(known[:min(len(known), 10)], ", ")
			}
			return fmt.Errorf("no table %q%s", name, hint)
		}
	}
	return nil
}
