package file_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/file"
)

// folders are the two places where names are looked up, each with a name in it.
func folders(t *testing.T) map[string]file.Folder {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	t.Cleanup(func() { _ = root.Close() })
	return map[string]file.Folder{filepath.Join(t.TempDir(), "a"): file.Here{}, "a": root}
}

func TestReplaceAndCreate(t *testing.T) {
	t.Parallel()
	for name, in := range folders(t) {
		require.NoError(t, file.Create(in, name, []byte("first"), 0))
		require.ErrorIs(t, file.Create(in, name, []byte("second"), 0), fs.ErrExist)
		data, err := file.ReadRegular(in, name, 1<<10)
		require.NoError(t, err)
		require.Equal(t, "first", string(data))
		require.NoError(t, file.Replace(in, name, []byte("third"), 0))
		data, err = file.ReadRegular(in, name, 5)
		require.NoError(t, err)
		require.Equal(t, "third", string(data))
		_, err = file.ReadRegular(in, name, 4)
		require.ErrorContains(t, err, "larger than")
	}
}

// TestNothingIsLeft of a file that cannot get its place, or is not to have it.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	place := filepath.Join(dir, "place")
	require.EqualError(t, file.Replace(file.Here{}, dir, nil, 0), "a folder: want a file")
	require.ErrorIs(t, file.Replace(file.Here{}, filepath.Join(dir, "no", "such"), nil, 0), fs.ErrNotExist)
	draft, err := file.NewDraft(file.Here{}, place, []byte("x"), 0)
	require.NoError(t, err)
	require.NoFileExists(t, place)
	draft.Discard()
	require.NoError(t, os.WriteFile(place, nil, 0o600))
	require.ErrorIs(t, file.Create(file.Here{}, place, nil, 0), fs.ErrExist)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// A fsWithoutLinks is a file system such as FAT.
type fsWithoutLinks struct{ file.Here }

func (fsWithoutLinks) Link(string, string) error { return fs.ErrInvalid }

func TestWithoutLinks(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "a")
	require.NoError(t, file.Create(fsWithoutLinks{}, name, nil, 0))
	require.ErrorIs(t, file.Create(fsWithoutLinks{}, name, nil, 0), fs.ErrExist)
}
