package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What a refusal is said to mean depends on the answer and on what was sent.
func TestAdvice(t *testing.T) {
	t.Parallel()
	const mismatch = "Received event with API version %s, but stripe-go 82.5.1 expects API version 2025-08-27.basil"
	for name, test := range map[string]struct {
		event, version string // "": a thin event
		status         int
		body           string
		want           string // "": nothing
		reason         string
	}{
		"the version":                    {"charge.succeeded", "2023-10-16", 400, fmt.Sprintf(mismatch, "2023-10-16"), "give --api-version 2025-08-27.basil", "the SDK says so"},
		"no version in a thin one":       {"v1.charge.refunded", "", 400, fmt.Sprintf(mismatch, ""), "it parses snapshot events, and was sent a thin event", "a version would not help"},
		"a thin one in Go":               {"v1.charge.refunded", "", 400, "Failed to parse webhook body json: json: cannot unmarshal string into Go struct field Event.created of type int64", "was sent a thin event", "the body came as it was"},
		"a crash at a thin one":          {"v1.charge.refunded", "", 500, "TypeError: Cannot read properties of undefined (reading 'object')", "the event is thin, without data.object", "that is what is read"},
		"a crash":                        {"charge.succeeded", "2023-10-16", 500, "TypeError", "for the exception or the error", "of a snapshot, nothing more is known"},
		"no more than 400":               {"charge.succeeded", "2023-10-16", 400, "bad request", "does not say why: often the secret is another one, or the SDK wants another API version than 2023-10-16 (try --api-version with its release, such as stripe-go@82); ", "nothing is blamed"},
		"nothing at all":                 {"charge.succeeded", "2023-10-16", 400, "", "fakestripe check --to URL finds out, and fakestripe verify", "and it is said how to find out"},
		"a bad signature":                {"charge.succeeded", "2023-10-16", 400, "bad signature", "the response names the signature, not what is wrong with it: often the secret", "it does say something"},
		"no more than 400 to a thin one": {"v1.charge.refunded", "", 400, "bad request", "does not say why: the event is thin", "a version would not help"},
		"a conflict":                     {"charge.succeeded", "2023-10-16", 409, "no", "", "no SDK answers so"},
		"accepted":                       {"charge.succeeded", "2023-10-16", 200, "", "", "nothing is wrong"},
	} {
		event, err := webhooktest.ParseEvent(fmt.Appendf(nil, `{"id":"evt_1","object":"event","type":%q,"api_version":%q}`, test.event, test.version))
		require.NoError(t, err)
		given, ok := adviceOn(&webhooktest.Response{Event: event, StatusCode: test.status, Body: []byte(test.body)}, nil)
		require.Equal(t, test.want != "", ok, "%s: %s", name, test.reason)
		require.Contains(t, given.text, test.want, "%s: %s", name, test.reason)
	}
}

// The same advice is given once to each endpoint.
func TestAdviceIsGivenOnce(t *testing.T) {
	t.Parallel()
	event, err := webhooktest.ParseEvent([]byte(`{"id":"evt_1","object":"event","type":"charge.succeeded"}`))
	require.NoError(t, err)
	p := new(printer)
	var all strings.Builder
	for range 44 {
		for _, endpoint := range []string{"http://a", "http://b"} {
			for _, r := range []webhooktest.Response{
				{StatusCode: 400, Body: []byte("Received event with API version , but Stripe.net 48.5.0 expects API version 2025-08-27.basil")},
				{StatusCode: 500, Body: []byte("oops")},
			} {
				r.Event = event
				all.WriteString(p.incoming(endpoint, &r, nil))
			}
		}
	}
	require.Equal(t, 2, strings.Count(all.String(), "give --api-version"))
	require.Equal(t, 2, strings.Count(all.String(), "no refusal"))
	require.Equal(t, 2*2*44, strings.Count(all.String(), "<--"))
}
