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
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// thinHandles are the types that the zoo's thin handlers do something for. The last is
// about no object.
var thinHandles = []string{
	"v1.payment_intent.succeeded", "v1.customer.subscription.created", "v1.customer.subscription.updated",
	"v2.core.account[configuration.merchant].updated", "v1.billing.meter.no_meter_found",
}

// A thinHandler is a sound handler of thin events. What each step does is a field, so
// that a bug is a line that replaces one step.
type thinHandler struct {
	handles []string
	verify  func(body []byte, header string) error
	parse   func(body []byte) (thinNote, error)
	object  func(thinNote) (id string) // that is looked at
	unknown int                        // the answer to types that are not handled
	key     func(thinNote) string      // against duplicates
	fetch   func(thinNote) *http.Request
	api     *stripeapi.Server // nil: nothing is fetched

	mu   sync.Mutex
	seen map[string]bool
	done []thinDeed
}

// A thinNote is what is read of an event.
type thinNote struct {
	ID            string `json:"id"`
	Object        string `json:"object"`
	Type          string `json:"type"`
	Context       string `json:"context"`
	SnapshotEvent string `json:"snapshot_event"`
	RelatedObject *struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	} `json:"related_object"`
	Data struct {
		Object struct {
			ID string `json:"id"`
		} `json:"object"`
	} `json:"data"`
}

// A thinDeed is what was done for an event.
type thinDeed struct {
	What  string `json:"what"`
	About string `json:"about"`
}

var errThinNote = errors.New("not a thin event")

// newThin returns the sound handler.
func newThin() *thinHandler {
	return &thinHandler{
		handles: thinHandles,
		verify:  func(body []byte, header string) error { return webhook.ValidatePayload(body, header, zooSecret) },
		parse: func(body []byte) (note thinNote, err error) {
			if err := json.Unmarshal(body, &note); err != nil || note.Object != "v2.core.event" || note.ID == "" {
				return note, errThinNote
			}
			return note, nil
		},
		object: func(note thinNote) string {
			if note.RelatedObject == nil {
				return ""
			}
			return note.RelatedObject.ID
		},
		unknown: http.StatusOK,
		key:     func(note thinNote) string { return note.ID },
		fetch: func(note thinNote) *http.Request {
			request := httptest.NewRequest(http.MethodGet, note.RelatedObject.URL, nil)
			request.Header.Set("Stripe-Context", note.Context)
			return request
		},
		seen: make(map[string]bool),
	}
}

func (h *thinHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "post only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil || h.verify(body, r.Header.Get("Stripe-Signature")) != nil {
		http.Error(w, "not verified", http.StatusBadRequest)
		return
	}
	note, err := h.parse(body)
	if err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	about := h.object(note)
	if !slices.Contains(h.handles, note.Type) {
		w.WriteHeader(h.unknown)
		return
	}
	if h.api != nil && about != "" && !h.fetched(note) {
		http.Error(w, "nothing there", http.StatusBadGateway)
		return
	}
	h.do(note, about)
}

// fetched reports whether the API has what the event is about.
func (h *thinHandler) fetched(note thinNote) bool {
	request, answer := h.fetch(note), httptest.NewRecorder()
	ctx, cancel := context.WithTimeout(request.Context(), 5*time.Second)
	defer cancel()
	request = request.WithContext(ctx)
	request.Header.Set("Authorization", "Bearer sk_test_thin00000000")
	h.api.ServeHTTP(answer, request)
	return answer.Code == http.StatusOK
}

// do has the effect once.
func (h *thinHandler) do(note thinNote, about string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if key := h.key(note); h.seen[key] {
		return
	} else if key != "" {
		h.seen[key] = true
	}
	h.done = append(h.done, thinDeed{strings.TrimPrefix(note.Type, "v1."), about})
}

func (h *thinHandler) State(context.Context) (any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.done), nil
}

// migrating makes the handler one that takes snapshot events at the same URL, and
// counts a twin once.
func (h *thinHandler) migrating() {
	thin := h.parse
	h.handles = append(slices.Clone(thinHandles), "payment_intent.succeeded")
	h.parse = func(body []byte) (thinNote, error) {
		note, err := thin(body)
		if err != nil && note.Object == "event" && note.ID != "" && note.Data.Object.ID != "" {
			return note, nil
		}
		return note, err
	}
	related := h.object
	h.object = func(note thinNote) string {
		if note.Object == "event" {
			return note.Data.Object.ID
		}
		return related(note)
	}
	h.key = func(note thinNote) string {
		if note.SnapshotEvent != "" {
			return note.SnapshotEvent
		}
		return note.ID
	}
}

// checkThin runs cases of the suite against a handler.
func checkThin(t *testing.T, h *thinHandler, only ...string) *contract.Report {
	t.Helper()
	report, err := contract.Check(t.Context(), contract.Suite{Seed: 7, Only: only, New: func() contract.Subject {
		return contract.Subject{Handler: h, Secret: zooSecret, Handles: h.handles, State: h.State, Thin: true, API: h.api}
	}})
	require.NoError(t, err)
	return report
}

