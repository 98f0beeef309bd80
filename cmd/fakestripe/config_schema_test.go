package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// TestConfigSchema keeps the schema that editors use in step with the flags: it is made of
// them. go test ./cmd/fakestripe -run TestConfigSchema -update
func TestConfigSchema(t *testing.T) {
	const place = "../../fixtures/config/schema.json"
	root := newRoot(system())
	properties := map[string]any{"$schema": map[string]string{"type": "string"}}
	for _, key := range configKeys(root) {
		for _, cmd := range root.Commands() {
			flag := cmd.Flags().Lookup(key)
			if flag == nil || cmd.Flags().Lookup("config") == nil || properties[key] != nil {
				continue
			}
			properties[key] = schemaOf(flag)
		}
	}
	schema, err := json.MarshalIndent(map[string]any{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "fakestripe.json",
		"description": "Settings for fakestripe check, run, load and listen: each key is the name of a flag. A flag on the command line wins. Secrets are not for this file.",
		"type":        "object", "additionalProperties": false, "properties": properties,
	}, "", "  ")
	require.NoError(t, err)
	schema = append(schema, '\n')
	if *update {
		require.NoError(t, os.WriteFile(place, schema, 0o644))
	}
	require.Equal(t, document(t, place), string(schema), "-update writes it")
	for _, secret := range []string{"secret", "api-key", "config", "help"} {
		require.NotContains(t, properties, secret)
	}
	for _, key := range []string{"to", "handles", "state-postgres", "state-sqlite", "state-tables", "api-version", "set", "event", "waivers", "forward-to"} {
		require.Contains(t, properties, key)
	}
}

// schemaOf is what a flag's value may be in a file.
func schemaOf(flag *pflag.Flag) map[string]any {
	usage := strings.ReplaceAll(flag.Usage, "`", "")
	text := map[string]any{"type": "string"}
	schema := map[string]any{"description": strings.ToUpper(usage[:1]) + usage[1:]}
	switch kind := configKind(flag); kind {
	case "list":
		schema["anyOf"] = []any{text, map[string]any{"type": "array", "items": text}}
	default:
		schema["type"] = kind
	}
	return schema
}
