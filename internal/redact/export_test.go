package redact

// WithKey sets the key from which stand-ins are made, for golden files.
func (r *Redactor) WithKey(key string) *Redactor {
	r.names.key = []byte(key)
	return r
}

// A PatternRow is what a test needs of a row of the tables of patterns.
type PatternRow struct{ Name, Example, Reason string }

// PatternRows returns the rows of all tables.
func PatternRows() []PatternRow {
	var rows []PatternRow
	for _, table := range [][]pattern{tokens, patterns} {
		for _, p := range table {
			rows = append(rows, PatternRow{p.name, p.example, p.reason})
		}
	}
	return rows
}
