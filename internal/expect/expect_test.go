package expect_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/expect"
)

func TestMet(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expected string
		status   int // 0: no answer
		met      bool
	}{
		{"2xx", 200, true}, {"2xx", 299, true}, {"2xx", 301, false}, {"2xx", 0, false},
		{"400", 400, true}, {"400", 401, false}, {"400", 0, false},
		{"!2xx", 404, true}, {"!2xx", 200, false},
		{"!2xx", 0, false}, // a refusal is an answer: a server that is down refuses nothing
		{"!500", 503, true}, {"!500", 500, false},
		{"answer", 500, true}, {"answer", 0, false},
		{"any", 200, true}, {"any", 0, true},
	}
	for _, test := range tests {
		var err error
		if test.status == 0 {
			err = io.EOF
		}
		e, parseErr := expect.Parse(test.expected)
		require.NoError(t, parseErr)
		require.Equal(t, test.expected, e.String())
		require.Equal(t, test.met, e.Met(test.status, err), "%d meets %s", test.status, e)
	}
}

func TestZeroExpectation(t *testing.T) {
	t.Parallel()
	var e expect.Expectation
	require.True(t, e.Met(500, nil))
	require.True(t, e.Met(0, io.EOF))
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"", "ok", "2x", "2xxx", "600", "6xx", "!", "!!2xx", "2xx,4xx", " 2xx", "+20", "xxx"} {
		_, err := expect.Parse(wrong)
		require.ErrorContains(t, err, "want a status (400), a class (2xx)", wrong)
	}
}
