package statediff

import (
	"maps"
	"slices"
	"strings"
	"unique"
)

// OfChange reduces what a state says of objects to what an event changed in it: the fields
// that clean delivery leaves otherwise than they were before that event, and in the same way
// each time. What else a row has may depend on what came first. Where the event changed no
// row, the fields that each clean delivery leaves count.
func OfChange(before Diff, references []Diff, did Diff) (reduced []Diff, left Diff) {
	reduced, left = withoutAliases(references, did)
	some := false
	for place, was := range before {
		changed, rows := changedAt(place, was, references)
		if !rows {
			continue
		}
		some = some || len(changed) > 0
		for _, view := range append(slices.Clone(reduced), left) {
			view.reduce(place, changed)
		}
	}
	if !some {
		return commonFields(references, did, func([]Record) bool { return true })
	}
	return reduced, left
}

// commonFields reduces the chosen rows to the fields that each clean delivery leaves: a time
// that is not set yet may be missing. A choice gets the row of each of them.
func commonFields(references []Diff, did Diff, choose func(rows []Record) bool) (reduced []Diff, left Diff) {
	reduced, left = cloned(references), maps.Clone(did)
	for place := range (Baseline{References: references}).Touched() {
		rows := onlyRows(place, references)
		if rows == nil || !choose(rows) {
			continue
		}
		common := rows[0].values()
		maps.DeleteFunc(common, func(path, _ string) bool {
			return slices.ContainsFunc(references, func(view Diff) bool { return !view[place].has(path) })
		})
		for _, view := range append(slices.Clone(reduced), left) {
			view.reduce(place, common)
		}
	}
	return reduced, left
}

// onlyRows returns the row of each clean delivery at a place, nil if not each leaves one.
func onlyRows(place string, references []Diff) (rows []Record) {
	for _, view := range references {
		if len(view[place].Records) != 1 {
			return nil
		}
		rows = append(rows, view[place].Records[0])
	}
	return rows
}

// WithoutOwnFields reduces rows of different fields to those that each clean delivery leaves:
// a time that the first event sets, and the second does not.
func WithoutOwnFields(references []Diff, did Diff) (reduced []Diff, left Diff) {
	return commonFields(references, did, func(rows []Record) bool {
		return slices.ContainsFunc(rows, func(r Record) bool { return r.shape != rows[0].shape })
	})
}

// WithoutMoreTimes takes out of rows the times where clean delivery leaves none, and the
// zeros that it leaves there: a row may say since when it is known, and the event that
// comes first need not tell.
func WithoutMoreTimes(references []Diff, did Diff) (kept []Diff, left Diff) {
	kept, left = cloned(references), maps.Clone(did)
	for place, change := range did {
		if len(change.Records) != 1 || !slices.ContainsFunc(references, func(view Diff) bool { return len(view[place].Records) == 1 }) {
			continue
		}
		more := change.Records[0].values()
		maps.DeleteFunc(more, func(path, value string) bool {
			return value != timeName || slices.ContainsFunc(references, func(view Diff) bool { return view[place].has(path) })
		})
		if len(more) == 0 {
			continue
		}
		left[place] = change.without(func(l field) bool { _, is := more[l.path]; return is })
		for _, view := range kept {
			if clean, there := view[place]; there {
				view[place] = clean.without(func(l field) bool { _, is := more[l.path+"/0"]; return is && l.isNumber })
			}
		}
	}
	return kept, left
}

func cloned(views []Diff) (copies []Diff) {
	for _, view := range views {
		copies = append(copies, maps.Clone(view))
	}
	return copies
}

// without returns the change without some fields of its records.
func (e Change) without(drop func(field) bool) Change {
	records := make([]Record, len(e.Records))
	for i, r := range e.Records {
		kept := r.values()
		for _, l := range r.fields {
			if drop(l) {
				delete(kept, l.path)
			}
		}
		records[i] = r
		if len(kept) < len(r.fields) {
			records[i] = r.only(kept)
		}
	}
	return Change{e.Delta, records}
}

// has reports whether one of the records has a field.
func (e Change) has(path string) bool {
	return slices.ContainsFunc(e.Records, func(r Record) bool {
		return slices.ContainsFunc(r.fields, func(l field) bool { return l.path == path })
	})
}

// changedAt returns the paths of the fields that differ from before and agree among the
// references. It is false if not each of these is one row.
func changedAt(place string, was Change, references []Diff) (changed map[string]string, rows bool) {
	if len(was.Records) != 1 || slices.ContainsFunc(references, func(view Diff) bool { return len(view[place].Records) != 1 }) {
		return nil, false
	}
	old, changed := was.Records[0].values(), make(map[string]string)
	for path, value := range references[0][place].Records[0].values() {
		agreed := !slices.ContainsFunc(references, func(view Diff) bool { return view[place].Records[0].values()[path] != value })
		if agreed && old[path] != value {
			changed[path] = value
		}
	}
	return changed, true
}

// reduce keeps some fields of the row at a place, and no row if there are none to keep.
func (d Diff) reduce(place string, paths map[string]string) {
	change, there := d[place]
	switch {
	case !there || len(change.Records) != 1:
	case len(paths) == 0:
		delete(d, place)
	default:
		d[place] = Change{change.Delta, []Record{change.Records[0].only(paths)}}
	}
}

// values are the values of the fields, by path.
func (r Record) values() map[string]string {
	values := make(map[string]string, len(r.fields))
	for _, l := range r.fields {
		values[l.path] = l.value
	}
	return values
}

// only returns the record with no more than some fields.
func (r Record) only(paths map[string]string) Record {
	fields := slices.DeleteFunc(slices.Clone(r.fields), func(l field) bool { _, kept := paths[l.path]; return !kept })
	names := make([]string, len(fields))
	for i, l := range fields {
		names[i] = l.path
	}
	kept := Record{shape: unique.Make(strings.Join(names, " ")), fields: fields, said: r.said, lists: r.lists}
	return kept.masked(func(field) bool { return false })
}
