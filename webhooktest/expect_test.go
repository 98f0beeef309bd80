package webhooktest_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestMeets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expected string
		status   int // 0: no answer
		meets    bool
	}{
		{"2xx", 200, true}, {"2xx", 299, true}, {"2xx", 301, false}, {"2xx", 0, false},
		{"400", 400, true}, {"400", 401, false}, {"400", 0, false},
		{"!2xx", 404, true}, {"!2xx", 200, false},
		{"!2xx", 0, false}, // a refusal is an answer: a server that is down refuses nothing
		{"!500", 503, true}, {"!500", 500, false},
		{"any", 200, true}, {"any", 0, true},
	}
	for _, test := range tests {
		response := &webhooktest.Response{StatusCode: test.status}
		if test.status == 0 {
			response.Err = io.EOF
		}
		meets, err := response.Meets(test.expected)
		require.NoError(t, err)
		require.Equal(t, test.meets, meets, "%s meets %s", response.Err, test.expected)
	}
	for _, wrong := range []string{"", "ok", "2x", "2xxx", "600", "6xx", "!", "!!2xx", "2xx,4xx", " 2xx"} {
		_, err := new(webhooktest.Response).Meets(wrong)
		require.ErrorContains(t, err, "want a status (400), a class (2xx)", wrong)
	}
}
