package render

import (
	"bytes"
	"strings"
	"time"
)

// placeholder returns the name in the braces at the start of a text. Braces around
// anything but a name that begins with a lower-case letter are plain text.
func placeholder(text []byte) (name []byte, ok bool) {
	if len(text) < 2 || text[0] != '{' || text[1] < 'a' || text[1] > 'z' {
		return nil, false
	}
	name, _, ok = bytes.Cut(text[1:], []byte("}"))
	return name, ok
}

// relativeTime parses a placeholder for a time that begins with a word: for now, these
// are now, now-90s and now+30d. The offset is in seconds.
func relativeTime(word, name string) (seconds int64, ok bool) {
	rest, ok := strings.CutPrefix(name, word)
	if !ok || rest == "" {
		return 0, ok
	}
	days := int64(1)
	if number, ok := strings.CutSuffix(rest, "d"); ok {
		rest, days = number+"h", 24
	}
	offset, err := time.ParseDuration(rest)
	return int64(offset/time.Second) * days, err == nil && (rest[0] == '+' || rest[0] == '-')
}
