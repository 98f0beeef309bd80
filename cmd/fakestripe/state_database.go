package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/dbstate"
)

// databaseState holds the flags for a handler with its state in a database.
type databaseState struct {
	postgres, sqlite string
	tables           []string
}

func (d *databaseState) flags(flags *pflag.FlagSet) {
	flags.StringVar(&d.postgres, "state-postgres", "", "`uri` of the handler's PostgreSQL database, or $NAME for a variable that holds it; read by psql")
	flags.StringVar(&d.sqlite, "state-sqlite", "", "`file` of the handler's SQLite database; read by sqlite3")
	flags.StringSliceVar(&d.tables, "state-tables", nil, "read only these comma-separated `tables` of the database")
}

// given reports whether a database was named.
func (d *databaseState) given() bool { return d.postgres != "" || d.sqlite != "" }

// open opens the database. No error shows its password.
func (d *databaseState) open(getenv func(string) string) (*dbstate.Database, error) {
	for i, name := range d.tables {
		if d.tables[i] = strings.TrimSpace(name); d.tables[i] == "" {
			return nil, errors.New("--state-tables: want comma-separated names, such as orders,payments")
		}
	}
	if d.sqlite != "" {
		db, err := dbstate.SQLite(d.sqlite, d.tables...)
		return db, missingProgram("--state-sqlite", err)
	}
	uri := d.postgres
	if name, isVariable := strings.CutPrefix(uri, "$"); isVariable {
		if uri = getenv(name); uri == "" {
			return nil, fmt.Errorf("--state-postgres: $%s is not set", name)
		}
	}
	db, err := dbstate.Postgres(uri, d.tables...)
	return db, missingProgram("--state-postgres", err)
}

// missingProgram adds the alternatives to an error about a missing program.
func missingProgram(flag string, err error) error {
	missing := new(dbstate.NotInstalledError)
	switch {
	case errors.As(err, &missing):
		return fmt.Errorf("%s: %w, or show the state with --state-cmd or --state-url", flag, err)
	case err != nil:
		return fmt.Errorf("%s: %w", flag, err)
	}
	return nil
}

// redactDatabase returns the value of --state-postgres without a password.
func redactDatabase(uri string) string {
	if strings.HasPrefix(uri, "$") {
		return uri
	}
	return dbstate.Redact(uri)
}

// unreadable reports whether a text is neither a database URI nor a variable. It must not
// be printed, since it may be a password.
func unreadable(uri string) bool { return uri != "" && redactDatabase(uri) == "…" }
