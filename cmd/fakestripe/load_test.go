package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

const loadSecret = "whsec_load"

// A till enters each payment once, but for one in many, as races would under load.
type till struct {
	mu            sync.Mutex
	seen          map[string]bool
	rows          []map[string]string
	rare          int // one in so many is lost, another doubled
	lost, doubled []string

	forgeries bool // are entered, too
}

// ServeHTTP implements http.Handler.
func (s *till) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		_ = json.NewEncoder(w).Encode(map[string]any{"payments": s.rows, "count": len(s.rows)})
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unread", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), loadSecret)
	if err != nil && s.forgeries && r.Header.Get("Stripe-Signature") == "" {
		err = json.Unmarshal(body, &event)
	}
	if err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	if s.seen[event.ID] {
		return
	}
	s.seen[event.ID] = true
	times := 1
	if s.rare > 0 && len(s.seen) > 100 {
		switch len(s.seen) % s.rare {
		case 0:
			times, s.lost = 0, append(s.lost, event.ID)
		case 1:
			times, s.doubled = 2, append(s.doubled, event.ID)
		}
	}
	for range times {
		s.rows = append(s.rows, map[string]string{"payment": event.GetObjectValue("id"), "event": event.ID})
	}
}

// loadOn runs fakestripe load on a handler in this process.
func loadOn(t *testing.T, handler *till, flags ...string) (report load.Report, err error) {
	t.Helper()
	handler.seen = make(map[string]bool)
	server := serveTest(t, handler)
	var out, said bytes.Buffer
	sh := shell{in: strings.NewReader(""), out: &out, err: &said, getenv: os.Getenv, terminal: func(io.Writer) bool { return false }}
	root := newRoot(sh)
	root.SetArgs(append([]string{"load", "payment_intent.succeeded", "--to", server.URL, "--secret", loadSecret, "--state-url", server.URL,
		"--format", "json", "--concurrency", "32"}, flags...))
	err = root.ExecuteContext(t.Context())
	require.NoError(t, json.Unmarshal(out.Bytes(), &report), "%s%s", out.String(), said.String())
	return report, err
}

// idsIn returns the ids of the events in a finding.
func idsIn(f load.Finding) (ids []string) {
	for _, one := range f.Events {
		ids = append(ids, one.Event)
	}
	return ids
}

// Of 20,000 events, load names those few that a handler loses or doubles.
func TestLoadNamesWhatIsLostAndDoubled(t *testing.T) {
	realpart.Gate(t)
	t.Parallel()
	racy := &till{rare: 2000}
	report, err := loadOn(t, racy, "--count", "20000", "--wait", "1s", "--fail-on", "p99<1h")
	require.ErrorIs(t, err, errShort, "the verdict counts whatever else must hold")
	require.Len(t, racy.lost, 10)
	require.ElementsMatch(t, racy.lost, idsIn(report.Verdict.Lost))
	require.ElementsMatch(t, racy.doubled, idsIn(report.Verdict.Doubled))
	require.Contains(t, report.Verdict.String(), "20,000 delivered, 19,990 effects: 10 lost (evt_3")
}

// A sound handler is told so, whatever comes twice.
func TestLoadOnASoundHandler(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	report, err := loadOn(t, new(till), "--count", strconv.Itoa(realpart.Times(5000, 10)), "--chaos", "duplicate=0.05,retry", "--forge", "0.01")
	require.NoError(t, err)
	require.True(t, report.Verdict.Sound())
	require.Contains(t, report.Verdict.String(), "effects: nothing lost, nothing doubled")
}

// A forgery with an effect is named.
func TestLoadNamesForgeries(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	careless := &till{forgeries: true}
	report, err := loadOn(t, careless, "--count", "300", "--forge", "0.1")
	require.ErrorIs(t, err, errShort)
	require.Positive(t, report.AcceptedForgeries)
	require.Equal(t, report.AcceptedForgeries, report.Verdict.Forged.Count, "without that from which the effect was learned")
	for _, id := range idsIn(report.Verdict.Forged) {
		require.True(t, careless.seen[id])
	}
	require.Zero(t, report.Verdict.Lost.Count+report.Verdict.Doubled.Count)
}
