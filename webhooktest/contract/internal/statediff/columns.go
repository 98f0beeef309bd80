package statediff

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Columns returns the numbers of the rows that a delivery added, sorted, by table and column.
// Where a row tells of a call, as "POST /v1/topups", the calls of one path are a table, and
// there is a column with a 1 for each.
func (d Diff) Columns() map[string][]float64 {
	columns := make(map[string][]float64)
	for place, e := range d {
		for _, r := range e.Records {
			if !IsGone(place) {
				r.addTo(columns, place)
			}
		}
	}
	for _, values := range columns {
		slices.Sort(values)
	}
	return columns
}

// addTo adds the numbers of a row to columns.
func (r Record) addTo(columns map[string][]float64, table string) {
	if call := r.called(); call != "" {
		table += " " + call
		columns[table] = append(columns[table], 1)
	}
	values := r.values()
	for _, l := range r.fields {
		path, isWord := strings.CutSuffix(l.path, "/0")
		_, goesOn := values[path+"/1"]
		if n, ok := number(l.value); ok && !(isWord && goesOn) && !laterWord().MatchString(path) {
			column := table + listIndex().ReplaceAllString(path, "")
			columns[column] = append(columns[column], n)
		}
	}
}

// laterWord matches the path of a word in a sentence after the first, and listIndex what tells
// the elements of a list apart.
var (
	laterWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/\d+$`) })
	listIndex = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.\d+\b`) })
)

// called names the call that a row tells of, without ids, or "".
func (r Record) called() string {
	const method, path = ".call/0", ".call/1"
	values := r.values()
	if values[method] == "" || values[path] == "" {
		return ""
	}
	return values[method] + " " + idInPath().ReplaceAllString(values[path], "/…")
}

// idInPath matches an id in the path of a call, ours by its role.
var idInPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/(\{[^}]*\}|[a-z]+_[^/]*\d[^/]*)`) })
