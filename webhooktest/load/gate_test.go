package load_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A load stops at its start if the handler refuses what more events would not change. What
// the handler does under load is a finding.
func TestRefusedFromTheStart(t *testing.T) {
	t.Parallel()
	const version = "Received event with API version 2023-10-16, but stripe-go 82.5.1 expects API version 2025-08-27.basil. We"
	for name, test := range map[string]struct {
		status  int
		body    string
		accepts int // so many events first
		going   bool
		want    int // refusals that end the load; 0: it goes on
		reason  string
	}{
		"another API version":    {status: 400, body: version, want: 1, reason: "each event has that version"},
		"answered with 500":      {status: 500, body: version, want: 1, reason: "the text says what it is"},
		"another secret":         {status: 400, body: "webhook had no valid signature", want: 1, reason: "each event is signed with it"},
		"400 without a reason":   {status: 400, body: "bad", want: 5, reason: "said after a few"},
		"no such path":           {status: 404, want: 5, reason: "none is at the path"},
		"a redirect":             {status: 302, want: 5, reason: "Stripe follows none"},
		"down":                   {status: 503, body: "busy", reason: "it may be the load"},
		"a crash":                {status: 500, body: "TypeError: x is not a function", reason: "it may be the load"},
		"a limit of the rate":    {status: 429, reason: "it is the load"},
		"a conflict":             {status: 409, reason: "another worker has the event"},
		"not from the start":     {status: 400, body: version, accepts: 1, reason: "not all are refused"},
		"to go on was asked for": {status: 400, body: version, going: true, reason: "the caller knows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			calls := 0
			l := payments(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				if calls++; calls > test.accepts {
					w.WriteHeader(test.status)
					_, _ = io.WriteString(w, test.body)
				}
			}), 40)
			l.Concurrency, l.KeepGoing = 1, test.going
			report, err := l.Run(t.Context())
			if test.want == 0 {
				require.NoError(t, err, test.reason)
				require.Equal(t, 40-test.accepts, report.NotAccepted, test.reason)
				return
			}
			var refused *load.RefusedError
			require.ErrorAs(t, err, &refused, test.reason)
			require.Equal(t, test.want, refused.Refusals, test.reason)
			require.Equal(t, test.want, calls, test.reason)
			require.Equal(t, test.status < http.StatusInternalServerError, strings.Contains(refused.Count(), "refused"), "a server error is no refusal: %s", refused.Count())
		})
	}
}

// With a rate, a connection waits for each of the next events: none of them goes out.
func TestRefusedOnASchedule(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	calls := 0
	l := payments(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		calls++
		http.Error(w, "webhook had no valid signature", http.StatusBadRequest)
	}), 0)
	l.Rate, l.Duration, l.Concurrency = load.Rate{From: 0.001, To: 0.001}, time.Hour, 0
	_, err := l.Run(t.Context())
	require.ErrorContains(t, err, "the first event of the load was refused")
	require.Equal(t, 1, calls)
}
