package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Below a refusal stands what it means, in JSON too. A refusal that was expected needs no
// explanation, and a delivery with mutations is not what the sentence is about.
func TestRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	event, err := webhooktest.ParseEvent([]byte(`{"id":"evt_1","object":"event","type":"charge.succeeded"}`))
	require.NoError(t, err)
	for name, test := range map[string]struct {
		status    int
		body      string
		mutations []string
		cause     string // "": nothing is explained
	}{
		"a lost header":              {400, "webhook has no Stripe-Signature header", nil, "header-lost"},
		"a crash":                    {500, "", nil, "crashed"},
		"a forgery":                  {400, "webhook has no Stripe-Signature header", []string{"unsigned"}, ""},
		"another mutation":           {400, "Timestamp outside the tolerance zone", []string{"crlf"}, ""},
		"accepted, whatever it says": {200, "No webhook payload was provided", nil, ""},
		"nothing known":              {400, "no", nil, ""},
	} {
		r := &webhooktest.Response{Event: event, StatusCode: test.status, Body: []byte(test.body)}
		p := new(printer)
		made := newDelivery(r, test.mutations, p.expects(test.mutations))
		if test.cause == "" {
			require.Nil(t, made.Refusal, name)
			continue
		}
		require.Equal(t, test.cause, made.Refusal.Cause, name)
		require.Contains(t, p.incoming("", r, test.mutations), made.Refusal.Problem+": "+made.Refusal.Fix, name)
	}
}
