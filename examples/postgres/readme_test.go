//go:build unix

package main

import (
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestReadme follows the README, with another port and database.
func TestReadme(t *testing.T) {
	t.Parallel()
	db := startDatabase(t)
	serve, check := commands(t)
	port := strconv.Itoa(20000 + rand.IntN(10000)) // outside the range for ports assigned by the system

	serve = strings.Replace(serve, "postgres://postgres:postgres@localhost:5432/postgres", "'"+db.url+"'", 1)
	service := shell(t, "export PORT="+port+"; exec env "+serve)
	service.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a group with the children of go run
	require.NoError(t, service.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-service.Process.Pid, syscall.SIGKILL) // it may have ended by itself
		_ = service.Wait()                                      // it was killed
	})
	waitFor(t, "http://localhost:"+port)

	bin := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../../cmd/fakestripe").CombinedOutput()
	require.NoError(t, err, "%s", out)
	checking := shell(t, strings.ReplaceAll(check, "4242", port)+" --strict")
	checking.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	out, err = checking.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), " passed, ")
}

// commands returns the commands of the README that serve and check the shop. The first
// one there starts a database, which startDatabase does here.
func commands(t *testing.T) (serve, check string) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(readme), "```sh\n")
	block, _, _ := strings.Cut(rest, "```")
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(block, "\\\n", "")), "\n")
	require.Len(t, lines, 3)
	return lines[1], lines[2]
}

func shell(t *testing.T, line string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), "sh", "-c", line)
}

// waitFor returns once the URL answers.
func waitFor(t *testing.T, url string) {
	t.Helper()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for range 6000 { // five minutes: a first go run compiles
		if answer, err := http.Get(url); err == nil {
			require.NoError(t, answer.Body.Close())
			return
		}
		<-poll.C
	}
	t.Fatalf("nobody answers at %s", url)
}
