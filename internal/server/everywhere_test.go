package server_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every server of fakestripe is made here, so that all have the same bounds.
func TestNoOtherServers(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	for _, folder := range []string{"cmd", "internal", "webhooktest"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, filepath.Join(root, "internal", "server")) {
				return err
			}
			text, err := os.ReadFile(path)
			for _, other := range []string{"http.Server{", "http.ListenAndServe", "http.Serve("} {
				require.False(t, bytes.Contains(text, []byte(other)), "%s has a server of its own: use server.New", path)
			}
			return err
		}))
	}
}
