package contract_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
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
	realpart.Gate(t)
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

// A handler that dies of what Stripe never sends is told so by the case about that: answers
// are examined for secrets later, and then without a handler, or its state.
func TestCrashIsNotOfTheAnswers(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		z := newZoo()
		defer z.Close()
		dead := false
		s := zooNamed(t, "sound").subject(z, func(ctx context.Context) (any, error) {
			if dead {
				return nil, errors.New("connection refused")
			}
			return z.State(ctx)
		})
		s.Break, s.Heal, s.Restart = nil, nil, nil
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err == nil && json.Valid(body) && !strings.Contains(string(body), `"data"`) {
				dead = true
			}
			if dead {
				panic(http.ErrAbortHandler)
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			z.ServeHTTP(w, r)
		})
		report, err := contract.Check(t.Context(), contract.Suite{
			New: func() contract.Subject { return s }, Only: []string{"control", "http/no-secrets", "http/no-traces", "body/not-an-event"},
		})
		require.NoError(t, err)
		require.Empty(t, shortfalls(report, contract.Fail))
		require.Equal(t, []string{"body/not-an-event"}, shortfalls(report, contract.Warn))
		require.Subset(t, shortfalls(report, contract.Pass), []string{"http/no-secrets", "http/no-traces"})
	})
}

// TestHangingIsFound holds that a handler which hangs for ever when more events come at once
// than it has workers is told so, and costs minutes of the run, not hours.
func TestHangingIsFound(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		z := newZoo()
		defer z.Close()
		workers, stuck := make(chan struct{}, 10), new(atomic.Bool)
		hanging := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case workers <- struct{}{}:
			default:
				stuck.Store(true)
			}
			if stuck.Load() {
				<-r.Context().Done()
				return
			}
			defer func() { <-workers }()
			time.Sleep(time.Millisecond) // in the bubble: until all have come
			z.ServeHTTP(w, r)
		})
		s := zooNamed(t, "sound").subject(z, z.State)
		s.Handler, s.Break, s.Heal, s.Restart = hanging, nil, nil, nil
		start := time.Now()
		report, err := contract.Check(t.Context(), contract.Suite{
			New: func() contract.Subject { return s }, Only: []string{"control", "idempotency/concurrent", "resilience/burst", "http", "connect"},
		})
		require.NoError(t, err)
		require.Equal(t, []string{"resilience/burst"}, shortfalls(report, contract.Fail))
		burst := report.Cases[slices.IndexFunc(report.Cases, func(r contract.Result) bool { return r.ID == "resilience/burst" })]
		require.Regexp(t, `^no response to \d+ of them( \(\d+ got one\))?; 10 at once got theirs before: no response from the handler within 30s; and none to a genuine event`, burst.Actual)
		require.Equal(t, "50 payment_intent.succeeded at once", burst.Sent)
		require.Less(t, time.Since(start), 4*time.Minute)
	})
}

// A handler that dies is shown what killed it, whether it lives again or not.
func TestCrashShowsWhatWasSent(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct{ why, word, id, want string }{
		{"properties that the case adds", "future_field", "dispatch/extra-properties", "] extra-properties"},
		{"a body that is no event", "not json", "body/not-an-event", "] body=not json"},
		{"a field that the case sets", `"unpaid"`, "dispatch/unpaid-checkout", "with data.object.payment_status=\"unpaid\""},
	} {
		for _, restarted := range []bool{true, false} {
			bubble(t, func(t *testing.T) {
				z := newZoo()
				defer z.Close()
				m := &mortal{inner: z, word: test.word}
				s := zooNamed(t, "sound").subject(z, z.State)
				s.Handler, s.Break, s.Heal, s.Restart = m, nil, nil, nil
				if restarted {
					s.Restart = m.restart
				}
				_, byID := results(t, s, "control", test.id)
				require.Equal(t, "Stopped responding", byID[test.id].Headline, test.why)
				require.Contains(t, byID[test.id].Sent, test.want, test.why)
			})
		}
	}
}

// An app that exits after its answer takes with it what prepares its accounts: the case that
// brought it down is told all the same, with what was sent, and the others go on.
func TestAppThatExitsCannotPrepare(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		z := newZoo()
		defer z.Close()
		var dead atomic.Bool
		asked := 0
		s := zooNamed(t, "sound").subject(z, z.State)
		s.Break, s.Heal = nil, nil
		s.Restart = func(context.Context) error { dead.Store(false); return nil }
		s.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
			if asked++; dead.Load() || asked == 4 { // once while it lives: its supervisor was about to start it
				return nil, errors.New("connection refused")
			}
			return nil, nil
		}
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if dead.Load() {
				panic(http.ErrAbortHandler)
			}
			body, err := io.ReadAll(r.Body)
			if err == nil && strings.Contains(string(body), "future_field") {
				dead.Store(true) // when it has answered
				return
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			z.ServeHTTP(w, r)
		})
		report, err := contract.Check(t.Context(), contract.Suite{
			New: func() contract.Subject { return s }, Only: []string{"control", "dispatch/extra-properties", "http/no-session"},
		})
		require.NoError(t, err)
		require.Equal(t, []string{"dispatch/extra-properties"}, shortfalls(report, contract.Fail))
		require.Contains(t, shortfalls(report, contract.Pass), "http/no-session")
	})
}
