package statediff

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A handler may store any JSON. Two deliveries are compared by the change that each makes
// in it, without values that must differ (ids, times): the ids we sent become their roles
// in the case.

// timeName stands for a time, eventName for the id of an event, requestName for the request
// behind one.
const (
	timeName    = "{time}"
	eventName   = "{event}"
	requestName = "{request}"
)

// A Normalizer holds the roles of the ids in one delivery, by id.
type Normalizer map[string]string

// Name gives the ids of an event, its own and those in its body, their roles: their paths,
// with a prefix. An id keeps the role it has, so that the events of one object agree. The
// account of an event is the same for all and has no role. Its request has one role in all
// events: it is no object. The body must be valid JSON, as each event's is.
func (n Normalizer) Name(id string, body []byte, as string) {
	if id != "" {
		n[id] = eventName
	}
	root := rawjson.ParseValid(body)
	if root.Kind == '{' {
		root.Children = slices.DeleteFunc(root.Children, func(v rawjson.Value) bool { return v.Key == "account" })
	}
	if request := root.Child("request"); request != nil {
		for i := range request.Children {
			n.nameRequest(body, &request.Children[i])
		}
	}
	n.nameIn(body, &root, []byte(as))
}

// nameRequest names the id, or the idempotency key, of a request.
func (n Normalizer) nameRequest(body []byte, v *rawjson.Value) {
	if v.Kind == '"' && v.End-v.Start > shortestPart {
		n[string(body[v.Start+1:v.End-1])] = requestName
	}
}

// nameIn gives the ids in a value their paths, in the order of the keys, so that the order
// of a body does not matter.
func (n Normalizer) nameIn(body []byte, v *rawjson.Value, place []byte) {
	switch v.Kind {
	case '"':
		quoted := string(body[v.Start:v.End])
		if id := quoted[1 : len(quoted)-1]; n[id] == "" && differs(quoted) {
			n[id] = "{" + string(place) + "}"
		}
	case '[':
		for i := range v.Children {
			n.nameIn(body, &v.Children[i], strconv.AppendInt(append(place, '.'), int64(i), 10))
		}
	case '{':
		slices.SortStableFunc(v.Children, func(a, b rawjson.Value) int { return cmp.Compare(a.Key, b.Key) })
		for i := range v.Children {
			n.nameIn(body, &v.Children[i], append(append(place, '.'), v.Children[i].Key...))
		}
	}
}

// differs reports whether a quoted text is an id, or an e-mail address, of one event.
func differs(quoted string) bool {
	_, _, isID := render.SplitID(quoted)
	return isID || strings.HasSuffix(quoted, `@example.com"`) && emailText().MatchString(quoted)
}

// emailText matches the e-mail address that fixtures give a customer, a fresh one each time.
var emailText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^"[a-z.]+\.[0-9a-f]{12}@example\.com"$`) })

// roles is a Normalizer prepared for reading a state with many texts.
type roles struct {
	of   Normalizer
	ends map[string][]string // ids by their last characters, which few share

	start any    // the state before, of which the numbers of rows are known once they are asked for
	known tables // nil until then
}

func (n Normalizer) roles() *roles {
	r := &roles{of: n, ends: make(map[string][]string)}
	for id := range n {
		if len(id) >= shortestPart {
			end := id[len(id)-shortestPart:]
			r.ends[end] = append(r.ends[end], id)
		}
	}
	return r
}

// TextsDiffer reports whether two values are texts that differ in more than named ids and
// times.
func (n Normalizer) TextsDiffer(a, b any) bool {
	one, isText := a.(string)
	other, areTexts := b.(string)
	r := n.roles()
	return isText && areTexts && r.text(one) != r.text(other)
}

// plain returns a value without what must differ between two deliveries.
func (r *roles) plain(value any) any {
	switch value := value.(type) {
	case string:
		return r.text(value)
	case float64:
		if timelike(value) {
			return timeName
		}
		return value
	case []any:
		plain := make([]any, len(value))
		for i, element := range value {
			plain[i] = r.plain(element)
		}
		sortParts(plain)
		return plain
	case map[string]any:
		plain := make(map[string]any, len(value))
		for key, member := range value {
			if member == nil && lastWritten().MatchString(key) {
				member = timeName // or not written again yet
			}
			if isRowVersion(key, member) {
				member = "{version}"
			}
			plain[r.text(key)] = r.plain(member)
		}
		return plain
	}
	return value
}

// lastWritten matches the names of columns for the time of the last write to a row. Many
// handlers leave it null until the second write, so neither the time nor null means
// anything.
var lastWritten = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|_)(last_?)?(updated|modified|changed|synced|touched)(_?(at|on|time|ts|date))?$|(Updated|Modified|Synced)(At|On)?$`)
})

