package casefile_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/fakestripe/fakestripe/internal/casefile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func paid(expect string) casefile.Case {
	return casefile.Case{Type: "invoice.paid", Payload: []byte(`{"type": "invoice.paid"}`), Expect: expect, Origin: "a test"}
}

// tree returns the files of a folder with what is in them.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	}))
	return files
}

func names(files map[string]string) []string {
	var found []string
	for name := range files {
		found = append(found, name)
	}
	return found
}

func TestAdd(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "cases")
	folder, err := casefile.Open(dir)
	require.NoError(t, err)
	c := paid("200")
	c.Exchange = []byte("POST / HTTP/1.1\n")
	name, err := folder.Add(folder.Number(), c)
	require.NoError(t, err)
	require.Equal(t, "00001-invoice.paid.json", name)
	require.Equal(t, map[string]string{
		"00001-invoice.paid.json": `{
  "format": 1,
  "title": "invoice.paid is answered with 200",
  "level": "must",
  "requirement": "The invoice.paid of this recording is answered with 200, freshly signed.",
  "source": "a test",
  "events": {
    "e": {
      "file": "payloads/00001-invoice.paid.json"
    }
  },
  "steps": [
    {
      "send": "e",
      "expect": "200"
    }
  ]
}
`,
		"payloads/00001-invoice.paid.json":  `{"type": "invoice.paid"}`,
		"exchanges/00001-invoice.paid.http": "POST / HTTP/1.1\n",
	}, tree(t, dir))
}

// TestNumbersGoOn wants no file overwritten, whoever wrote it.
func TestNumbersGoOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"00007-x.json": "mine", "notes.txt": "mine", "12-y": "mine", "payloads/00015-z.json": "mine"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	folder, err := casefile.Open(dir)
	require.NoError(t, err)
	name, err := folder.Add(folder.Number(), paid("2xx"))
	require.NoError(t, err)
	require.Equal(t, "00016-invoice.paid.json", name)

	other, err := casefile.Open(dir) // as another process does
	require.NoError(t, err)
	number := other.Number()
	name, err = folder.Add(folder.Number(), paid("2xx"))
	require.NoError(t, err)
	require.Equal(t, "00017-invoice.paid.json", name)
	name, err = other.Add(number, paid("2xx"))
	require.NoError(t, err)
	require.Equal(t, "00018-invoice.paid.json", name, "the next that is free")
	for name, text := range tree(t, dir) {
		require.False(t, strings.HasSuffix(name, ".tmp"), name)
		if strings.Contains(name, "x.json") || strings.Contains(name, "notes") {
			require.Equal(t, "mine", text)
		}
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var done sync.WaitGroup
	for range 2 {
		folder, err := casefile.Open(dir)
		require.NoError(t, err)
		for range 20 {
			done.Go(func() {
				_, err := folder.Add(folder.Number(), paid("200"))
				require.NoError(t, err)
			})
		}
	}
	done.Wait()
	files := tree(t, dir)
	require.Len(t, files, 80)
	for name, text := range files {
		require.True(t, json.Valid([]byte(text)), name)
		if filepath.Dir(name) == "." {
			require.Contains(t, files, "payloads/"+name)
			require.Contains(t, text, `"payloads/`+name+`"`)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for eventType, want := range map[string]string{
		"":                                "00001-event.json",
		"../../etc/passwd":                "00001-.._.._etc_passwd.json",
		"A b\x00\"ö":                      "00001-a_b___.json",
		strings.Repeat("x", 300):          "00001-" + strings.Repeat("x", 80) + ".json",
		"v1.billing.meter.no_meter_found": "00001-v1.billing.meter.no_meter_found.json",
	} {
		dir := t.TempDir()
		folder, err := casefile.Open(dir)
		require.NoError(t, err)
		c := paid("200")
		c.Type = eventType
		name, err := folder.Add(folder.Number(), c)
		require.NoError(t, err)
		require.Equal(t, want, name)
		require.ElementsMatch(t, []string{want, "payloads/" + want}, names(tree(t, dir)))
		require.True(t, json.Valid([]byte(tree(t, dir)[want])))
	}
}

// TestNothingInHalf has no room for the last of the files of a case.
func TestNothingInHalf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, err := casefile.Open(dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "exchanges"), nil, 0o644)) // where a folder should be
	c := paid("200")
	c.Exchange = []byte("x")
	_, err = folder.Add(folder.Number(), c)
	require.ErrorContains(t, err, "exchanges")
	require.Equal(t, []string{"exchanges"}, names(tree(t, dir)))

	file := filepath.Join(dir, "exchanges")
	_, err = casefile.Open(file)
	require.ErrorContains(t, err, "exchanges: not a directory")
	_, err = casefile.NewStage(file)
	require.ErrorContains(t, err, "exchanges")
	require.Equal(t, []string{"exchanges"}, names(tree(t, dir)))
}

