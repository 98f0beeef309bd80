package statediff

import (
	"strconv"
	"strings"
	"time"
)

// layouts are the ways in which programs write a point in time, without the fraction of a
// second: JSON, databases, Go, Ruby, JavaScript and HTTP.
var layouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z07", "2006-01-02T15:04:05Z07",
	"2006-01-02 15:04:05 -0700 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST",
	"Mon Jan 02 2006 15:04:05 GMT-0700", "Mon, 02 Jan 2006 15:04:05 MST", "Mon Jan _2 15:04:05 2006",
}

// localLayouts name no zone.
var localLayouts = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// grace is how much later than the end of a period access may end.
const grace = 10 * 24 * time.Hour

// CountTime returns how often a state shows a time, as text or as a number, or a time that
// is later by whole quarters of an hour, up to some days of grace.
func CountTime(state any, t time.Time) (count int) {
	t = t.Truncate(time.Second)
	switch value := state.(type) {
	case map[string]any:
		for _, member := range value {
			count += CountTime(member, t)
		}
	case []any:
		for _, element := range value {
			count += CountTime(element, t)
		}
	case float64:
		count += tally(isTime(value, t))
	case string:
		count += tally(writes(value, t))
	}
	return count
}

func tally(found bool) int {
	if found {
		return 1
	}
	return 0
}

// isTime reports whether a number is a time in seconds or milliseconds.
func isTime(number float64, t time.Time) bool {
	if number > 1e11 {
		number /= 1000
	}
	return number > 1e9 && number < 1e11 && isNear(time.Unix(int64(number), 0), t, 0)
}

// writes reports whether a text is a time.
func writes(text string, t time.Time) bool {
	if len(text) < len("2006-01-02") || len(text) > 80 {
		return false
	}
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return isTime(number, t)
	}
	if text == t.UTC().Format(time.DateOnly) {
		return true
	}
	text, _, _ = strings.Cut(text, " (") // the name of the zone
	text, _, _ = strings.Cut(text, " m=")
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return isNear(at, t, 0)
		}
	}
	const zones = 14 * time.Hour
	for _, layout := range localLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			if !strings.HasSuffix(layout, "05") {
				t = t.Truncate(time.Minute)
			}
			return isNear(at, t, zones)
		}
	}
	return false
}

// isNear reports whether a time is another one or up to some days later, or earlier by as
// much as a zone may be, by whole quarters of an hour.
func isNear(at, t time.Time, zone time.Duration) bool {
	later := at.Truncate(time.Second).Sub(t)
	return later >= -zone && later <= grace+zone && later%(15*time.Minute) == 0
}