// isRowVersion reports whether a member counts the writes to its row, for optimistic
// locking: writing the same once more is no effect.
func isRowVersion(key string, member any) bool {
	_, isNumber := member.(float64)
	return isNumber && rowVersions().MatchString(key)
}

// rowVersions matches the names of columns that optimistic locks go by.
var rowVersions = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^_?((opt|optimistic)_?)?(lock|row|record)?_?(version|revision|rev)$|^(opt|optimistic)_?lock$`)
})

// shortestPart is the minimum length of an object's name that is recognized inside a text.
// A shorter name, such as the number of an order, may be part of anything.
const shortestPart = 5

// text replaces ids, the longest first, and times in a text.
func (r *roles) text(text string) string {
	if role, ok := r.of[text]; ok {
		return role
	}
	named := r.in(text)
	slices.SortFunc(named, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	for _, id := range named {
		text = strings.ReplaceAll(text, id, r.of[id])
	}
	return withoutTimes(text)
}

// in returns the ids inside a text, some more than once.
func (r *roles) in(text string) (named []string) {
	for end := shortestPart; end <= len(text); end++ {
		for _, id := range r.ends[text[end-shortestPart:end]] {
			if strings.HasSuffix(text[:end], id) {
				named = append(named, id)
			}
		}
	}
	return named
}

// withoutTimes replaces points in time. It examines each line by itself: a log has
// thousands, most of them without a time.
func withoutTimes(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = withoutTimesIn(line)
	}
	return strings.Join(lines, "\n")
}

func withoutTimesIn(text string) string {
	if !mayHaveTime(text) {
		return text
	}
	return timeText().ReplaceAllString(text, timeName)
}

// mayHaveTime reports whether a text has four digits in a row, a colon after a digit, or a
// month. Every match of timeText has one of them, and timeText is slow.
func mayHaveTime(text string) bool {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	digits := 0
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
			if digits++; digits == 4 {
				return true
			}
			continue
		case c == ':' && digits > 0,
			'A' <= c && c <= 'S' && i+3 <= len(text) && strings.Contains(months, text[i:i+3]):
			return true
		}
		digits = 0
	}
	return false
}

// timeText matches points in time as programs write them: with a date, as a time of day
// alone, or as a Unix time.
var timeText = sync.OnceValue(func() *regexp.Regexp {
	const (
		clock   = `([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?([.,]\d+)?( ?[AaPp][Mm]\b)?( ?(Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d))?`
		weekday = `(\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?`
		month   = `(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*`
		day     = weekday + `(\b\d{4}[-/.]\d\d?[-/.]\d\d?|\b\d\d?[-/.]\d\d?[-/.]\d{4}|\b\d\d?[ -]` + month + `[ -]\d{4}|\b` + month + ` +\d\d?(, \d{4})?)`
	)
	return regexp.MustCompile(`\b\d{8}T\d{6}(\.\d+)?Z?\b|` + day + `([T ,]+` + clock + `)?( [+-]?\d{4}\b)?|\b` + clock + `|\b1[6-9]\d{8}(\.\d+|\d{3}|\d{6}|\d{9})?\b`)
})

// timelike reports whether a number is a Unix time of this century since 2020, in seconds,
// milliseconds, microseconds or nanoseconds: what is paid for often may last for decades.
func timelike(n float64) bool {
	for _, unit := range []float64{1, 1e3, 1e6, 1e9} {
		if n >= 1.6e9*unit && n < 4.1e9*unit {
			return true
		}
	}
	return false
}
