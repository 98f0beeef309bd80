package listen_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// newJournal returns a journal with a delivery that goes on and one that is finished.
func newJournal(t *testing.T) (whole []byte, waiting, finished listen.Delivery) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	hub := &listen.Hub{Retries: listen.Schedule{time.Hour}}
	journaled(t, path, hub)
	add(t, hub, listen.Endpoint{URL: "/a", Handler: always(500), Events: []string{"charge.failed"}})
	add(t, hub, listen.Endpoint{URL: "/b", Handler: always(200), Events: []string{"charge.succeeded"}})
	waiting = submit(t, hub, newEvent(t, "charge.failed"))[0]
	synctest.Wait()
	finished = wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
	shutdown(t, hub)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	return whole, waiting, finished
}

// A bit that was flipped is told of, with its line, and costs no more than that line.
func TestAFlippedBitIsFound(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		whole, waiting, finished := newJournal(t)
		path := filepath.Join(t.TempDir(), "journal")
		first := bytes.IndexByte(whole, '\n') + 1
		step := 37
		if testing.Short() {
			step *= 20
		}
		for at := 0; at < len(whole); at++ {
			near := bytes.IndexByte(whole[at:], '\n')
			if at >= first && near > 40 && at%step != 0 { // what is in a line is alike
				continue
			}
			damaged := bytes.Clone(whole)
			damaged[at] ^= 1 << (at % 8)
			require.NoError(t, os.WriteFile(path, damaged, 0o600))
			hub := new(listen.Hub)
			restored, err := hub.OpenJournal(path)
			if at < first {
				require.ErrorContains(t, err, "line 1: ", "byte %d", at)
				continue
			}
			require.NoError(t, err, "byte %d", at)
			line := 1 + bytes.Count(whole[:at], []byte("\n"))
			require.NotEmpty(t, restored.Damaged, "byte %d", at)
			require.Equal(t, line, restored.Damaged[0].Line, "byte %d", at)
			require.Zero(t, restored.Torn)
			for _, d := range []listen.Delivery{waiting, finished} {
				kept, ok := hub.Delivery(d.ID)
				begun := 1 + bytes.Count(whole[:bytes.Index(whole, []byte(d.EventID))], []byte("\n"))
				merged := whole[at] == '\n' && line+1 == begun
				switch {
				case whole[at] == '\n' && at == len(whole)-1:
					require.True(t, ok, "its end was repaired")
				case line == begun || merged:
					require.False(t, ok)
				default:
					require.True(t, ok, "byte %d", at)
					require.Equal(t, d.Body, kept.Body)
				}
			}
			shutdown(t, hub)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			if at < len(whole)-1 {
				require.True(t, bytes.HasPrefix(after, damaged), "it stays")
			}
		}
	})
}

// What is lost of a damaged line may have been the acceptance: then it is delivered
// again, and its next attempt does not have a number twice.
func TestWhatADamagedAttemptCosts(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		whole, _, finished := newJournal(t)
		at := bytes.LastIndex(whole, []byte(`"state":"delivered"`))
		whole[at+10] ^= 1
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, whole, 0o600))
		hub := new(listen.Hub)
		restored := journaled(t, path, hub)
		require.Equal(t, []listen.Damage{{Line: 5, Problem: "its checksum does not match"}}, restored.Damaged)
		require.Equal(t, 2, restored.Waiting)
		add(t, hub, listen.Endpoint{URL: "/b", Handler: always(200)})
		require.Equal(t, 1, wait(t, hub, finished).Attempts[0].Number)
		shutdown(t, hub)
	})
}

// A process that is killed leaves no word of the attempt that was under way. Each
// start is killed in the same second, in the middle of an attempt.
func TestNoTimestampIsRepeatedAfterSeveralKills(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		const kills = 12
		path := filepath.Join(t.TempDir(), "journal")
		stamps := make(map[string]int)
		hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			stamp, _, _ := strings.Cut(r.Header.Get("Stripe-Signature"), ",")
			stamps[stamp]++
			<-r.Context().Done()
		})
		for i := range kills {
			hub := new(listen.Hub)
			journaled(t, path, hub)
			add(t, hub, listen.Endpoint{Handler: hang})
			if i == 0 {
				submit(t, hub, newEvent(t, "charge.succeeded"))
			}
			synctest.Wait()
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			hub.Shutdown(ended) // nothing of the attempt is written, as when it is killed
		}
		require.Zero(t, time.Since(epoch))
		require.Len(t, stamps, kills)
	})
}

