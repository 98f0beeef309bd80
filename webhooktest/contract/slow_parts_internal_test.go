package contract

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A long run says what it spent its time on, if the user can do something about it.
func TestSlowParts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name               string
		took               time.Duration
		reading, preparing time.Duration
		want               []string
	}{
		{"quick", 40 * time.Second, 30 * time.Second, 0, nil},
		{"a bit of each", 3 * time.Minute, 30 * time.Second, 30 * time.Second, nil},
		{"a large state", 3 * time.Minute, 2 * time.Minute, 0, []string{"reading the state took 2m0s of 3m0s, 12s each time: a smaller state makes a run quicker"}},
		{"a command", 3 * time.Minute, 0, 2 * time.Minute, []string{"preparing objects of the app took 2m0s of 3m0s, 12s each time: a request to the running app instead of a program that starts each time makes a run quicker"}},
	} {
		r := &run{budget: newBudget(5 * time.Minute), machine: new(machine), objects: newAppObjects(new(boundPaths))}
		r.budget.deadline = r.budget.deadline.Add(-test.took)
		r.machine.reading, r.machine.reads = test.reading, 10
		r.objects.known.preparing = preparing{times: 10, took: test.preparing}
		require.Equal(t, test.want, slowParts(r), test.name)
	}
}

// What a run spends is counted where it is spent.
func TestMachineCounts(t *testing.T) {
	t.Parallel()
	var m machine
	m.noteReading(time.Second)
	m.noteReading(3 * time.Second)
	require.Equal(t, slowPart{"reading the state", 4 * time.Second, 2, "a smaller state"}, readings(&m))
}
