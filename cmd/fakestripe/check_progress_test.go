package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

func TestTimeLeft(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		elapsed      time.Duration
		done, all    int
		most, wanted time.Duration
	}{
		{"half is done", 30 * time.Second, 10, 20, 3 * time.Minute, 30 * time.Second},
		{"the time of the run is over first", time.Minute, 10, 100, 3 * time.Minute, 2 * time.Minute},
		{"the last case takes longer than the run", 4 * time.Minute, 19, 20, 3 * time.Minute, 0},
		{"nothing is done", time.Second, 0, 5, time.Minute, 5 * time.Second},
	} {
		require.Equal(t, test.wanted, timeLeft(test.elapsed, test.done, test.all, test.most), test.name)
	}
}

// What takes long says once when it will end, and which flag gives it longer; a terminal
// is told with each case.
func TestProgressSaysWhenItEnds(t *testing.T) {
	t.Parallel()
	for _, terminal := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			p := checkProgress{out: &out, terminal: terminal, all: 10, most: 3 * time.Minute, begun: time.Now()}
			for range 10 {
				time.Sleep(4 * time.Second)
				p.add(contract.Result{ID: "control/quiet"})
			}
			if terminal {
				require.Equal(t, 10, strings.Count(out.String(), "\r"))
				require.Contains(t, out.String(), "3 of 10  control/quiet  about 28s left, no case begins after --max-time 3m0s")
				return
			}
			require.Equal(t, "fakestripe: 3 of 10 cases after 12s: about 28s left, and no case begins after --max-time 3m0s\n", out.String())
		})
	}
}
