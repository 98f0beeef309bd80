package contract

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// What is known of a later event is what it did, not that it did nothing.
func TestUnlikeFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		after any
		want  string
	}{
		{"nothing", map[string]any{}, "a plain invoice.paid now has another effect than the first one had: none"},
		{"elsewhere", map[string]any{"jobs": 1.0}, "a plain invoice.paid now has another effect than the first one had, in other places of the state: state.jobs: +1"},
	} {
		did := statediff.Between(map[string]any{}, test.after, statediff.Normalizer{})
		require.Equal(t, test.want, unlikeFirst("invoice.paid", did), test.name)
	}
}
