package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A row is a value that came into the state, taken apart into leaves, so that those
// which the handler makes up (a serial number, a time in a format of its own) can be
// told from those which it was sent.
type row struct {
	shape  string // the paths of the leaves
	leaves []leaf
	text   string // as JSON
}

// A leaf is a value at the end of a path, or a word of a sentence there.
type leaf struct {
	path  string
	value string
}

// hidden stands for the value of a leaf that differs between perfect deliveries.
const hidden = "…"

func newRow(plain any) row {
	r := row{text: canonical(plain)}
	r.take("", plain)
	paths := make([]string, len(r.leaves))
	for i, l := range r.leaves {
		paths[i] = l.path
	}
	r.shape = strings.Join(paths, " ")
	return r
}

func (r *row) take(path string, value any) {
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
			r.leaves = append(r.leaves, leaf{fmt.Sprintf("%s/%d", path, i), word})
		}
	default:
		r.leaves = append(r.leaves, leaf{path, canonical(value)})
	}
}

// key is what tells the row from others: all that is no number.
func (r row) key() string {
	var key strings.Builder
	key.WriteString(r.shape)
	for _, l := range r.leaves {
		if _, isNumber := number(l.value); !isNumber {
			key.WriteString("\x00" + l.path + "\x00" + l.value)
		}
	}
	return key.String()
}

// label names a row that stays, in places: by its texts.
func (r row) label() string {
	var words []string
	for _, l := range r.leaves {
		if _, isNumber := number(l.value); !isNumber {
			words = append(words, l.value)
		}
	}
	if words == nil {
		return ""
	}
	return "(" + strings.Join(words, " ") + ")"
}

// without returns the row with the leaves hidden that a test says yes to.
func (r row) without(hide func(leaf) bool) row {
	leaves := slices.Clone(r.leaves)
	var text strings.Builder
	for i, l := range leaves {
		if hide(l) {
			leaves[i].value = hidden
		}
		text.WriteString(l.path + "=" + leaves[i].value + " ")
	}
	return row{r.shape, leaves, text.String()}
}

func compareRows(a, b row) int { return cmp.Compare(a.text, b.text) }

// number reads a number: of JSON, or a decimal within a text such as "48.00".
func number(text string) (n float64, ok bool) {
	digits := strings.TrimLeft(text, "-+")
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && !timelike(n)
}

// canonical is a value as text: encoding/json sorts the keys.
func canonical(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}
