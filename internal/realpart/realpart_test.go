package realpart_test

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// A recorder notes how a test was ended.
type recorder struct {
	testing.TB
	skipped, failed bool
}

func (*recorder) Helper() {}

func (r *recorder) Skipf(string, ...any) {
	r.skipped = true
	runtime.Goexit()
}

func (r *recorder) Fatalf(string, ...any) {
	r.failed = true
	runtime.Goexit()
}

func TestNeed(t *testing.T) {
	folder := t.TempDir()
	name := "part"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o755))
	t.Setenv("PATH", folder)

	require.Equal(t, filepath.Join(folder, name), realpart.Need(t, "make it", "nosuch", "part"))
	require.Empty(t, realpart.FindBrowser())
	for _, wanted := range []string{"", "1"} {
		t.Setenv("FAKESTRIPE_REAL_PARTS", wanted)
		r := &recorder{TB: t}
		var ended sync.WaitGroup
		ended.Go(func() {
			realpart.Need(r, "make it", "nosuch")
			r.skipped, r.failed = false, false // not reached
		})
		ended.Wait()
		require.Equal(t, wanted == "", r.skipped)
		require.Equal(t, wanted == "1", r.failed)
	}
}
