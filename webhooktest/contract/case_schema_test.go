package contract_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The schema that editors use has the keys that are decoded, and no others.
func TestSchemaHasTheKeysOfCases(t *testing.T) {
	t.Parallel()
	type keys struct {
		Properties map[string]any `json:"properties"`
	}
	var schema struct {
		keys
		Defs struct{ Event, Step keys } `json:"$defs"`
	}
	text, err := os.ReadFile("../../fixtures/contract/schema.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &schema))
	delete(schema.Properties, "$schema") // for editors
	for structs, known := range map[string]keys{"Case contractCase": schema.keys, "caseEvent": schema.Defs.Event, "caseStep": schema.Defs.Step} {
		require.ElementsMatch(t, decodedKeys(t, strings.Fields(structs)), slices.Collect(maps.Keys(known.Properties)), structs)
	}
}

// decodedKeys are those of structs in case.go.
func decodedKeys(t *testing.T, structs []string) (keys []string) {
	t.Helper()
	source, err := os.ReadFile("case.go")
	require.NoError(t, err)
	for _, name := range structs {
		_, body, found := strings.Cut(string(source), "type "+name+" struct {")
		require.True(t, found, name)
		body, _, _ = strings.Cut(body, "\n}")
		for _, tag := range regexp.MustCompile(`json:"(\w+)"`).FindAllStringSubmatch(body, -1) {
			keys = append(keys, tag[1])
		}
	}
	return keys
}
