package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// The color of an answer says whether it is right, not whether it is a 2xx.
func TestStatusColors(t *testing.T) {
	t.Parallel()
	const red, green, yellow = "\x1b[1;31m", "\x1b[1;32m", "\x1b[1;33m"
	event, err := webhooktest.ParseEvent([]byte(`{"id":"evt_1","object":"event","type":"charge.succeeded"}`))
	require.NoError(t, err)
	for _, c := range []struct {
		name, expect string
		status       int
		err          error
		color        string
		forged       bool
	}{
		{"accepted", "2xx", 200, nil, green, false},
		{"refused", "2xx", 400, nil, yellow, false},
		{"crashed", "2xx", 500, nil, red, false},
		{"no response", "2xx", 0, errors.New("refused"), red, false},
		{"a forgery that was refused", "!2xx", 400, nil, green, false},
		{"a forgery that was accepted", "!2xx", 200, nil, red, false},
		{"a forgery without a response", "!2xx", 0, errors.New("refused"), red, false},
		{"nothing expected", "", 200, nil, green, false},
		{"a forgery at listen, refused", "", 400, nil, green, true},
		{"a forgery at listen, accepted", "", 200, nil, red, true},
	} {
		var expected expect.Expectation
		if c.expect != "" {
			expected, err = expect.Parse(c.expect)
			require.NoError(t, err, c.name)
		}
		p := &printer{color: true, expected: expected}
		var mutations []string
		if c.forged {
			mutations = []string{"unsigned"}
		}
		got := p.incoming("", &webhooktest.Response{Event: event, StatusCode: c.status, Err: c.err}, mutations)
		require.Contains(t, got, c.color+"[", c.name)
	}
}