func TestStage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		prepare func(t *testing.T, dir string)
		want    []string
	}{
		{"no folder", func(*testing.T, string) {}, []string{"00001-invoice.paid.json", "payloads/00001-invoice.paid.json"}},
		{"an empty folder", func(t *testing.T, dir string) { require.NoError(t, os.MkdirAll(dir, 0o755)) },
			[]string{"00001-invoice.paid.json", "payloads/00001-invoice.paid.json"}},
		{"a folder with cases", func(t *testing.T, dir string) {
			folder, err := casefile.Open(dir)
			require.NoError(t, err)
			_, err = folder.Add(folder.Number(), paid("200"))
			require.NoError(t, err)
		}, []string{"00001-invoice.paid.json", "payloads/00001-invoice.paid.json", "00002-invoice.paid.json", "payloads/00002-invoice.paid.json"}},
		{"a link to an empty folder", func(t *testing.T, dir string) {
			real := t.TempDir()
			require.NoError(t, os.MkdirAll(filepath.Dir(dir), 0o755))
			require.NoError(t, os.Symlink(real, dir))
			t.Cleanup(func() { require.Len(t, tree(t, real), 2, "through the link") })
		}, nil},
	}
	for _, test := range tests {
		if runtime.GOOS == "windows" && test.want == nil {
			continue // not everybody may make a link there
		}
		parent := t.TempDir()
		dir := filepath.Join(parent, "a", "cases")
		test.prepare(t, dir)
		stage, err := casefile.NewStage(dir)
		require.NoError(t, err, test.name)
		_, err = stage.Add(stage.Number(), paid("2xx"))
		require.NoError(t, err, test.name)
		require.NoError(t, stage.Commit(), test.name)
		if test.want != nil {
			require.ElementsMatch(t, test.want, names(tree(t, dir)), test.name)
		}
		entries, err := os.ReadDir(filepath.Dir(dir))
		require.NoError(t, err)
		require.Len(t, entries, 1, "%s: nothing is left beside it", test.name)
	}
}

func TestStageDiscarded(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	stage, err := casefile.NewStage(filepath.Join(parent, "cases"))
	require.NoError(t, err)
	_, err = stage.Add(stage.Number(), paid("2xx"))
	require.NoError(t, err)
	require.NoError(t, stage.Discard())
	require.Empty(t, tree(t, parent))

	deep := filepath.Join(parent, "a", "b", "cases")
	stage, err = casefile.NewStage(deep)
	require.NoError(t, err)
	require.NoError(t, stage.Discard())
	require.NoDirExists(t, filepath.Join(parent, "a"), "what was made for it")
	require.DirExists(t, parent, "what was there")
}

// TestStageOnAnotherFileSystem has a link to a folder on one, as a mount point is.
func TestStageOnAnotherFileSystem(t *testing.T) {
	t.Parallel()
	other, err := os.MkdirTemp("/dev/shm", "casefile-*")
	if err != nil {
		t.Skip("no other file system: ", err)
	}
	t.Cleanup(func() { os.RemoveAll(other) })
	dir := filepath.Join(t.TempDir(), "cases")
	if sameFileSystem(t, other, filepath.Dir(dir)) {
		t.Skip("the temporary folder is on the same file system")
	}
	require.NoError(t, os.Symlink(other, dir))
	stage, err := casefile.NewStage(dir)
	require.NoError(t, err)
	_, err = stage.Add(stage.Number(), paid("2xx"))
	require.NoError(t, err)
	require.NoError(t, stage.Commit())
	require.ElementsMatch(t, []string{"00001-invoice.paid.json", "payloads/00001-invoice.paid.json"}, names(tree(t, other)))
	entries, err := os.ReadDir(other)
	require.NoError(t, err)
	require.Len(t, entries, 2)
}

// sameFileSystem reports whether a file can be linked from one folder to the other.
func sameFileSystem(t *testing.T, a, b string) bool {
	t.Helper()
	file := filepath.Join(a, "probe")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	defer os.Remove(file)
	linked := filepath.Join(b, "probe")
	defer os.Remove(linked)
	return os.Link(file, linked) == nil
}

// TestStageTakesBack has a file appear where one of the stage is to go.
func TestStageTakesBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644))
	stage, err := casefile.NewStage(dir)
	require.NoError(t, err)
	for range 3 {
		_, err = stage.Add(stage.Number(), paid("2xx"))
		require.NoError(t, err)
	}
	taken := filepath.Join(dir, "00002-invoice.paid.json")
	require.NoError(t, os.WriteFile(taken, []byte("mine"), 0o644))
	err = stage.Commit()
	require.ErrorIs(t, err, fs.ErrExist)
	require.ErrorContains(t, err, "00002-invoice.paid.json")
	require.Equal(t, map[string]string{"notes.txt": "", "00002-invoice.paid.json": "mine"}, tree(t, dir))
	require.NoDirExists(t, filepath.Join(dir, "payloads"), "it was made for the cases")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		require.False(t, strings.HasPrefix(entry.Name(), ".fakestripe"), entry.Name())
	}
}

func TestManyTypes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stage, err := casefile.NewStage(filepath.Join(dir, "cases"))
	require.NoError(t, err)
	for i := range 30 {
		c := paid("2xx")
		c.Type = fmt.Sprint("type.", i)
		name, err := stage.Add(stage.Number(), c)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("%05d-type.%d.json", i+1, i), name)
	}
	require.NoError(t, stage.Commit())
	require.Len(t, tree(t, dir), 60)
}
