package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What takes long says so from time to time, with the case that it is at; a terminal shows
// each case.
func TestProgressSaysWhereItIs(t *testing.T) {
	t.Parallel()
	for _, terminal := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			p := checkProgress{out: &out, terminal: terminal, all: 5, most: 3 * time.Minute}
			p.start()
			time.Sleep(time.Millisecond) // so that nothing happens at the same instant
			for _, id := range []string{"control/quiet", "signature/unsigned", "body/compact", "idempotency/concurrent", "ordering/reversed"} {
				p.begin(id)
				time.Sleep(9 * time.Second)
				p.add(contract.Result{ID: id})
			}
			p.end()
			if terminal {
				require.Contains(t, out.String(), "\r\x1b[K1 of 5  signature/unsigned for 5s  no case begins after --max-time 3m0s\r")
				require.True(t, strings.HasSuffix(out.String(), "\r\x1b[K"))
				return
			}
			require.Equal(t, "fakestripe: 1 of 5 cases after 10s, now at signature/unsigned: no case begins after --max-time 3m0s\n"+
				"fakestripe: 4 of 5 cases after 40s, now at ordering/reversed: no case begins after --max-time 3m0s\n", out.String())
		})
	}
}

// What comes before the first case says that it goes on, and nothing once it has ended.
func TestSayEvery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		stop := sayEvery(&out, 10*time.Second, "trying, for %s\n")
		time.Sleep(21 * time.Second)
		stop()
		time.Sleep(time.Minute)
		require.Equal(t, "trying, for 10s\ntrying, for 20s\n", out.String())
	})
}
