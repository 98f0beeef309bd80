package verify_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/racetest"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// The events of every type, put through real JSON libraries, are rebuilt from
// their result. Floats, empty objects, keys in no alphabetical order: what they
// have that a library loses is different in each.
func TestRebuildsEveryType(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bodies, types := everyEvent(t)
	tests := []struct {
		name, program string
		args          []string
		want          string
	}{
		{"JSON.stringify", "node", []string{"-e", mapInNode("JSON.stringify(JSON.parse(body))")}, "json-stringify"},
		{"JSON.stringify with four spaces", "node", []string{"-e", mapInNode("JSON.stringify(JSON.parse(body), null, 4)")}, "indent-4"},
		{"json.dumps", "python3", []string{"-c", mapInPython("json.dumps(json.loads(body))")}, "json-dumps"},
		{"json.dumps with sorted keys", "python3", []string{"-c", mapInPython("json.dumps(json.loads(body), sort_keys=True, indent=2)")}, "stripe-object"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			mangled := mapped(t, bodies, test.program, test.args...)
			for i := range bodies {
				v := diagnose(t, verify.Received{Signature: webhooktest.Sign([]byte(bodies[i]), epoch, testSecret), Body: []byte(mangled[i])})
				require.Equal(t, bodies[i], string(v.Original), "%s: %s", types[i], v)
				if mangled[i] != bodies[i] {
					require.Contains(t, foundIn(v), test.want, types[i])
				}
				judged(t, v, testSecret)
			}
		})
	}
}

// everyEvent makes one event of each type; of a few under the race detector, which
// makes hashing slow.
func everyEvent(t *testing.T) (bodies, types []string) {
	t.Helper()
	source := webhooktest.Source{Seed: 3, Now: func() time.Time { return epoch }}
	for i, eventType := range fixtures.Types(fixtures.DefaultVersion) {
		if racetest.Enabled && i%16 > 0 {
			continue
		}
		event, err := source.Event(eventType)
		require.NoError(t, err)
		bodies, types = append(bodies, string(event.Body())), append(types, eventType)
	}
	return bodies, types
}

// mapInNode and mapInPython are programs that read a list of texts and write the
// list of what an expression makes of each.
func mapInNode(expression string) string {
	return "const bodies = JSON.parse(require('fs').readFileSync(0)); process.stdout.write(JSON.stringify(bodies.map(body => " + expression + ")))"
}

func mapInPython(expression string) string {
	return "import json, sys\njson.dump([" + expression + " for body in json.load(sys.stdin)], sys.stdout)"
}

func mapped(t *testing.T, texts []string, program string, args ...string) []string {
	t.Helper()
	path := realpart.Need(t, "apt-get install nodejs python3", program)
	input, err := json.Marshal(texts)
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), path, args...)
	command.Stdin = bytes.NewReader(input)
	output, err := command.Output()
	require.NoError(t, err)
	var results []string
	require.NoError(t, json.Unmarshal(output, &results))
	require.Len(t, results, len(texts))
	return results
}
