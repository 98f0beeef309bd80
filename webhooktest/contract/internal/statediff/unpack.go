package statediff

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Unpack returns a state with its texts taken apart: JSON in a text is decoded, lines are a
// list, and so are values between commas or bars, numbers among them. It changes the lists
// and maps of the state.
func Unpack(state any) any {
	switch value := state.(type) {
	case map[string]any:
		for key, member := range value {
			value[key] = Unpack(member)
		}
	case []any:
		for i, element := range value {
			value[i] = Unpack(element)
		}
	case string:
		return unpackText(value)
	}
	return state
}

func unpackText(text string) any {
	trimmed := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(trimmed, "{"), strings.HasPrefix(trimmed, "["):
		var value any
		if json.Unmarshal([]byte(trimmed), &value) == nil {
			return Unpack(value)
		}
	case strings.Contains(trimmed, "\n"):
		return unpackAll(strings.Split(trimmed, "\n"))
	case strings.ContainsAny(text, " ="): // a sentence, or a header
	case strings.Count(text, ",") > 1:
		return unpackAll(strings.Split(text, ","))
	case strings.Contains(text, "|"):
		return unpackAll(strings.Split(text, "|"))
	}
	return text
}

func unpackAll(texts []string) any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = unpackText(text)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
			all[i] = float64(n)
		}
	}
	return all
}
