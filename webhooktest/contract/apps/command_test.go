package apps

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A process of this test binary serves an application, or prints what is in its database.
const (
	serveEnv = "FAKESTRIPE_APP_SERVE" // the application's name, and its file
	dumpEnv  = "FAKESTRIPE_APP_DUMP"  // the file
)

func TestMain(m *testing.M) {
	var err error
	switch name, file, _ := strings.Cut(os.Getenv(serveEnv), " "); {
	case name != "":
		err = serve(name, file)
	case os.Getenv(dumpEnv) != "":
		err = printState(os.Getenv(dumpEnv))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve runs an application until its standard input ends, and prints its address.
func serve(name, file string) error {
	db, err := openDatabase(file)
	if err != nil {
		return err
	}
	a := all()[slices.IndexFunc(all(), func(a app) bool { return a.name == name })]
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("PRAGMA journal_mode = DELETE"); err != nil { // in which a writer locks readers out
		return err
	}
	if _, err := db.Exec(a.schema); err != nil {
		return err
	}
	p := &process{app: a, deps: &deps{db: db}}
	p.start()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(listener, p)
	fmt.Println(listener.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// printState is a dump as teams write one: it does not wait for whoever has the database,
// but fails. Every other time somebody has it.
func printState(file string) error {
	source := "file:" + (&url.URL{Path: file}).EscapedPath() + "?_pragma=busy_timeout(0)"
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return err
	}
	defer db.Close()
	if busy := file + ".busy"; os.Mkdir(busy, 0o700) == nil {
		if _, err := db.Exec("BEGIN EXCLUSIVE"); err != nil {
			return err
		}
		defer db.Exec("ROLLBACK")
	} else if err := os.Remove(busy); err != nil {
		return err
	}
	reader, err := sql.Open("sqlite", source)
	if err != nil {
		return err
	}
	defer reader.Close()
	state, err := (&database{reader}).dump(context.Background())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(state)
}

// TestCommand runs the built command against applications that are processes, and reads
// their files while they write.
func TestCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the state command is one of a Unix shell")
	}
	if testing.Short() {
		t.Skip("builds the command and starts many processes")
	}
	command := filepath.Join(t.TempDir(), "fakestripe")
	build := exec.Command("go", "build", "-o", command, "./cmd/fakestripe")
	build.Dir = "../../.."
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	self, err := os.Executable()
	require.NoError(t, err)
	for _, test := range []struct{ app, handles string }{
		{"credits", "payment_intent.succeeded"},
		{"notifier", "charge.failed"},
	} {
		t.Run(test.app, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "app.db")
			address := startApp(t, self, test.app, file)
			check := exec.CommandContext(t.Context(), command, "check", "control/effect", "idempotency/redelivered", "--to", address, "--secret", secret,
				"--handles", test.handles, "--state-cmd", fmt.Sprintf("%s='%s' '%s'", dumpEnv, file, self), "--strict", "--format", "json")
			output, err := check.Output()
			require.NoError(t, err, "%s", output)
			var report struct{ Summary map[string]int }
			require.NoError(t, json.Unmarshal(output, &report), "%s", output)
			require.Zero(t, report.Summary["inconclusive"], "%s", output)
			require.NotZero(t, report.Summary["pass"], "%s", output)
		})
	}
}

// startApp starts an application, and returns its address. It ends with the test.
func startApp(t *testing.T, self, name, file string) (address string) {
	t.Helper()
	served := exec.CommandContext(t.Context(), self)
	served.Env = append(os.Environ(), serveEnv+"="+name+" "+file)
	served.Stderr = t.Output()
	_, err := served.StdinPipe()
	require.NoError(t, err)
	stdout, err := served.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, served.Start())
	t.Cleanup(func() {
		_ = served.Process.Kill()
		_ = served.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}
