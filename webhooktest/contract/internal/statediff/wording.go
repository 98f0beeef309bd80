package statediff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// String describes a change for a report.
func (e Change) String() string {
	var words []string
	if e.Delta != 0 {
		words = append(words, fmt.Sprintf("%+g", e.Delta))
	}
	if len(e.Records) > 0 {
		words = append(words, rows(e.Records))
	}
	if words == nil {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// rows describes records: their number if there are several, and each that differs from the
// others.
func rows(records []Record) string {
	var said []string
	for _, r := range records {
		one := r.excerpt()
		if one == newEntry {
			one = "a new entry"
		}
		if !slices.Contains(said, one) {
			said = append(said, one)
		}
	}
	switch {
	case len(records) == 1:
		return said[0]
	case len(said) == 1:
		return fmt.Sprintf("%d rows %s", len(records), said[0])
	}
	return fmt.Sprintf("%d rows: %s", len(records), strings.Join(cut(said, mostRows), ", "))
}

// newEntry represents an entry without numbers or texts: see compareMaps.
const newEntry = `"{new}"`

// mostRows is the maximum number of different rows shown for one place.
const mostRows = 4

// cut keeps the first words, and says how many more there are.
func cut(words []string, most int) []string {
	if len(words) <= most {
		return words
	}
	return append(slices.Clone(words[:most]), fmt.Sprintf("and %d more", len(words)-most))
}

// A difference is what is wrong at a place.
type difference struct{ place, said string }

// lines words differences, a line each. A row that several columns name has a place for each
// of them: the same difference of the same list is said once, and the row that is another
// one says what is there instead.
func lines(all []difference) (lines []string) {
	var said []difference
	for _, one := range all {
		of := difference{rowsOf(one.place), one.said}
		if of.place != "" && (slices.Contains(said, of) || one.isOf(all)) {
			continue
		}
		said = append(said, of)
		lines = append(lines, one.place+": "+one.said)
	}
	return lines
}

// isOf reports whether a row is there or missing only because another difference of its list
// says that it became another one.
func (d difference) isOf(all []difference) bool {
	if !strings.HasPrefix(d.said, "nothing, want ") && !strings.HasSuffix(d.said, ", want nothing") {
		return false
	}
	return slices.ContainsFunc(all, func(other difference) bool {
		return rowsOf(other.place) == rowsOf(d.place) && strings.Contains(other.said, " instead of ")
	})
}

// rowsOf is the list whose row a place names by one of our ids, or "".
func rowsOf(place string) string {
	list, _, named := strings.Cut(place, "[{")
	if !named || !strings.HasSuffix(place, "}]") {
		return ""
	}
	return list
}

// contrast describes what happened at a place where something else was expected, one
// difference after the other. A row that clean delivery did not leave is shown only in place
// of one that it did.
func (e Change) contrast(want Change) (said []string) {
	if !(Change{Delta: e.Delta}).same(Change{Delta: want.Delta}) {
		said = append(said, number64(e.Delta)+", want "+number64(want.Delta))
	}
	missing, other := minus(want.Records, e.Records), minus(e.Records, want.Records)
	if isOne(missing, other) && len(alikeTo(other[0], want.Records)) == 0 {
		return append(said, missing[0].mistaken(other[0]))
	}
	for _, wanted := range missing {
		switch i := nearest(wanted, other); {
		case i >= 0:
			said = append(said, wanted.mistaken(other[i]))
			other = slices.Delete(other, i, i+1)
		default:
			said = append(said, lacking(alikeTo(wanted, e.Records), alikeTo(wanted, want.Records)))
		}
	}
	for _, copies := range repeated(other, want.Records) {
		all := alikeTo(copies, e.Records)
		said = append(said, tooMany(all, len(alikeTo(copies, want.Records))))
	}
	return slices.Compact(said)
}

// isOne reports whether the only record that is missing and the only other one may be the
// same row, however much of it has changed.
func isOne(missing, other []Record) bool {
	return len(missing) == 1 && len(other) == 1 && common(missing[0], other[0]) > 0
}

// number64 describes the change of a number.
func number64(delta float64) string {
	if delta == 0 {
		return "unchanged"
	}
	return fmt.Sprintf("%+g", delta)
}

// tooMany describes rows in excess.
func tooMany(records []Record, want int) string {
	said, others, several := strings.Cut(rows(records), ": ")
	if !several || !strings.HasSuffix(said, " rows") {
		return fmt.Sprintf("%s, want %d", rows(records), want)
	}
	return fmt.Sprintf("%s, want %d: %s", said, want, others)
}

// lacking describes a row that is missing, or present too few times.
func lacking(got, want []Record) string {
	if len(got) == 0 {
		return "nothing, want " + rows(want)
	}
	return fmt.Sprintf("%d of %s", len(got), rows(want))
}

// minus returns the records of a that b lacks, each as often as b lacks it.
func minus(a, b []Record) (rest []Record) {
	counts := make(map[string]int)
	for _, r := range b {
		counts[r.text]++
	}
	for _, r := range a {
		if counts[r.text]--; counts[r.text] < 0 {
			rest = append(rest, r)
		}
	}
	return rest
}

// alikeTo returns the records that compare equal to one.
func alikeTo(one Record, among []Record) (alike []Record) {
	for _, r := range among {
		if r.text == one.text {
			alike = append(alike, r)
		}
	}
	return alike
}

// repeated returns the records that also occur in another list, each once.
func repeated(records, among []Record) (copies []Record) {
	for _, r := range records {
		if len(alikeTo(r, among)) > 0 && len(alikeTo(r, copies)) == 0 {
			copies = append(copies, r)
		}
	}
	return copies
}

// nearest returns the index of the record that has most in common with another, or -1 if
// none shares half of it. A single text is compared by its words.
func nearest(one Record, among []Record) int {
	best, most := -1, 0
	for i, r := range among {
		shared := common(one, r)
		if r.shape == one.shape {
			shared++ // the same columns suggest the same row
		}
		if shared > most && 2*shared >= len(one.fields) {
			best, most = i, shared
		}
	}
	return best
}

// common returns how many fields two records have in common.
func common(one, other Record) (count int) {
	for _, l := range one.fields {
		if slices.Contains(other.fields, l) {
			count++
		}
	}
	return count
}

// mistaken describes a record in place of this one by the members that differ, with their
// values if at most two of several differ, or the whole would not fit.
func (r Record) mistaken(got Record) string {
	wanted, found := r.members(), got.members()
	all, left := r.whole().members(), got.whole().members()
	var differ []string
	names := maps.Clone(wanted)
	maps.Copy(names, found)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if wanted[name] != found[name] {
			differ = append(differ, fmt.Sprintf("%s: %s instead of %s", name, seen(found[name], left[name]), seen(wanted[name], all[name])))
		}
	}
	_, isPlain := names[""]
	long := !isPlain && (r.isLong() || got.isLong()) // the rest says nothing
	if len(differ) == 0 || !long && (len(names) < 2 || len(differ) > 2) {
		return got.excerpt() + " instead of " + r.excerpt()
	}
	return strings.Join(cut(differ, mostRows), ", ") + whose(r, wanted, found)
}

// whose identifies the row by its other values, "" if it has none.
func whose(r Record, wanted, found map[string]string) string {
	if r.isLong() {
		return ", of " + r.excerpt()
	}
	for name, value := range wanted {
		if found[name] == value && strings.Contains(value, "{") { // an id, by its role
			return ", of " + r.excerpt()
		}
	}
	return ""
}

// seen returns the value of a member for a report, also if it is hidden: it stands there
// because the other row has another one.
func seen(value, whole string) string {
	if strings.Contains(value, hidden) {
		value = whole
	}
	return cmp.Or(value, "nothing")
}

// members returns the fields by JSON name, with the words of a text joined.
func (r Record) members() map[string]string {
	words := make(map[string][]string)
	members := make(map[string]string)
	for _, l := range r.fields {
		path, _, isText := strings.Cut(l.path, "/")
		name := strings.TrimPrefix(path, ".")
		if !isText {
			members[name] = l.value
			continue
		}
		words[name] = append(words[name], l.value)
	}
	for name, list := range words {
		members[name] = strconv.Quote(strings.Join(list, " "))
	}
	return members
}

// isLong reports whether a record does not fit on a line.
func (r Record) isLong() bool { return utf8.RuneCountInString(r.said) > text.MaxExcerpt }

// excerpt returns the record as JSON or, if that would be cut, its members: those that name it
// first, and each cut by itself.
func (r Record) excerpt() string {
	members := r.whole().members()
	if !r.isLong() || len(members) < 2 {
		return text.Excerpt(r.said)
	}
	var naming, others []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		one := name + ": " + shortened(value)
		if strings.Contains(value, "{") { // an id, by its role
			naming = append(naming, one)
		} else {
			others = append(others, one)
		}
	}
	return "{" + text.Excerpt(strings.Join(slices.Concat(naming, others), ", ")) + "}"
}

// whole returns the record as it was before a choice of its fields.
func (r Record) whole() Record {
	var plain any
	if json.Unmarshal([]byte(r.said), &plain) != nil {
		return r
	}
	return newRecord(plain)
}

// shortened returns the start of a long value.
func shortened(value string) string {
	const most = 40
	runes := []rune(value)
	if len(runes) <= most {
		return value
	}
	return string(runes[:most]) + "…"
}
