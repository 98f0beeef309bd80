package nearest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/nearest"
)

func TestNames(t *testing.T) {
	t.Parallel()
	names := []string{"data.object.amount", "data.object.amount_received", "livemode", "id", "data.object.id"}
	tests := []struct {
		want  string
		n     int
		found []string
		why   string
	}{
		{"data.object.amout", 2, []string{"data.object.amount", "data.object.id"}, "a typo"},
		{"amount", 1, []string{"data.object.amount"}, "the end of a path, far away in letters"},
		{"data.object", 3, []string{"data.object.amount", "data.object.amount_received", "data.object.id"}, "the beginning, in the given order"},
		{"mount", 1, []string{"data.object.amount"}, "a typo in the last part"},
		{"LIVEMODE", 1, []string{"livemode"}, "another case is nearer than another word"},
		{"id", 2, []string{"id", "data.object.id"}, "the name itself, and as the end of another"},
		{"", 1, []string{"id"}, "nothing: the shortest"},
		{"é", 9, []string{"id", "data.object.id", "data.object.amount", "livemode", "data.object.amount_received"}, "more than there are"},
		{"x", 0, []string{}, "none wanted"},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.found, nearest.Names(test.want, names, test.n))
		})
	}
	require.Empty(t, nearest.Names("x", nil, 3))
}

func TestList(t *testing.T) {
	t.Parallel()
	for want, names := range map[string][]string{
		"":            nil,
		"aa":          {"aa"},
		"aa or ab":    {"ab", "aa"},
		"aa, a or ab": {"a", "bbbbb", "ab", "aa"},
	} {
		require.Equal(t, want, nearest.List("aa", names))
	}
}

// A name may be as long as the user likes: the time must not grow with its square.
func TestLongNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	start := time.Now()
	require.Equal(t, []string{long}, nearest.Names(long, []string{"a", long}, 1))
	require.Less(t, time.Since(start), time.Second)
}
