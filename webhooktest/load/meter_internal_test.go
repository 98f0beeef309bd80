package load

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTook: the wait for a connection counts, a timer that fired late does not.
func TestTook(t *testing.T) {
	t.Parallel()
	due := time.Unix(1_800_000_000, 0)
	o := outcome{due: due, began: due.Add(time.Second), answered: due.Add(3 * time.Second)}
	require.Equal(t, 2*time.Second, o.took())
	o.late = true
	require.Equal(t, 3*time.Second, o.took())
}
