package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// TestSumsThroughListen: what becomes of each delivery is in the sum, and only what was
// accepted is called so.
func TestSumsThroughListen(t *testing.T) {
	t.Parallel()
	answer := func(status int) []listen.Attempt { return []listen.Attempt{{Number: 1, Status: status}} }
	accepted := listen.Delivery{State: listen.Delivered, Attempts: answer(200)}
	retried := listen.Delivery{State: listen.Delivered, Attempts: []listen.Attempt{{Number: 1, Status: 500}, {Number: 2, Status: 200}}}
	refused := listen.Delivery{State: listen.GivenUp, Reason: "refused", Attempts: answer(400)}
	failed := listen.Delivery{State: listen.GivenUp, Reason: "failed", Attempts: answer(500)}
	unanswered := listen.Delivery{State: listen.GivenUp, Reason: "no response", Attempts: []listen.Attempt{{Number: 1, Error: "reset"}}}
	never := listen.Delivery{State: listen.GivenUp, Reason: "the endpoint is gone"}
	waiting := listen.Delivery{State: listen.Waiting, Attempts: answer(500)}
	dropped := listen.Delivery{State: listen.Dropped, Reason: "dropped by chaos"}
	for _, test := range []struct {
		name   string
		events int
		become []listen.Delivery // of each event
		want   string
		err    error
	}{
		{"all accepted", 3, []listen.Delivery{accepted}, "3 deliveries: 3 accepted, 0 refused, 0 without a response", nil},
		{"accepted at last", 3, []listen.Delivery{retried}, "3 deliveries: 3 accepted, 0 refused, 0 without a response", nil},
		{"one of two endpoints goes on refusing", 3, []listen.Delivery{accepted, waiting}, "6 deliveries: 3 accepted, 0 refused, 0 without a response, 3 not accepted yet", errShort},
		{"one of two endpoints is given up", 2, []listen.Delivery{accepted, refused}, "4 deliveries: 2 accepted, 2 refused, 0 without a response", errShort},
		{"a server error is no refusal", 2, []listen.Delivery{refused, failed}, "4 deliveries: 0 accepted, 2 refused, 2 failed with a server error, 0 without a response", errShort},
		{"no response", 2, []listen.Delivery{unanswered, never}, "4 deliveries: 0 accepted, 0 refused, 4 without a response", errShort},
		{"dropped", 2, []listen.Delivery{accepted, dropped}, "4 deliveries: 2 accepted, 0 refused, 0 without a response, 2 dropped", nil},
		{"one event to two endpoints", 1, []listen.Delivery{accepted, waiting}, "2 deliveries: 1 accepted, 0 refused, 0 without a response, 1 not accepted yet", errShort},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				encoder := json.NewEncoder(w)
				for i, d := range test.become {
					d.ID = fmt.Sprint("dlv_", i)
					_ = encoder.Encode(map[string]any{"delivery": d})
				}
				_ = encoder.Encode(map[string]string{"end": "finished"})
			}))
			defer server.Close()
			client, err := listen.NewClient(server.URL)
			require.NoError(t, err)
			l := listenTarget{wait: time.Hour, client: client}
			defer l.close()
			var printed bytes.Buffer
			sh := shell{out: &printed, err: io.Discard, getenv: func(string) string { return "" }, terminal: func(io.Writer) bool { return false }}
			accepted, err := expect.Parse("2xx")
			require.NoError(t, err)
			p := newPrinter(sh, "text", accepted, nil, test.events)
			event, err := new(webhooktest.Source).Event("charge.succeeded")
			require.NoError(t, err)
			err = l.deliver(t.Context(), p, slices.Values(slices.Repeat([]*webhooktest.Event{event}, test.events)), 1, nil)
			require.Equal(t, test.err, err)
			lines := strings.Split(strings.TrimSpace(printed.String()), "\n")
			made, rest, _ := strings.Cut(lines[len(lines)-1], " in ")
			_, sum, _ := strings.Cut(rest, ": ")
			sum, _, _ = strings.Cut(sum, ";")
			require.Equal(t, test.want, made+": "+sum)
		})
	}
}
