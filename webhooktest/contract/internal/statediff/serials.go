package statediff

import (
	"math"
	"slices"
	"strings"
)

// A row that was deleted and inserted again has the next number of its table, whatever the
// column is called: that is no count. Such a column has another number in each row, in the order
// of the rows, and few are left out; counts repeat, and amounts lie far apart.

const (
	fewestNumbered = 3  // rows that show what a column is
	mostLeftOut    = 50 // numbers from one row to the next, on average: rows are deleted
)

// tables holds the numbers of the rows in the lists of a state, by list and column.
type tables map[string]map[string][]float64

// isNext reports whether a column numbers the rows of a list, and a number follows all that
// were there before.
func (t tables) isNext(place, path string, now float64) bool {
	column := t[tableAt(place)][path]
	return isNumbering(column) && now > slices.Max(column)
}

// isNumbering reports whether the numbers of a column may be serial numbers.
func isNumbering(column []float64) bool {
	if len(column) < fewestNumbered || slices.Min(column) < 0 {
		return false
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(column)))
	span := distinct[len(distinct)-1] - distinct[0]
	return len(distinct) == len(column) && span <= mostLeftOut*float64(len(column)) &&
		!slices.ContainsFunc(column, func(n float64) bool { return n != math.Trunc(n) })
}

func (t tables) collect(name string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			t.collect(key, member)
		}
	case []any:
		rows := make(map[string][]float64)
		for _, row := range value {
			t.collect(name, row)
			addNumbers(rows, row)
		}
		t.add(tableAt(name+"[]"), rows)
	}
}

// addNumbers adds the numbers of a row by column.
func addNumbers(rows map[string][]float64, row any) {
	members, _ := row.(map[string]any)
	for key, member := range members {
		if n, isNumber := member.(float64); isNumber {
			rows["."+key] = append(rows["."+key], n)
		}
	}
}

// add adds the columns of a list. Where the rows are in another order than the numbers, these
// were not given to one row after the other: such a column counts as twice the same number.
func (t tables) add(table string, rows map[string][]float64) {
	if t[table] == nil {
		t[table] = make(map[string][]float64)
	}
	for path, numbers := range rows {
		if !isOrdered(numbers) {
			numbers = append(numbers, numbers[0])
		}
		t[table][path] = append(t[table][path], numbers...)
	}
}

// isOrdered reports whether numbers only rise or only fall.
func isOrdered(numbers []float64) bool {
	falling := slices.Clone(numbers)
	slices.Reverse(falling)
	return slices.IsSorted(numbers) || slices.IsSorted(falling)
}

// tableAt names the list at a place by the last key, which is "*" if it is an id.
func tableAt(place string) string {
	list := strings.TrimSuffix(place, "[]")
	if strings.HasSuffix(list, "}") || strings.HasSuffix(list, "]") {
		return "*[]"
	}
	name := list[strings.LastIndexByte(list, '.')+1:]
	if isGenerated(name) {
		name = "*"
	}
	return name + "[]"
}
