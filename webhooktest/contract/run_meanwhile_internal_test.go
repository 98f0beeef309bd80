package contract

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A long run says where it is, and what failed, before it ends; a short one says nothing.
func TestRunSaysMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		all := &tally{began: time.Now()}
		stop := all.tellEvery(&out, meanwhileEvery, 3)
		all.begin("a/one")
		time.Sleep(20 * time.Second)
		synctest.Wait()
		require.Empty(t, out.String())
		all.add(Result{ID: "a/one", Verdict: Fail})
		all.begin("a/two")
		time.Sleep(20 * time.Second)
		stop()
		require.Equal(t, "fakestripe: 1 of 3 cases after 30s, now at a/two; failed: a/one\n", out.String())
	})
}
