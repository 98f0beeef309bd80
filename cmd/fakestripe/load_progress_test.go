package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A load that is not watched on a terminal, such as that of CI, says something every ten
// seconds, whatever it does, and no more than that.
func TestLoadIsNotSilent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		now  load.Progress
		want string
	}{
		{"while it sends", load.Progress{Phase: load.Loading, Events: 1200, Rate: 40}, "1,200 events  40/s"},
		{"while effects are missing", load.Progress{Phase: load.Waiting, Missing: 3}, "waiting for 3 effects"},
		{"while the state changes", load.Progress{Phase: load.Waiting}, "waiting for the state to be still"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer
				p := newLoadProgress(shell{err: &said, terminal: func(io.Writer) bool { return false }})
				p.talk("load")
				for range 70 {
					time.Sleep(500 * time.Millisecond)
					p.show(test.now)
				}
				require.Equal(t, 3, strings.Count(said.String(), test.want), said.String())
			})
		})
	}
}
