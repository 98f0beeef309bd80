package statediff

import "strings"

// A row may hold tables of its own: a tenant its accounts, a feature those who have it, a key
// of a store the list behind it. Such a row stays when they change.

// compareHolders compares the rows that hold tables inside, if all that is outside of the
// tables is as it was, but for counts. A row that names an object of the events is a row of
// that object, whatever it lists. It returns the other rows.
func compareHolders(d Diff, place string, removed, added []any, r *roles) (gone, fresh []any) {
	olds, news := r.holders(removed), r.holders(added)
	same := func(key string) bool {
		old, now := olds[key], news[key]
		return len(old) == 1 && len(now) == 1 && (r.holdsTable(old[0]) || r.holdsTable(now[0]))
	}
	for _, row := range removed {
		if !same(r.holder(row)) {
			gone = append(gone, row)
		}
	}
	for _, row := range added {
		key := r.holder(row)
		if !same(key) {
			fresh = append(fresh, row)
			continue
		}
		d.compareMaps(place, olds[key][0], row.(map[string]any), r)
	}
	return gone, fresh
}

// holders returns the rows that may hold tables, by what they are outside of them.
func (r *roles) holders(rows []any) map[string][]map[string]any {
	of := make(map[string][]map[string]any)
	for _, row := range rows {
		if key := r.holder(row); key != "" {
			of[key] = append(of[key], row.(map[string]any))
		}
	}
	return of
}

// holder returns what a row is outside of the tables in it, or "" if it is no row of others.
func (r *roles) holder(row any) string {
	members, isMap := row.(map[string]any)
	if !isMap || len(members) < 2 {
		return ""
	}
	outside := r.outside(members)
	named := make(map[string]bool)
	if r.namedBy(outside, named); len(named) > 0 {
		return ""
	}
	return Canonical(r.plain(outside))
}

// outside returns a row without the tables in it, and without those that are empty yet. Its
// numbers are counts, except for the serial number of the row.
func (r *roles) outside(row map[string]any) map[string]any {
	rest := make(map[string]any)
	for key, member := range row {
		switch value := member.(type) {
		case nil, []any:
		case map[string]any:
			if !r.isTable(value) {
				rest[key] = r.outside(value)
			}
		default:
			if _, counts := number(Canonical(value)); counts && !isSerial("."+key) {
				value = 0.0
			}
			rest[key] = value
		}
	}
	return rest
}

// holdsTable reports whether a row has a table inside that is not empty.
func (r *roles) holdsTable(row map[string]any) bool {
	for _, member := range row {
		switch value := member.(type) {
		case []any:
			if len(value) > 0 {
				return true
			}
		case map[string]any:
			if len(value) > 0 && (r.isTable(value) || r.holdsTable(value)) {
				return true
			}
		}
	}
	return false
}

// isTable reports whether a map is one by ids.
func (r *roles) isTable(value map[string]any) bool {
	for key := range value {
		if isOwnKey(key) || strings.HasPrefix(r.text(key), "{") {
			return true
		}
	}
	return len(value) == 0
}
