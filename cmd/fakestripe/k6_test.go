package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A register is a handler that records the ids of events, and has bugs: events of these calls
// are lost, doubled, or refused with 500.
type register struct {
	lose, double, refuse map[int]bool

	mu      sync.Mutex
	genuine int
	forged  int
	events  []map[string]string
	seen    map[string]bool
	about   map[int]string // the events of those calls
}

// ServeHTTP implements http.Handler.
func (s *register) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		_ = json.NewEncoder(w).Encode(s.events)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unread", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), "whsec_k6")
	if err != nil {
		s.forged++
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if s.seen[event.ID] {
		return
	}
	s.genuine++
	if s.about == nil {
		s.seen, s.about = make(map[string]bool), make(map[int]string)
	}
	s.about[s.genuine] = event.ID
	s.seen[event.ID] = true
	times := 1
	switch {
	case s.refuse[s.genuine]:
		http.Error(w, "the database is down", http.StatusInternalServerError)
		return
	case s.lose[s.genuine]:
		times = 0
	case s.double[s.genuine]:
		times = 2
	}
	for range times {
		s.events = append(s.events, map[string]string{"event": event.ID, "object": event.GetObjectValue("id")})
	}
}

// command runs fakestripe in this process.
func command(t *testing.T, args ...string) (printed string, err error) {
	t.Helper()
	var out, said bytes.Buffer
	sh := shell{in: strings.NewReader(""), out: &out, err: &said, getenv: func(string) string { return "" }, terminal: func(io.Writer) bool { return false }}
	root := newRoot(sh)
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	t.Log(said.String())
	return out.String(), err
}

// Three instances of stock k6 send a script by segments: every signature is accepted by
// stripe-go, every id is unique, the sum is exact, and what the handler lost and doubled is
// found in what they wrote.
func TestK6(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	k6 := realpart.Need(t, `cd benchmarks/k6 && go build -o "$(go env GOPATH)/bin/k6" .`, "k6")
	for _, test := range []struct {
		name, reason string
		handler      *register
		args         []string
		steps        int // events of a flow
		want         string
		status       error
	}{
		{"a sound handler", "rate, mix, duplicates and forgeries", &register{},
			[]string{"--mix", "payment_intent.succeeded=2,invoice.paid=1", "--count", "600", "--chaos", "duplicate=0.1", "--forge", "0.05"},
			0, "nothing lost, nothing doubled", nil},
		{"on a schedule", "instances share the rate", &register{},
			[]string{"payment_intent.succeeded", "--rate", "300/s", "--duration", "2s", "--concurrency", "60"}, 0, "nothing lost, nothing doubled", nil},
		{"a flow", "all of its events are about the same objects", &register{},
			[]string{"payment-declined", "--count", "60"}, 3, "nothing lost, nothing doubled", nil},
		{"loses and doubles", "named by event", &register{lose: map[int]bool{70: true}, double: map[int]bool{211: true}},
			[]string{"payment_intent.succeeded", "--count", "300"}, 0, "1 lost (", errShort},
		{"refuses", "what k6 printed says which", &register{refuse: map[int]bool{41: true, 42: true}},
			[]string{"payment_intent.succeeded", "--count", "300"}, 0, "298 delivered, 2 not accepted, 298 effects: nothing lost", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			server := serveTest(t, test.handler)
			script := filepath.Join(dir, "script.js")
			_, err := command(t, append([]string{"k6", "--out", script}, test.args...)...)
			require.NoError(t, err)
			files := runK6(t, k6, script, server.URL)
			out, err := command(t, append([]string{"load", "--state-url", server.URL, "--wait", "1s", "--verify"}, files...)...)
			require.ErrorIs(t, err, test.status, out)
			require.Contains(t, out, test.want)
			accepted := test.handler.genuine - len(test.handler.refuse)
			require.Contains(t, out, "verdict  "+load.Number(accepted/max(1, test.steps))+" delivered")
			for call := range test.handler.lose {
				require.Contains(t, out, test.handler.about[call])
			}
			for call := range test.handler.double {
				require.Contains(t, out, "1 doubled ("+test.handler.about[call])
			}
		})
	}
}

// runK6 runs three instances side by side, each with a third of the load, and returns the
// files with what they printed.
func runK6(t *testing.T, k6, script, to string) (files []string) {
	t.Helper()
	var running sync.WaitGroup
	for i, segment := range []string{"0:1/3", "1/3:2/3", "2/3:1"} {
		printed := filepath.Join(filepath.Dir(script), "sent-"+string(rune('1'+i))+".log")
		files = append(files, printed)
		k := exec.CommandContext(t.Context(), k6, "run", "--quiet", "--address", "", "--execution-segment", segment,
			"--execution-segment-sequence", "0,1/3,2/3,1", script)
		k.Dir = t.TempDir()
		k.Env = append(os.Environ(), "K6_NO_USAGE_REPORT=true", "K6_AUTO_EXTENSION_RESOLUTION=false",
			"TO="+to, "STRIPE_WEBHOOK_SECRET=whsec_k6", "VUS=60")
		running.Go(func() {
			said, _ := k.CombinedOutput() // 99 if an event was refused, which the verdict tells
			_ = os.WriteFile(printed, said, 0o600)
		})
	}
	running.Wait()
	return files
}

// The TestRun names the script, and the secret where Kubernetes keeps it.
func TestK6Operator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script, operator := filepath.Join(dir, "Renewal day.js"), filepath.Join(dir, "testrun.yaml")
	_, err := command(t, "k6", "invoice.paid", "--rate", "5000/s", "--max-rate", "5000", "--out", script, "--operator", operator, "--instances", "6")
	require.NoError(t, err)
	text, err := os.ReadFile(operator)
	require.NoError(t, err)
	for _, line := range []string{
		"kind: TestRun", "  name: renewal-day", "  parallelism: 6", `      file: "Renewal day.js"`, "            key: STRIPE_WEBHOOK_SECRET",
		"#   kubectl create configmap renewal-day --from-file='Renewal day.js'",
	} {
		require.Contains(t, strings.Split(string(text), "\n"), line)
	}
	text, err = os.ReadFile(script)
	require.NoError(t, err)
	require.Contains(t, string(text), `"vus":258`) // six times 43
	require.NotContains(t, string(text), "whsec_test")
}
