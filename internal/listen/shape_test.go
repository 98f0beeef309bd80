package listen_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// keeping is a handler that keeps the last body.
func keeping(last *string) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*last = string(body)
	})
}

// journaledBodies are the bodies in a journal, by delivery, and how many entries have one.
func journaledBodies(t *testing.T, path string) (bodies map[string]string, entries int) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	bodies = make(map[string]string)
	for line := range strings.Lines(string(text)) {
		var e struct {
			Event      string
			Deliveries []listen.Delivery
		}
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		if e.Event == "" {
			continue
		}
		entries++
		for _, d := range e.Deliveries {
			bodies[d.ID] = e.Event
		}
	}
	return bodies, entries
}

// What is journaled, told, shown and sent again is what each endpoint got, before a restart
// and after it.
func TestWhatWasSentIsKept(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for name, c := range map[string]struct {
		reason   string
		versions []string // of the endpoints
		entries  int      // in the journal
	}{
		"one version":              {"the usual", []string{"", ""}, 1},
		"the endpoint's":           {"what was submitted is never sent", []string{"2025-03-31.basil"}, 1},
		"another for each":         {"the oldest comes first", []string{"2025-09-30.clover", "", "2025-03-31.basil"}, 3},
		"the same for two":         {"one entry has both", []string{"2025-03-31.basil", "", "2025-03-31.basil"}, 2},
		"a version without shapes": {"the label differs", []string{"2022-11-15", ""}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "journal")
			got := make([]string, len(c.versions))
			started := func() *listen.Hub {
				hub := new(listen.Hub)
				journaled(t, path, hub)
				for i, version := range c.versions {
					add(t, hub, listen.Endpoint{URL: "/" + string(rune('a'+i)), Handler: keeping(&got[i]), APIVersion: version})
				}
				return hub
			}
			hub := started()
			told := make(map[string]string)
			hub.Accepted = func(event *webhooktest.Event, made []listen.Delivery) {
				for _, d := range made {
					told[d.ID] = string(event.Body())
				}
			}
			made := submit(t, hub, newEvent(t, "invoice.paid"))
			for _, d := range made {
				wait(t, hub, d)
			}
			shutdown(t, hub)
			sent := append([]string(nil), got...)
			bodies, entries := journaledBodies(t, path)
			require.Equal(t, c.entries, entries, c.reason)
			for i, d := range made {
				require.Equal(t, sent[i], string(d.Body))
				require.Equal(t, sent[i], bodies[d.ID], "journaled")
				require.Equal(t, sent[i], told[d.ID], "told")
			}

			hub = started()
			last := len(made) - 1
			d, kept := hub.Delivery(made[last].ID)
			require.True(t, kept)
			require.Equal(t, sent[last], string(d.Body), "shown")
			again, err := hub.Replay(context.Background(), d.ID, "")
			require.NoError(t, err)
			wait(t, hub, again)
			require.Equal(t, sent[last], got[last], "sent again")
			shutdown(t, hub)

			hub = started()
			for _, e := range hub.Endpoints() {
				require.NoError(t, hub.Retry(made[0].EventID, e.ID))
			}
			for _, d := range hub.Deliveries(0) { // a shutdown sends nothing that waits
				wait(t, hub, d)
			}
			shutdown(t, hub)
			require.Equal(t, sent, got, "sent again by the id of the event")
		})
	}
}

// An event in several shapes is one event, in the journal too.
func TestShapesAreOneEvent(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	path := filepath.Join(t.TempDir(), "journal")
	hub := new(listen.Hub)
	journaled(t, path, hub)
	add(t, hub, listen.Endpoint{URL: "/a", Handler: always(200), APIVersion: "2025-09-30.clover"})
	add(t, hub, listen.Endpoint{URL: "/b", Handler: always(200)})
	for range 3 {
		for _, d := range submit(t, hub, newEvent(t, "invoice.paid")) {
			wait(t, hub, d)
		}
	}
	require.Equal(t, 3, shutdown(t, hub).Events)
	hub = new(listen.Hub)
	require.Equal(t, listen.Restored{Events: 3, Attempts: 6}, journaled(t, path, hub))
	add(t, hub, listen.Endpoint{URL: "/b", Handler: always(200)})
	require.Equal(t, "dlv_7", submit(t, hub, newEvent(t, "charge.failed"))[0].ID)
	shutdown(t, hub)
}
