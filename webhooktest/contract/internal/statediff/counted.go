package statediff

import (
	"maps"
	"slices"
	"strings"
)

// Counted names the columns in which the deliveries left another small number than clean
// delivery did: it may be a count, and is not compared.
func Counted(references []Diff, did Diff) []string {
	was, names := make(map[spot]string), make(map[string]bool)
	for _, view := range references {
		eachSmall(view, func(at spot, value string) { was[at] = value })
	}
	eachSmall(did, func(at spot, value string) {
		if before, there := was[at]; there && before != value {
			names[strings.TrimPrefix(at.path, ".")] = true
		}
	})
	return slices.Sorted(maps.Keys(names))
}

// eachSmall visits the small numbers of columns that are no flags by their names.
func eachSmall(d Diff, visit func(at spot, value string)) {
	d.each(func(at spot, l field) {
		if l.path != "" && l.isNumber && l.isSmall() && !l.isFlag() {
			visit(at, l.value)
		}
	})
}
