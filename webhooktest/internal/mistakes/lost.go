package mistakes

// What JSON may lose when decoded, and how to complete truncated JSON.

import (
	"bytes"
	"encoding/json"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/jsonstyle"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A variant is a document with values that it may have had before it was decoded.
type variant struct {
	*jsonstyle.Document
	unlikely bool // one of many
}

// A replacement is new text for values, by their offset.
type replacement = map[int]string

// variants yields the document as is, then as it may have been before PHP turned empty
// objects into lists and JavaScript turned decimals into whole numbers.
func variants(document *jsonstyle.Document) iter.Seq[variant] {
	return func(yield func(variant) bool) {
		l := losses{decimals: make(map[string]replacement)}
		document.Root().All(func(v *rawjson.Value) { l.look(document, v) })
		if !yield(variant{document, false}) {
			return
		}
		for _, likely := range l.likely() {
			if len(likely) > 0 && !yield(variant{document.With(likely), false}) {
				return
			}
		}
		for unlikely := range l.unlikely() {
			if !yield(variant{document.With(unlikely), true}) {
				return
			}
		}
	}
}

// losses are the places where a document may have lost something in decoding.
type losses struct {
	empty    []place                // empty lists
	decimals map[string]replacement // whole numbers, by key, with .0 appended
	big      []place                // integers that a float64 may have changed
}

type place struct {
	start     int
	key, text string
}

// exactInteger is the limit up to which a float64 holds every integer.
const exactInteger = 1 << 53

func (l *losses) look(document *jsonstyle.Document, v *rawjson.Value) {
	text := document.Source(v)
	switch {
	case v.Kind == '[' && len(v.Children) == 0:
		l.empty = append(l.empty, place{v.Start, v.Key, ""})
	case v.Kind == '0' && v.Key != "":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return
		}
		if n >= exactInteger || n <= -exactInteger {
			l.big = append(l.big, place{v.Start, v.Key, text})
			return
		}
		if l.decimals[v.Key] == nil {
			l.decimals[v.Key] = make(replacement)
		}
		l.decimals[v.Key][v.Start] = text + ".0"
	}
}

// objectKeys are fields that are objects even when empty, decimalKeys those with
// decimals. Others are found by trying.
var (
	objectKeys  = []string{"metadata", "previous_attributes", "fraud_details", "tip", "amount_details", "card", "link", "refund", "address", "data"}
	decimalKeys = []string{"percent_off", "percentage", "effective_percentage", "application_fee_percent", "tax_percent", "fee_percent", "exchange_rate", "latitude", "longitude"}
)

func isObjectKey(key string) bool { return slices.Contains(objectKeys, key) }
func anyKey(string) bool          { return true }

// lists replaces the empty lists of some keys with objects.
func (l *losses) lists(of func(key string) bool) replacement {
	replace := make(replacement)
	for _, p := range l.empty {
		if of(p.key) {
			replace[p.start] = "{"
		}
	}
	return replace
}

// likely returns the common losses, alone and together.
func (l *losses) likely() []replacement {
	decimals := l.usualDecimals()
	likely := []replacement{l.lists(isObjectKey), l.lists(anyKey), decimals}
	if len(l.empty) > 0 && len(decimals) > 0 {
		for i := range 2 {
			both := maps.Clone(decimals)
			maps.Copy(both, likely[i])
			likely = append(likely, both)
		}
	}
	return likely
}

func (l *losses) usualDecimals() replacement {
	replace := make(replacement)
	for _, key := range decimalKeys {
		maps.Copy(replace, l.decimals[key])
	}
	return replace
}

// Limits on what is tried.
const (
	maxEmpty    = 6   // lists tried in all combinations
	maxDecimals = 64  // nearby integers; some are the same float64
	maxNeighbor = 512 // nearby integers, of which some are the same float64
)

// unlikely yields every combination of a few empty lists, the numbers of each key as
// decimals, and the integers that become the one in the document when converted to a
// float64.
func (l *losses) unlikely() iter.Seq[replacement] {
	return func(yield func(replacement) bool) {
		for i := 1; len(l.empty) <= maxEmpty && i < 1<<len(l.empty); i++ {
			replace := make(replacement)
			for bit, p := range l.empty {
				if i>>bit&1 > 0 {
					replace[p.start] = "{"
				}
			}
			if !yield(replace) {
				return
			}
		}
		keys := slices.Sorted(maps.Keys(l.decimals))
		for _, key := range keys[:min(len(keys), maxDecimals)] {
			if !yield(l.decimals[key]) {
				return
			}
		}
		if len(l.big) != 1 {
			return
		}
		for _, text := range neighbors(l.big[0].text) {
			if !yield(replacement{l.big[0].start: text}) {
				return
			}
		}
	}
}

// neighbors returns the integers that are the same float64.
func neighbors(text string) []string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > math.MaxInt64-maxNeighbor || n < math.MinInt64+maxNeighbor {
		return nil
	}
	var same []string
	for d := int64(-maxNeighbor); d <= maxNeighbor; d++ {
		if d != 0 && float64(n+d) == float64(n) {
			same = append(same, strconv.FormatInt(n+d, 10))
		}
	}
	return same
}

// completed completes a body whose last lines are missing. This is possible because an
// event ends with its type, and the types are known.
func completed(body []byte) [][]byte {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || len(body) <= MaxSearched && json.Valid(body) {
		return nil
	}
	var found [][]byte
	for _, end := range []string{"}", "\n}", "\"\n}", `"}`, "\n"} {
		found = append(found, append(bytes.Clone(body), end...))
	}
	for _, format := range []struct{ before, after string }{{",\n  \"type\": \"", "\"\n}"}, {`,"type":"`, `"}`}} {
		for _, eventType := range fixtures.Types(fixtures.DefaultVersion) {
			end := format.before + eventType + format.after
			if missing, ok := missingEnd(body, end); ok {
				found = append(found, append(bytes.Clone(body), missing...))
			}
		}
	}
	return found
}

// missingEnd returns the rest of an ending that the body has begun.
func missingEnd(body []byte, end string) (missing string, ok bool) {
	const begun = 6 // enough to recognize this key
	for n := len(end) - 1; n >= begun; n-- {
		if bytes.HasSuffix(body, []byte(end[:n])) {
			return end[n:], true
		}
	}
	return "", false
}
