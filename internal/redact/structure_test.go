package redact_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/redact"
	"github.com/fakestripe/fakestripe/webhooktest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestStructureStays redacts every event of the fixtures. The golden file lists all
// that is replaced, by place and kind: everything else, such as ids' prefixes, enum
// words, amounts and timestamps, stays byte for byte.
func TestStructureStays(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	r := newRedactor(t).WithKey("a key for the golden file")
	redactEvents(t, r)
	got := places(r)
	const golden = "testdata/replaced.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// redactEvents returns all events, redacted.
func redactEvents(t *testing.T, r *redact.Redactor) []string {
	t.Helper()
	var redacted []string
	source := webhooktest.Source{Seed: 7, Now: func() time.Time { return time.Unix(1_790_000_000, 0) }}
	for _, eventType := range fixtures.Types(fixtures.DefaultVersion) {
		event, err := source.Event(eventType)
		require.NoError(t, err)
		redacted = append(redacted, clean(t, r, string(event.Body())))
	}
	return redacted
}

// TestRedactingAgainFindsTheSame redacts what is redacted. A stand-in is replaced by
// another one, since nothing tells it from a value, and nothing else is.
func TestRedactingAgainFindsTheSame(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	first, second := newRedactor(t).WithKey("the first key"), newRedactor(t).WithKey("the second key")
	for _, once := range redactEvents(t, first) {
		twice := clean(t, second, once)
		require.Equal(t, layout(once), layout(twice))
	}
	require.Equal(t, places(first), places(second))
}

// places lists what a redactor replaced, and how often.
func places(r *redact.Redactor) string {
	var out strings.Builder
	for _, found := range r.Found() {
		fmt.Fprintf(&out, "%s: %s, %d\n", found.Path, found.Kind, found.Count)
	}
	return out.String()
}
