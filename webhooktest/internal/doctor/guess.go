package doctor

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

// A variant is a document with values as they may have been before they were
// decoded.
type variant struct {
	*jsonstyle.Document
	guessed bool // one of many
}

// A replacement is other text in the place of values, by where they begin.
type replacement = map[int]string

// variants yields the document as it is, then as it may have been before PHP made
// lists of empty objects and JavaScript whole numbers of decimals.
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
		for guess := range l.guesses() {
			if !yield(variant{document.With(guess), true}) {
				return
			}
		}
	}
}

// losses are where a document may have lost something when it was decoded.
type losses struct {
	empty    []place                // empty lists
	decimals map[string]replacement // whole numbers, by key: with .0 behind them
	big      []place                // integers that a float64 may have changed
}

type place struct {
	start     int
	key, text string
}

// exactInteger is up to where a float64 holds every integer.
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

// objectKeys are fields that are objects even when they are empty, decimalKeys
// those that hold decimals. Others are found by trying.
var (
	objectKeys  = []string{"metadata", "previous_attributes", "fraud_details", "tip", "amount_details", "card", "link", "refund", "address", "data"}
	decimalKeys = []string{"percent_off", "percentage", "effective_percentage", "application_fee_percent", "tax_percent", "fee_percent", "exchange_rate", "latitude", "longitude"}
)

func isObjectKey(key string) bool { return slices.Contains(objectKeys, key) }
func anyKey(string) bool          { return true }

// lists are the empty lists of some keys as objects.
func (l *losses) lists(of func(key string) bool) replacement {
	replace := make(replacement)
	for _, p := range l.empty {
		if of(p.key) {
			replace[p.start] = "{"
		}
	}
	return replace
}

// likely are the losses that are usual, alone and together.
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

// Bounds of what is guessed.
const (
	maxEmpty     = 6   // lists that are tried in all combinations
	maxDecimals  = 64  // keys
	maxNeighbour = 512 // integers that a float64 takes for the same
)

// guesses yields every combination of a few empty lists, the numbers of one key
// after the other as decimals, and the integers that become the one that is there
// when they go through a float64.
func (l *losses) guesses() iter.Seq[replacement] {
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
		for _, text := range neighbours(l.big[0].text) {
			if !yield(replacement{l.big[0].start: text}) {
				return
			}
		}
	}
}

// neighbours are the integers that are the same as a float64.
func neighbours(text string) []string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > math.MaxInt64-maxNeighbour || n < math.MinInt64+maxNeighbour {
		return nil
	}
	var same []string
	for d := int64(-maxNeighbour); d <= maxNeighbour; d++ {
		if d != 0 && float64(n+d) == float64(n) {
			same = append(same, strconv.FormatInt(n+d, 10))
		}
	}
	return same
}

// completed puts an end to a body that was cut in its last lines. That it can:
// an event ends with its type, and the types are known.
func completed(body []byte) [][]byte {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || len(body) <= searchable && json.Valid(body) {
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

// missingEnd returns what is missing of an end that the body has begun.
func missingEnd(body []byte, end string) (missing string, ok bool) {
	const begun = 6 // that it is this key, and not any
	for n := len(end) - 1; n >= begun; n-- {
		if bytes.HasSuffix(body, []byte(end[:n])) {
			return end[n:], true
		}
	}
	return "", false
}
