package contract

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Who crashes at the first event has refused nothing.
func TestUnaccepted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why  string
		r    *webhooktest.Response
		want string
	}{
		{"all is well", nil, ""},
		{"a bad signature", &webhooktest.Response{StatusCode: 400}, "refused"},
		{"a redirect", &webhooktest.Response{StatusCode: 302}, "refused"},
		{"busy, and says so", &webhooktest.Response{StatusCode: 503}, "refused"},
		{"a crash", &webhooktest.Response{StatusCode: 500}, "failed"},
		{"of a proxy before it", &webhooktest.Response{StatusCode: 502}, "failed"},
		{"a panic", &webhooktest.Response{Err: errors.New("EOF")}, "unanswered"},
	} {
		require.Equal(t, test.want, unaccepted(test.r), test.why)
	}
}
