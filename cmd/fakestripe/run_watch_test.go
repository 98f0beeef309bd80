package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/internal/realpart"
)

func TestWatcher(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("a.json", "1")
	const nobody = "http://127.0.0.1:1/webhook"
	somebody := serveTest(t, http.NotFoundHandler()).URL + "/webhook"
	w := watcher{dir: dir, url: somebody}
	again := func() string {
		why := w.changed(t.Context())
		w.look(t.Context())
		return strings.TrimPrefix(why, dir+string(filepath.Separator))
	}
	w.look(t.Context())
	require.Empty(t, again())
	write("a.json", "22")
	require.Equal(t, "a.json changed", again())
	write("b.json", "1")
	require.Equal(t, "b.json changed", again())
	require.NoError(t, os.Remove(filepath.Join(dir, "a.json")))
	require.Equal(t, "a.json changed", again())
	write("notes.txt", "no case")
	require.Empty(t, again())

	w.url = nobody // a port that is closed and opened again may be somebody else's by then
	require.Empty(t, w.changed(t.Context()), "away is no reason to run")
	require.Empty(t, w.changed(t.Context()))
	w.url = somebody
	require.Equal(t, "the handler is back", w.changed(t.Context()))
	require.Empty(t, w.changed(t.Context()), "once")
}

// A said is what a command printed, as it comes.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
	came chan struct{}
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		select {
		case s.came <- struct{}{}:
		default:
		}
	}()
	return s.text.Write(p)
}

// until waits for a text to have come so many times.
func (s *said) until(t *testing.T, text string, times int) {
	t.Helper()
	for {
		s.mu.Lock()
		n := strings.Count(s.text.String(), text)
		s.mu.Unlock()
		if n >= times {
			return
		}
		await(t, s.came, text)
	}
}

// TestRunWatches changes a case under a running command: broken files do not end it,
// an interrupt does.
func TestRunWatches(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	server := serveTest(t, shop.New("whsec_watch"))
	dir := t.TempDir()
	place := filepath.Join(dir, "a.json")
	const good = `{"format": 1, "events": {"e": {"type": "invoice.paid"}}, "steps": [{"send": "e", "expect": "2xx"}]}`
	require.NoError(t, os.WriteFile(place, []byte(good), 0o644))

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, errs := &said{came: make(chan struct{}, 1)}, &said{came: make(chan struct{}, 1)}
	sh := system()
	sh.out, sh.err = out, errs
	root := newRoot(sh)
	root.SetArgs([]string{"run", dir, "--to", server.URL, "--secret", "whsec_watch", "--watch"})
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()

	errs.until(t, "watching", 1)
	require.NoError(t, os.WriteFile(place, []byte("{"), 0o644))
	errs.until(t, "watching", 2)
	errs.until(t, "unexpected end of JSON input", 1)
	require.NoError(t, os.WriteFile(place, []byte(strings.Replace(good, "2xx", "4xx", 1)), 0o644))
	errs.until(t, "watching", 3)
	out.until(t, "1 failed", 1)
	require.NoError(t, os.WriteFile(place, []byte(good+"\n"), 0o644))
	errs.until(t, "watching", 4)
	out.until(t, "1 passed", 2)
	errs.until(t, "a.json changed ----", 3)
	cancel() // perhaps in a further run: a file system may report one write as two
	err := <-ended
	require.True(t, err == nil || errors.Is(err, errShort) || errors.Is(err, errInterrupted), "%v", err)
}
