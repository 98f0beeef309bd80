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

func TestShare(t *testing.T) {
	list := []string{"a", "b", "c", "d"}
	for _, test := range []struct {
		share  string
		want   []string
		failed bool
	}{
		{share: "", want: list},
		{share: "1/1", want: list},
		{share: "1/3", want: []string{"a", "d"}},
		{share: "3/3", want: []string{"c"}},
		{share: "5/6", want: nil},
		{share: "0/3", failed: true},
		{share: "4/3", failed: true},
		{share: "third", failed: true},
	} {
		t.Setenv("FAKESTRIPE_SHARE", test.share)
		r := &recorder{TB: t}
		var got []string
		var asking sync.WaitGroup
		asking.Go(func() { got = realpart.Share(r, list) })
		asking.Wait()
		require.Equal(t, test.failed, r.failed, test.share)
		require.Equal(t, test.want, got, test.share)
	}
}
