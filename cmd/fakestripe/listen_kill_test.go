package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"
)

// A ledger is a handler that refuses each event two to four times, and then accepts it
// each time, but only half of the events before it is told to accept all. It knows what
// it answered.
type ledger struct {
	mu       sync.Mutex
	all      bool // may be accepted
	tries    map[string]int
	accepted map[string]int
	stamps   map[string]bool // event and timestamp
	repeated []string        // events that came twice with one timestamp
	done     chan struct{}   // closed when so many are accepted
	wanted   int
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	signature := r.Header.Get("Stripe-Signature")
	event, err := webhook.ConstructEvent(body, signature, "whsec_kill")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(l.enter(event.ID, signature))
}

func (l *ledger) enter(id, signature string) (status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	stamp, _, _ := strings.Cut(signature, ",")
	if l.stamps[id+stamp] {
		l.repeated = append(l.repeated, id)
	}
	l.stamps[id+stamp] = true
	l.tries[id]++
	early := l.tries[id] <= 2+len(l.tries)%3
	full := !l.all && len(l.accepted) >= l.wanted/2
	if l.accepted[id] == 0 && (early || full) {
		return http.StatusInternalServerError
	}
	if l.accepted[id]++; l.accepted[id] == 1 && len(l.accepted) == l.wanted {
		close(l.done)
	}
	return http.StatusOK
}

// A told is a line of listen's standard output.
type told struct {
	Ready *struct {
		URL string `json:"url"`
	} `json:"ready"`
	Attempt *struct {
		Delivery string `json:"delivery"`
		Event    string `json:"event"`
		Number   int    `json:"attempt"`
		Accepted bool   `json:"accepted"`
	} `json:"attempt"`
	Summary *struct {
		Waiting     int   `json:"waiting"`
		Undelivered []any `json:"undelivered"`
	} `json:"summary"`
}

func startForKill(t *testing.T, url, journal string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	command := exec.Command("fakestripe", "listen", "-f", url, "--journal", journal, "--secret", "whsec_kill", "--listen", "127.0.0.1:0",
		"--format", "json", "--retry-schedule", strings.Repeat("100ms,", 5)+strings.TrimSuffix(strings.Repeat("1s,", 95), ","))
	command.Stderr = t.Output()
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill() })
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	return command, lines
}

func next(t *testing.T, lines *bufio.Scanner) (line told, ok bool) {
	t.Helper()
	if !lines.Scan() {
		return line, false
	}
	require.NoError(t, json.Unmarshal(lines.Bytes(), &line), lines.Text())
	return line, true
}

// Killed in the middle of the retries of many events and started again: no attempt
// that was told of is missing, and no event comes again whose acceptance was told of.
func TestKilledInTheMiddleOfRetries(t *testing.T) {
	needInterrupts(t)
	events := 200
	if os.Getenv("FAKESTRIPE_REAL_PARTS") != "" {
		events = 1000 // as long as it takes
	}
	handler := &ledger{
		tries: make(map[string]int), accepted: make(map[string]int), stamps: make(map[string]bool), done: make(chan struct{}), wanted: events,
	}
	server := serveTest(t, handler)
	journal := filepath.Join(t.TempDir(), "journal")

	first, lines := startForKill(t, server.URL, journal)
	ready, ok := next(t, lines)
	require.True(t, ok)
	send := exec.Command("fakestripe", "send", "charge.succeeded", "--count", strconv.Itoa(events), "--concurrency", strconv.Itoa(events), "--api-base", ready.Ready.URL)
	require.NoError(t, send.Start())
	reported := make(map[string]map[int]bool) // by delivery and attempt
	accepted := make(map[string]int)          // by event, as was told, how often it had been accepted when listen was killed
	for line, ok := next(t, lines); ok; line, ok = next(t, lines) {
		if line.Attempt == nil {
			continue
		}
		if reported[line.Attempt.Delivery] == nil {
			reported[line.Attempt.Delivery] = make(map[int]bool)
		}
		reported[line.Attempt.Delivery][line.Attempt.Number] = true
		if line.Attempt.Accepted {
			accepted[line.Attempt.Event] = 0
		}
		if len(reported) == events && len(accepted) >= events/10 {
			_ = first.Process.Kill() // what is in the pipe is read to its end
		}
	}
	require.Error(t, first.Wait())
	require.Error(t, send.Wait(), "it knows that listen is gone")
	require.Len(t, reported, events)
	require.Less(t, len(accepted), events, "in the middle")

	compareJournal(t, journal, reported)
	handler.mu.Lock()
	unreported := len(handler.accepted) - len(accepted)
	for id := range accepted {
		accepted[id] = handler.accepted[id]
		require.Equal(t, 1, accepted[id])
	}
	handler.all = true
	handler.mu.Unlock()
	require.LessOrEqual(t, unreported, 16, "at most what was under way")

	second, lines := startForKill(t, server.URL, journal)
	_, ok = next(t, lines)
	require.True(t, ok)
	rest := make(chan told, 1)
	go func() {
		defer close(rest)
		var last told
		for line, ok := next(t, lines); ok; line, ok = next(t, lines) {
			last = line
		}
		rest <- last
	}()
	await(t, handler.done, "what was left")
	require.NoError(t, second.Process.Signal(syscall.SIGINT))
	last := await(t, rest, "the summary")
	require.NoError(t, second.Wait())
	require.NotNil(t, last.Summary)
	require.Empty(t, last.Summary.Undelivered)

	require.Len(t, handler.accepted, events)
	require.Empty(t, handler.repeated, "no timestamp twice")
	again := 0
	for id, times := range handler.accepted {
		if _, told := accepted[id]; told {
			require.Equal(t, 1, times, "%s was accepted, and that was told", id)
		}
		again += times - 1
	}
	require.LessOrEqual(t, again, unreported)
}

// compareJournal holds what was told against what is on disk.
func compareJournal(t *testing.T, path string, reported map[string]map[int]bool) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	kept := make(map[string]map[int]bool)
	for line := range strings.Lines(string(data)) {
		var entry struct {
			Delivery string `json:"delivery"`
			Attempt  struct {
				Number int `json:"number"`
			} `json:"attempt"`
		}
		if json.Unmarshal([]byte(line), &entry) != nil {
			require.False(t, strings.HasSuffix(line, "\n"), "only the last line may be torn")
			continue
		}
		if kept[entry.Delivery] == nil {
			kept[entry.Delivery] = make(map[int]bool)
		}
		kept[entry.Delivery][entry.Attempt.Number] = true
	}
	for delivery, attempts := range reported {
		for number := range attempts {
			require.True(t, kept[delivery][number], "%s, attempt %d, was told of", delivery, number)
		}
	}
}
