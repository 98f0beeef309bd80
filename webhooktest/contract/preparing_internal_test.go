package contract

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An app that takes long to prepare an object gets fewer events at once, and is told so.
func TestFewerEventsOfSlowPreparations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		took         time.Duration
		times, count int
		want         int
		note         string
	}{
		{"prepares nothing", 0, 0, 50, 50, ""},
		{"in process", 200 * time.Microsecond, 20, 50, 50, ""},
		{"a command", 2 * time.Second, 10, 50, 25, "a: 25 events instead of 50, since the app takes 200ms to prepare an object for each"},
		{"a slow one", 20 * time.Second, 10, 50, 10, "a: 10 events instead of 50, since the app takes 2s to prepare an object for each"},
		{"a slow one, and few events", 20 * time.Second, 10, 9, 9, ""},
	} {
		p := preparing{times: test.times, took: test.took}
		c := contractCase{Events: map[string]caseEvent{"e": {Count: test.count}}}
		c.ID = "a"
		require.Equal(t, test.want, p.inTime(&c).Events["e"].Count, test.name)
		require.Equal(t, test.count, c.Events["e"].Count, test.name)
		if test.note == "" {
			require.Empty(t, p.notes(), test.name)
			continue
		}
		require.Equal(t, []string{test.note}, p.notes(), test.name)
	}
}
