//go:build unix

package realpart

import (
	"bufio"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// PostgresPassword is the password of the user app on servers started by Postgres.
const PostgresPassword = "p4ss:w/rd"

// Postgres starts a PostgreSQL server for the test, and returns the URI of an empty
// database. It is reachable only through its socket, in a folder of the test.
func Postgres(t testing.TB) (uri string) {
	t.Helper()
	Long(t)
	psql := Need(t, "apt-get install postgresql-client", "psql")
	programs := postgresPrograms(t)
	dir, err := os.MkdirTemp("", "fakestripe-pg-") // short, because a socket's path is limited
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	identity := unprivileged(t, dir)
	password := filepath.Join(dir, "password")
	require.NoError(t, os.WriteFile(password, []byte(PostgresPassword), 0o644))
	initdb := exec.CommandContext(t.Context(), filepath.Join(programs, "initdb"),
		"-D", filepath.Join(dir, "data"), "-U", "app", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--no-locale", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = identity, dir
	said, err := initdb.CombinedOutput()
	require.NoError(t, err, "%s", said)
	servePostgres(t, exec.Command(filepath.Join(programs, "postgres"),
		"-D", filepath.Join(dir, "data"), "-k", dir, "-c", "listen_addresses=", "-F"), identity)
	at := url.URL{Scheme: "postgres", User: url.UserPassword("app", PostgresPassword), Path: "/postgres", RawQuery: "host=" + url.QueryEscape(dir)}
	require.NoError(t, exec.CommandContext(t.Context(), psql, at.String(), "-qc", "CREATE DATABASE shop").Run())
	at.Path = "/shop"
	return at.String()
}

// servePostgres runs a server until the test ends, and waits until it accepts connections.
func servePostgres(t testing.TB, server *exec.Cmd, identity *syscall.SysProcAttr) {
	t.Helper()
	server.SysProcAttr = identity
	log, err := server.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	ready, ended := make(chan bool, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if strings.Contains(lines.Text(), "ready to accept connections") {
				ready <- true
			}
		}
		_ = server.Wait() // the test has ended it
	}()
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGQUIT) // immediate, and leaves nothing in the system
		<-ended
	})
	select {
	case <-ready:
	case <-ended:
		t.Fatal("the PostgreSQL server has ended")
	}
}

// postgresPrograms returns the folder of the server, which Debian keeps off the PATH.
func postgresPrograms(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path := find("initdb"); path != "" {
		found = append(found, path)
	}
	if found == nil {
		Missing(t, "a PostgreSQL server (apt-get install postgresql)")
	}
	return filepath.Dir(found[len(found)-1])
}

// unprivileged returns the user for the server, and gives it the folder: the server refuses
// to run as root.
func unprivileged(t testing.TB, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	nobody, err := user.Lookup("nobody")
	require.NoError(t, err)
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	require.NoError(t, err)
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	require.NoError(t, err)
	require.NoError(t, os.Chown(dir, int(uid), int(gid)))
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
