package contract

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// createdInOrder returns the names of a case's events in the order in which they are made,
// a second apart: each after the one that it is about, otherwise by name.
func createdInOrder(c *contractCase) (order []string) {
	var visit func(name string)
	visit = func(name string) {
		if name == "" || slices.Contains(order, name) {
			return
		}
		visit(c.Events[name].About)
		order = append(order, name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Events)) {
		visit(name)
	}
	return order
}

// What a case takes for clean delivery is in the order in which its events happened: else
// a handler that goes by their times would be judged by the wrong state.
func TestReferencesAreInTheOrderOfCreation(t *testing.T) {
	t.Parallel()
	cases, err := new(Suite).cases()
	require.NoError(t, err)
	judged := 0
	for _, c := range cases {
		order := createdInOrder(&c)
		for _, step := range c.Reference {
			var sent []int
			for _, name := range step.Send {
				if _, at := c.Events[name].Set["created"]; !at {
					sent = append(sent, slices.Index(order, name))
				}
			}
			if judged += len(sent); c.Compare == "object" {
				require.True(t, slices.IsSorted(sent), "%s: reference %v, but the events are made in the order %v", c.ID, step.Send, order)
			}
		}
	}
	require.Positive(t, judged)
}
