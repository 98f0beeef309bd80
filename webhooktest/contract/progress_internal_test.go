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
			all.add(Result{})
			if line := all.progress(146); line != "" {
				told = append(told, line)
			}
		}
		require.Equal(t, []string{"3 of 146 cases after 12s", "6 of 146 cases after 24s"}, told)
	})
}
