package contract_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A mortal is a server that ends when it reads a word, and lives again when it is
// restarted.
type mortal struct {
	inner http.Handler
	word  string
	dead  atomic.Bool

	restarts atomic.Int32
}

func (m *mortal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender is gone
	}
	if strings.Contains(string(body), m.word) {
		m.dead.Store(true)
	}
	if m.dead.Load() {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	m.inner.ServeHTTP(w, r)
}

func (m *mortal) restart(context.Context) error {
	m.restarts.Add(1)
	m.dead.Store(false)
	return nil
}

// A handler that crashes costs the case that brought it down, and no other.
func TestCrashCostsItsOwnCase(t *testing.T) {
	t.Parallel()
	long(t)
	for _, c := range []struct {
		name      string
		restarted bool
		judged    bool // are the cases after it
	}{
		{"restarted by the hook", true, true},
		{"left dead", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			z := newZoo()
			t.Cleanup(z.Close)
			m := &mortal{inner: z, word: "future_field"}
			server := httptest.NewServer(m)
			t.Cleanup(server.Close)
			report, err := contract.Check(t.Context(), contract.Suite{
				Only: []string{"control", "dispatch/extra-properties", "dispatch/long-ids", "http/no-session"},
				New: func() contract.Subject {
					s := contract.Subject{URL: server.URL, Secret: zooSecret, Handles: []string{"payment_intent.succeeded"}}
					if c.restarted {
						s.Restart = m.restart
					}
					return s
				},
			})
			require.NoError(t, err)
			require.Equal(t, []string{"dispatch/extra-properties"}, shortfalls(report, contract.Fail))
			require.Equal(t, c.judged, slices.Contains(shortfalls(report, contract.Pass), "http/no-session"))
		})
	}
}
