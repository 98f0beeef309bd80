//go:build unix

package examples_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// TestReadmesInOneCommand runs what the READMEs show second: check starts the app.
func TestReadmesInOneCommand(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
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
		})
	}
}

// TestExpressCheckout: the shop's client has no host, and its session is in our API.
func TestExpressCheckout(t *testing.T) {
	t.Parallel()
	needExpress(t)
	port, folder := freePort(t), t.TempDir()
	file := filepath.Join(folder, "ready")
	command := shell(t, "express", port, "exec fakestripe exec --offline --listen 127.0.0.1:0 --ready-file "+file+" --forward-to 4242/webhook -- node checkout.js")
	command.Env = append(command.Env, "PORT="+port)
	var said lines
	command.Stdout, command.Stderr = &said, &said
	require.NoError(t, command.Start())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	require.Eventually(t, func() bool { _, err := os.Stat(file); return err == nil }, ready, 20*time.Millisecond)

	answer, err := http.Post("http://localhost:"+port+"/checkout", "application/json", strings.NewReader(`{"order": "T-17"}`))
	require.NoError(t, err)
	made, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusCreated, answer.StatusCode, "%s", said.last(40))
	require.Regexp(t, `^{"session":"cs_test_\w+"}$`, string(made))

	base := strings.TrimSpace(read(t, file))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/v1/checkout/sessions", nil)
	require.NoError(t, err)
	request.SetBasicAuth("sk_test_any", "")
	answer, err = http.DefaultClient.Do(request)
	require.NoError(t, err)
	kept, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Contains(t, string(kept), `"order_id": "T-17"`)

	require.NoError(t, command.Process.Signal(os.Interrupt))
	require.NoError(t, <-ended, "%s", said.last(40))
	_, err = http.Get("http://localhost:" + port + "/")
	require.Error(t, err, "the shop is gone")
}