// The whole suite has nothing against a sound handler of thin events, and judges it by
// all of the group but what asks for the API.
func TestSoundThinHandlersPass(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for name, test := range map[string]struct {
		change  func(*thinHandler)
		skipped []string
	}{
		"thin":     {func(*thinHandler) {}, []string{"thin/at-snapshot-endpoint", "thin/fetches", "thin/snapshot-twin"}},
		"fetching": {func(h *thinHandler) { h.api = new(stripeapi.Server) }, []string{"thin/at-snapshot-endpoint", "thin/snapshot-twin"}},
		"both":     {(*thinHandler).migrating, []string{"thin/at-snapshot-endpoint", "thin/fetches", "thin/snapshot-event"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newThin()
			test.change(h)
			var report *contract.Report
			bubble(t, func(t *testing.T) { report = checkThin(t, h) })
			require.Empty(t, shortfalls(report, contract.Fail, contract.Warn, contract.Inconclusive))
			skipped := shortfalls(report, contract.Skip)
			require.Equal(t, test.skipped, slices.DeleteFunc(slices.Clone(skipped), func(id string) bool { return !strings.HasPrefix(id, "thin/") }))
			for _, id := range []string{"signature/unsigned", "freshness/old-event", "dispatch/unhandled-type", "idempotency/redelivered", "http/no-traces"} {
				require.NotContains(t, skipped, id)
			}
			for _, result := range report.Cases {
				if result.ID == "body/unicode" || result.ID == "ordering/reversed" || result.ID == "version/null" {
					require.Equal(t, contract.Skip, result.Verdict, "%s: there is nothing of the object in a thin event", result.ID)
				}
			}
		})
	}
}

// A thinBug is a thinHandler with a bug.
type thinBug struct {
	name, why string
	change    func(*thinHandler)
	fails     []string
	warns     []string
}

func thinBugs() []thinBug {
	return []thinBug{
		{"unverified", "we fetch the truth from the API anyway", func(h *thinHandler) {
			h.verify = func([]byte, string) error { return nil }
		}, []string{"thin/forged"}, nil},
		{"500-on-unknown-types", "everything else must be a mistake", func(h *thinHandler) {
			h.unknown = http.StatusInternalServerError
		}, []string{"thin/unknown-type"}, []string{"thin/ping"}},
		{"every-event-has-an-object", "crashes where related_object is null", func(h *thinHandler) {
			h.object = func(note thinNote) string { return note.RelatedObject.ID }
		}, []string{"thin/accepted", "thin/unknown-type"}, nil},
		{"swallows-snapshot-events", "reads no object field, and finds nothing to do", func(h *thinHandler) {
			h.parse = func(body []byte) (note thinNote, err error) { return note, json.Unmarshal(body, &note) }
		}, nil, []string{"thin/snapshot-event"}},
		{"no-ledger", "the object is fetched afresh, so what", func(h *thinHandler) {
			h.key = func(thinNote) string { return "" }
		}, []string{"thin/redelivered"}, nil},
		{"two-ledgers", "each kind of event has processed ids of its own", func(h *thinHandler) {
			h.migrating()
			h.key = func(note thinNote) string { return note.ID }
		}, nil, []string{"thin/snapshot-twin"}},
		{"fetches-elsewhere", "the context is for organizations, and we have none", func(h *thinHandler) {
			h.api = new(stripeapi.Server)
			h.fetch = func(note thinNote) *http.Request {
				return httptest.NewRequest(http.MethodGet, note.RelatedObject.URL, nil)
			}
		}, nil, []string{"thin/fetches"}},
	}
}

func TestThinBugsAreFound(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, bug := range thinBugs() {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			h := newThin()
			bug.change(h)
			var report *contract.Report
			bubble(t, func(t *testing.T) { report = checkThin(t, h, "control", "thin") })
			require.Equal(t, bug.fails, shortfalls(report, contract.Fail), bug.why)
			require.Equal(t, bug.warns, shortfalls(report, contract.Warn), bug.why)
			require.Empty(t, shortfalls(report, contract.Inconclusive))
		})
	}
}

// Without a word of which types are handled, the control is a thin event all the same.
func TestThinControl(t *testing.T) {
	t.Parallel()
	h := newThin()
	h.handles = nil
	bubble(t, func(t *testing.T) {
		report := checkThin(t, h, "thin")
		require.Empty(t, shortfalls(report, contract.Fail, contract.Warn))
	})
}

func TestThinSubjectsAreOfOneMind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		thin    bool
		handles []string
		want    string
	}{
		{"thin, but handles none", true, []string{"charge.refunded"}, "a thin endpoint (Subject.Thin) that handles no thin event"},
		{"handles some, but is not", false, []string{"charge.refunded", "v1.charge.refunded"}, "v1.charge.refunded is a thin event: set Subject.Thin"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject {
				return contract.Subject{Handler: newThin(), Thin: test.thin, Handles: test.handles}
			}})
			require.ErrorContains(t, err, test.want)
		})
	}
}
