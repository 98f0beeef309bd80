package listen

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
)

// killedAt is the variable that makes this test's process compact a journal, and kill
// itself after so many steps.
const killedAt, killedJournal = "FAKESTRIPE_KILLED_AT", "FAKESTRIPE_KILLED_JOURNAL"

func TestKilledWhileCompacting(t *testing.T) {
	t.Parallel()
	if at := os.Getenv(killedAt); at != "" {
		compactAndDie(t, at)
		return
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "journal")
	writeJournal(t, path)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	compacted := false
	for step := 1; ; step++ {
		require.NoError(t, os.WriteFile(path, whole, 0o600))
		command := exec.Command(os.Args[0], "-test.run", "^TestKilledWhileCompacting$")
		command.Env = append(os.Environ(), fmt.Sprintf("%s=%d", killedAt, step), killedJournal+"="+path)
		out, err := command.CombinedOutput()
		if err == nil {
			require.Equal(t, 9, step, "eight steps: %s", out)
			break
		}
		hub := new(Hub)
		restored, err := hub.OpenJournal(path)
		require.NoError(t, err, "step %d", step)
		require.Empty(t, restored.Damaged)
		require.Zero(t, restored.Torn)
		require.Contains(t, []int{3, 12}, restored.Events, "the old file, or the new one")
		compacted = compacted || restored.Events == 3
		require.Equal(t, 1, restored.Waiting)
		for _, id := range []string{"dlv_2", "dlv_11", "dlv_12"} {
			d, ok := hub.Delivery(id)
			require.True(t, ok, "%s, step %d", id, step)
			require.Equal(t, id != "dlv_2", d.Finished())
		}
		hub.Shutdown(t.Context())
	}
	require.True(t, compacted, "it was killed after the new file had its name, too")
}

// writeJournal writes 12 events, of which the second waits.
func writeJournal(t *testing.T, path string) {
	t.Helper()
	j, err := openJournal(path)
	require.NoError(t, err)
	defer j.close()
	require.NoError(t, j.begin())
	for i := 1; i <= 12; i++ {
		d := Delivery{ID: deliveryID(i), EventID: "evt_" + strconv.Itoa(i), Endpoint: "we_1", URL: "/", State: Waiting, Created: time.Now()}
		require.NoError(t, j.append(newEventEntry(fmt.Appendf(nil, `{"id":"evt_%d"}`, i), []Delivery{d})))
		if i != 2 {
			require.NoError(t, j.append(newChangeEntry(d.ID, outcome{state: Delivered})))
		}
	}
}

// compactAndDie keeps what waits and the newest two.
func compactAndDie(t *testing.T, at string) {
	t.Helper()
	left, err := strconv.Atoi(at)
	require.NoError(t, err)
	j, err := openJournal(os.Getenv(killedJournal))
	require.NoError(t, err)
	var s survey
	require.NoError(t, s.take(j.file, func(int64) {}))
	s.choose(load{count: 3, bytes: 1 << 20})
	require.NoError(t, j.compact(s.needed(), func() {
		if left--; left == 0 {
			self, err := os.FindProcess(os.Getpid())
			require.NoError(t, err)
			require.NoError(t, self.Kill())
			select {} // until it is dead
		}
	}))
	j.close()
}

// What each damaged line may have cost is counted for all deliveries that go on, also
// where there are many of both.
func TestManyDamagedLinesAndManyDeliveries(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const deliveries, damaged = 5, 7
	path := filepath.Join(t.TempDir(), "journal")
	j, err := openJournal(path)
	require.NoError(t, err)
	require.NoError(t, j.begin())
	for i := 1; i <= deliveries; i++ {
		d := Delivery{ID: deliveryID(i), EventID: "evt_" + strconv.Itoa(i), Endpoint: "we_1", URL: "/", State: Waiting, Created: time.Now()}
		require.NoError(t, j.append(newEventEntry(fmt.Appendf(nil, `{"id":"evt_%d"}`, i), []Delivery{d})))
	}
	lose := func(lines int) {
		for range lines {
			_, err := j.file.WriteString("{\"delivery\":\"dlv_1\",\"sum\":\"00000000\"}\n")
			require.NoError(t, err)
		}
	}
	lose(damaged)
	require.NoError(t, j.append(newChangeEntry(deliveryID(1), outcome{state: Delivered})))
	lose(damaged)
	j.close()
	hub := new(Hub)
	_, err = hub.OpenJournal(path)
	require.NoError(t, err)
	defer hub.Shutdown(t.Context())
	for _, task := range hub.history.order {
		want := 1 + 2*damaged
		if task.ID == deliveryID(1) {
			want = 2 + damaged // its end was written
		}
		require.Equal(t, want, task.used.sent, task.ID)
	}
}
