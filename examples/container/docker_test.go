package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Without Docker, or if it cannot pull an image, the tests of this folder are skipped
// with the reason; in .ci/run, they fail.
func TestWithoutDocker(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("on Windows they are always skipped")
	}
	offline := httptest.NewServer(http.HandlerFunc(answerOffline))
	t.Cleanup(offline.Close)
	for _, test := range []struct{ name, host, reason string }{
		{"DOCKER_HOST names no daemon", "unix://" + filepath.Join(t.TempDir(), "none.sock"), "missing a running Docker: "},
		{"the daemon has no network", strings.Replace(offline.URL, "http:", "tcp:", 1), "no such host"},
	} {
		for wanted, ended := range map[string]string{"": "SKIP", "1": "FAIL"} {
			t.Run(test.name+", "+ended, func(t *testing.T) {
				t.Parallel()
				self, err := os.Executable()
				require.NoError(t, err)
				command := exec.CommandContext(t.Context(), self, "-test.v", "-test.run=^TestTrigger$")
				command.Env = append(os.Environ(), "DOCKER_HOST="+test.host, "DOCKER_TLS_VERIFY=",
					"TESTCONTAINERS_RYUK_DISABLED=false", "FAKESTRIPE_REAL_PARTS="+wanted)
				output, err := command.CombinedOutput()
				require.Equal(t, ended == "FAIL", err != nil, "%s", output)
				require.Contains(t, string(output), "--- "+ended+": TestTrigger")
				require.Contains(t, string(output), test.reason)
			})
		}
	}
}

// answerOffline answers like a Docker daemon without images or network.
func answerOffline(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.41")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/_ping"):
	case strings.HasSuffix(r.URL.Path, "/info"):
		_, _ = fmt.Fprint(w, "{}")
	case strings.HasSuffix(r.URL.Path, "/images/create"):
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprint(w, `{"message": "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host"}`)
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprint(w, `{"message": "not found"}`)
	}
}
