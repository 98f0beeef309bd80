//go:build unix

package examples_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadmesInOneCommand runs what the READMEs show second: check starts the app.
func TestReadmesInOneCommand(t *testing.T) {
	t.Parallel()
	for folder, need := range map[string]func(*testing.T){
		"express": needExpress,
		"flask":   func(t *testing.T) { flaskPython(t) },
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			need(t)
			blocks := strings.Split(read(t, folder+"/README.md"), "```sh\n")
			require.Len(t, blocks, 3)
			line, _, _ := strings.Cut(blocks[2], "```")
			port := freePort(t)
			command := shell(t, folder, port, strings.ReplaceAll(line, "\\\n", ""))
			command.Env = append(command.Env, "PORT="+port, "DATABASE="+filepath.Join(t.TempDir(), "shop.db"), "TMPDIR="+t.TempDir())
			out, err := command.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), " passed, ")
			require.NotContains(t, string(out), "--restart-cmd")
			t.Logf("%s", out)
		})
	}
}
