package statediff

import (
	"encoding/json"
	"strings"
)

// Unpack returns a state with its texts taken apart: JSON in a text is decoded, lines are a
// list, and so are values between commas. It changes the lists and maps of the state.
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
	case strings.Count(text, ",") > 1 && !strings.Contains(text, " "):
		return unpackAll(strings.Split(text, ","))
	}
	return text
}

func unpackAll(texts []string) any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = unpackText(text)
	}
	return all
}