// fill makes a journal of finished deliveries, and one that goes on.
func fill(t *testing.T, path string, finished int) (waiting listen.Delivery) {
	t.Helper()
	hub := &listen.Hub{Retries: listen.Schedule{time.Hour}}
	journaled(t, path, hub)
	add(t, hub, listen.Endpoint{URL: "/a", Handler: always(500), Events: []string{"charge.failed"}})
	add(t, hub, listen.Endpoint{URL: "/b", Handler: always(200), Events: []string{"charge.succeeded"}})
	long := webhooktest.Add("data.object.description", strings.Repeat("x", 200<<10))
	for i := range finished {
		wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded", long))[0])
		if i == finished/4 {
			waiting = submit(t, hub, newEvent(t, "charge.failed"))[0]
			synctest.Wait()
		}
	}
	shutdown(t, hub)
	return waiting
}

// Old finished events are removed at a start, if it is most of
// the file. What goes on stays, wherever it stands.
func TestAJournalIsCompacted(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		waiting := fill(t, path, 20)
		before, err := os.Stat(path)
		require.NoError(t, err)

		hub := &listen.Hub{Keep: 4, API: new(stripeapi.Server)}
		restored := journaled(t, path, hub)
		require.Equal(t, 21, restored.Events)
		require.Equal(t, 1, restored.Waiting)
		require.Equal(t, 17, restored.Compaction.Events)
		require.Equal(t, before.Size(), restored.Compaction.Before)
		require.Contains(t, restored.Compaction.String(), "compacted from 4 to 0 MB: removed 17 old finished events")
		require.Len(t, hub.Deliveries(0), 4)
		shutdown(t, hub)
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Less(t, info.Size(), before.Size()/3)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		require.NoFileExists(t, path+".compacting")

		hub = new(listen.Hub)
		restored = journaled(t, path, hub)
		require.Zero(t, restored.Compaction, "once is enough")
		require.Len(t, hub.Deliveries(0), 4)
		handler := new(shop)
		add(t, hub, listen.Endpoint{URL: "/a", Handler: handler})
		require.Equal(t, waiting.EventID, wait(t, hub, waiting).EventID)
		require.Len(t, handler.arrivals(), 1)
		require.Equal(t, "dlv_22", submit(t, hub, newEvent(t, "charge.failed"))[0].ID)
		synctest.Wait()
		shutdown(t, hub)
	})
}

// What cannot be compacted is used as it is, and damaged lines are not left out.
func TestWhatIsNotCompacted(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		fill(t, path, 20)
		require.NoError(t, os.Mkdir(path+".compacting", 0o700))
		hub := &listen.Hub{Keep: 4}
		restored := journaled(t, path, hub)
		require.ErrorContains(t, restored.Compaction.Err, "is a directory")
		require.Contains(t, restored.Compaction.String(), "not compacted: ")
		require.Equal(t, 1, restored.Waiting)
		shutdown(t, hub)
		require.NoError(t, os.Remove(path+".compacting"))

		data, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := bytes.SplitAfter(data, []byte("\n"))
		lines[1][50] ^= 1
		require.NoError(t, os.WriteFile(path, bytes.Join(lines, nil), 0o600))
		hub = &listen.Hub{Keep: 4}
		restored = journaled(t, path, hub)
		require.Len(t, restored.Damaged, 2, "the event, and what came of it")
		require.Equal(t, 16, restored.Compaction.Events)
		shutdown(t, hub)
		data, err = os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(data), string(lines[1]))
	})
}

// While a long journal is read, one can see how far it is.
func TestLoadingIsTold(t *testing.T) {
	t.Parallel()
	realpart.Gate(t)
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		hub := new(listen.Hub)
		journaled(t, path, hub)
		for range 1500 {
			submit(t, hub, newEvent(t, "charge.succeeded"))
		}
		shutdown(t, hub)
		var told []string
		hub = &listen.Hub{Loading: func(done, size int64) { told = append(told, fmt.Sprint(done > 0, done <= size)) }}
		journaled(t, path, hub)
		require.Equal(t, []string{"true true", "true true"}, told, "when it is surveyed, and when what is needed is read")
		shutdown(t, hub)
	})
}
