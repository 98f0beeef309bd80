package contract

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTallyTellsProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := tally{began: time.Now()}
		var told []string
		for range 8 {
			time.Sleep(4 * time.Second)
			last := Result{ID: "ordering/reversed", Duration: 4 * time.Second}
			all.add(last)
			if line := all.progress(146, last); line != "" {
				told = append(told, line)
			}
		}
		time.Sleep(time.Minute)
		told = append(told, all.progress(146, Result{ID: "ordering/stale-update", Duration: time.Minute}))
		require.Equal(t, []string{"3 of 146 cases after 12s", "6 of 146 cases after 24s", "8 of 146 cases after 1m32s, the last of which took 1m0s: ordering/stale-update"}, told)
	})
}
