package statediff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unique"
)

// A Record is a value added to the state, split into fields, to separate the fields that
// the handler generates (a serial number, a time in its own format) from those it received.
type Record struct {
	shape  shape
	fields []field
	text   string   // as JSON; after masking, the text to compare
	said   string   // as JSON, even after masking
	lists  []string // the paths of what the row lists, which are no fields
}

// A shape is the list of a record's field paths. A text of many lines has thousands, so
// each shape is stored once and compares at once.
type shape = unique.Handle[string]

// A field is a value at the end of a path, or a word of a sentence there.
type field struct {
	path     string
	value    string
	isNumber bool // of JSON
}

// isFlag reports whether a number says yes or no.
func (l field) isFlag() bool {
	return l.isNumber && (l.value == "0" || l.value == "1") && saysYesOrNo(l.path)
}

// isSmall reports whether a number may be a count.
func (l field) isSmall() bool {
	n, ok := number(l.value)
	return ok && math.Abs(n) <= mostCounted
}

// hidden replaces the value of a field that differs between clean deliveries.
const hidden = "…"

func newRecord(plain any) Record {
	r := Record{text: Canonical(plain)}
	r.said = r.text
	r.take("", plain)
	paths := make([]string, len(r.fields))
	for i, l := range r.fields {
		paths[i] = l.path
	}
	r.shape = unique.Make(strings.Join(paths, " "))
	return r
}

func (r *Record) take(path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			r.take(path+"."+key, value[key])
		}
	case []any:
		for i, element := range value {
			r.take(path+"."+strconv.Itoa(i), element)
		}
	case string:
		for i, word := range strings.Fields(value) {
			r.fields = append(r.fields, field{path: fmt.Sprintf("%s/%d", path, i), value: word})
		}
	default:
		_, isNumber := value.(float64)
		r.fields = append(r.fields, field{path, Canonical(value), isNumber})
	}
}

// JSON returns the record as JSON.
func (r Record) JSON() string { return r.text }

// isHidden reports whether all fields of the record are hidden.
func (r Record) isHidden() bool {
	return !slices.ContainsFunc(r.fields, func(l field) bool { return l.value != hidden })
}

// isSentence reports whether the record is a text of several words.
func (r Record) isSentence() bool { return strings.HasPrefix(r.shape.Value(), "/0 /1") }

// isNote reports whether the record notes that an event came, and tells nothing that the
// event tells about its object.
func (r Record) isNote(told func(word string) bool) bool {
	notes := false
	for _, l := range r.fields {
		switch {
		case l.value == eventName:
			notes = true
		case l.isNumber, l.value == "true", l.value == "false", told(l.value):
			return false
		}
	}
	return notes
}

// key identifies the record: everything but numbers.
func (r Record) key() string {
	var key strings.Builder
	key.WriteString(r.shape.Value())
	for _, l := range r.fields {
		if _, isNumber := number(l.value); !isNumber {
			key.WriteString("\x00" + l.path + "\x00" + l.value)
		}
	}
	return key.String()
}

// label names a record in the place of its counts: by its texts. What the handler generates, such
// as the key of a license, is another one each time.
func (r Record) label() string {
	var words []string
	for _, l := range r.fields {
		switch _, isNumber := number(l.value); {
		case isNumber:
		case isGenerated(l.value):
			words = append(words, "*")
		default:
			words = append(words, l.value)
		}
	}
	if words == nil {
		return ""
	}
	return "(" + strings.Join(words, " ") + ")"
}

// masked returns the record with fields hidden that a function selects.
func (r Record) masked(hide func(field) bool) Record {
	fields := slices.Clone(r.fields)
	var text strings.Builder
	for i, l := range fields {
		if hide(l) {
			fields[i].value = hidden
		}
		text.WriteString(l.path + "=" + fields[i].value + " ")
	}
	return Record{r.shape, fields, text.String(), r.said, r.lists}
}

func compareRecords(a, b Record) int { return cmp.Compare(a.text, b.text) }

// number parses a number: JSON, or a decimal in a string such as "48.00".
func number(text string) (n float64, ok bool) {
	digits := strings.TrimLeft(text, "-+")
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && !timelike(n)
}

// Canonical returns a value as text: encoding/json sorts the keys.
func Canonical(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// A row may list its parts: the payments of an account. Which of two came first is the
// handler's choice when both come at once.

// sortParts sorts a list whose elements are rows, or names of our objects, by the objects
// that they name. Values of different meaning, as in a row without names, stay in place.
func sortParts(list []any) {
	if slices.ContainsFunc(list, func(element any) bool { return !isPart(element) }) {
		return
	}
	slices.SortStableFunc(list, func(a, b any) int {
		one, other := Canonical(a), Canonical(b)
		return cmp.Or(strings.Compare(rolesIn(one), rolesIn(other)), strings.Compare(one, other))
	})
}

// isPart reports whether an element is a row, or the role of an object.
func isPart(element any) bool {
	text, isText := element.(string)
	_, isRow := element.(map[string]any)
	return isRow || isText && roleText().FindString(text) == text && text != ""
}

// rolesIn returns the roles in a text, one after the other.
func rolesIn(text string) string { return strings.Join(roleText().FindAllString(text, -1), "") }

// roleText matches a role: {e.data.object.id}.
var roleText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[a-z][^{}"\s]*\}`) })
