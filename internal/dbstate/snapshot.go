package dbstate

import (
	"encoding/json"
	"slices"
	"strings"
)

// A snapshot is the content of a database at one moment.
type snapshot struct {
	tables []table
	rows   map[string]any // by table, each a []any of map[string]any
}

// A table is a database's description of one of its tables.
type table struct {
	Name    string
	Columns []column
}

// A column is a database's description of one of its columns.
type column struct {
	Name   string
	Time   bool    // of a type for points in time
	Serial bool    // the database numbers the rows with it
	Refers []place // to columns of other tables
}

// A place is a column of a table.
type place struct{ Table, Column string }

const (
	someID   = "{id}"
	someTime = "{time}"
)

func (s *snapshot) table(name string) *table {
	if at := slices.IndexFunc(s.tables, func(t table) bool { return t.Name == name }); at >= 0 {
		return &s.tables[at]
	}
	return nil
}

// mask hides values that the database generates, and decodes JSON.
func (s *snapshot) mask() {
	m := masker{of: s, serial: s.serials()}
	for name, rows := range s.rows {
		for _, row := range rows.([]any) {
			m.row(name, row.(map[string]any))
		}
	}
}

// A masker masks rows of the tables of a snapshot.
type masker struct {
	of     *snapshot
	serial map[place]bool
}

func (m *masker) row(table string, row map[string]any) {
	for _, c := range m.of.table(table).Columns {
		value, there := row[c.Name]
		switch {
		case !there || value == nil:
		case c.Time:
			row[c.Name] = someTime
		case m.serial[place{table, c.Name}]:
			row[c.Name] = someID
		default:
			row[c.Name] = plain(value)
		}
	}
}

// serials returns the columns that the database numbers, and the columns that refer to
// them.
func (s *snapshot) serials() map[place]bool {
	found := make(map[place]bool)
	for more := true; more; {
		more = false
		for _, t := range s.tables {
			for _, c := range t.Columns {
				at := place{t.Name, c.Name}
				if !found[at] && (c.Serial || slices.ContainsFunc(c.Refers, func(to place) bool { return found[to] })) {
					found[at], more = true, true
				}
			}
		}
	}
	return found
}

// largest is the limit up to which a float64, the type of all decoded numbers, is exact.
const largest = 1 << 53

// plain returns a value in the form of a state. It decodes text that is a JSON object or
// list, to compare it member by member; a number too large for a float64 becomes text.
func plain(value any) any {
	switch value := value.(type) {
	case string:
		text := strings.TrimSpace(value)
		if text == "" || text[0] != '{' && text[0] != '[' {
			return value
		}
		if decoded, err := decode(text); err == nil {
			return plain(decoded)
		}
	case json.Number:
		n, err := value.Float64()
		if err != nil || n >= largest || n <= -largest {
			return value.String()
		}
		return n
	case []any:
		for i := range value {
			value[i] = plain(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = plain(value[key])
		}
	}
	return value
}

// decode decodes one JSON value, and keeps numbers as written.
func decode(text string) (value any, err error) {
	if !json.Valid([]byte(text)) {
		return nil, errNoJSON
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}
