//go:build unix

package examples_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// A seller is an example that sells by Stripe Checkout, with a client that has a key and no
// host.
type seller struct {
	name, folder string // of its README, and where its commands are run
	state        string // its path
	sold         string // what the state has once for each sale
	thanks       string // the heading where the customer ends up
	need         func(*testing.T)
}

var sellers = []seller{
	{"express", "express", "/orders", `"status":"paid","lamps":1`, "Thank you", needExpress},
	{"flask", "flask", "/state", `"amount":1500`, "Thank you", func(t *testing.T) { flaskPython(t) }},
	{"nethttp", "..", "/ledger", `"amount":4200`, "Thank you", needGoApp},
}

// needGoApp skips where Go's TLS does not trust what exec names: on Linux it does.
func needGoApp(t *testing.T) {
	t.Helper()
	needProcesses(t)
	if runtime.GOOS != "linux" {
		t.Skip("fakestripe exec does not reach Go programs here")
	}
}

// shown returns the commands of a README, those of its n-th block of a kind.
func shown(t *testing.T, name, kind string, n int) (commands []string) {
	t.Helper()
	blocks := strings.Split(read(t, name+"/README.md"), "```"+kind+"\n")
	require.Greater(t, len(blocks), n)
	block, _, found := strings.Cut(blocks[n], "```")
	require.True(t, found)
	for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", "")) {
		if command, ok := strings.CutPrefix(line, "$ "); ok || kind == "sh" {
			commands = append(commands, strings.TrimSpace(command))
		}
	}
	return commands
}

// shell is a command line of its README.
func (s seller) shell(t *testing.T, port, database, line string) *exec.Cmd {
	t.Helper()
	command := shell(t, s.folder, port, line)
	command.Env = append(os.Environ(), "PATH="+path(t, s.name), "PORT="+port, "DATABASE="+database)
	return command
}

// TestUnmodifiedApps follows the READMEs: exec runs the app as it is, a customer buys in a
// browser through the hosted page, another is paid for by trigger, and each sale counts once.
func TestUnmodifiedApps(t *testing.T) {
	for _, s := range sellers {
		t.Run(s.name, func(t *testing.T) {
			s.need(t)
			realpart.Need(t, "apt-get install curl", "curl")
			realpart.Browser(t)
			run, buy := shown(t, s.name, "console", 1), shown(t, s.name, "console", 2)
			require.Len(t, run, 1)
			require.Len(t, buy, 3)
			e := execute(t, s, run[0])

			customer := newCustomer(t)
			customer.visit(e.app + "/")
			customer.press("button")
			customer.press("button[value=decline]")
			customer.until(`document.querySelector("[role=alert]")?.innerText === "Your card was declined."`)
			customer.press("button[value=pay]")
			customer.until(`document.querySelector("h1")?.innerText === "` + s.thanks + `"`)
			require.Equal(t, 1, e.sales(t), "%s", e.said.last(60))

			e.run(t, buy[0])
			require.Contains(t, e.run(t, buy[1]+" --api-base "+e.api), " accepted, 0 refused, 0 without a response;")
			require.Equal(t, 2, strings.Count(e.run(t, buy[2]), s.sold))
			require.Equal(t, 2, e.sales(t))
			e.end(t)
		})
	}
}

// TestReadmesInOneCommand runs the check of the READMEs that starts the app, which creates
// what the events are about.
func TestReadmesInOneCommand(t *testing.T) {
	realpart.Gate(t)
	for _, s := range sellers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.need(t)
			out, err := s.check(t, s.checkShown(t))
			require.NoError(t, err, "%s", out)
			require.Contains(t, out, " passed, ")
			require.NotContains(t, out, "warning")
			require.NotContains(t, out, "--restart-cmd")
		})
	}
}

// TestExpressLatest is the same with the newest stripe package.
func TestExpressLatest(t *testing.T) {
	t.Parallel()
	realpart.Gate(t)
	express := sellers[0]
	express.need(t)
	line := express.checkShown(t)
	require.Contains(t, line, "'npm start'")
	out, err := express.check(t, strings.Replace(line, "'npm start'", "'node latest.js'", 1))
	require.NoError(t, err, "%s", out)
}

// checkShown is the command of its README that runs the contract.
func (s seller) checkShown(t *testing.T) string {
	t.Helper()
	readme := read(t, s.name+"/README.md")
	lines := shown(t, s.name, "sh", strings.Count(readme, "```sh\n"))
	require.Len(t, lines, 1)
	return lines[0]
}

// check runs the contract, however long it takes here. The apps work before they answer, so
// nothing has to be found out of that on a busy machine.
func (s seller) check(t *testing.T, line string) (string, error) {
	t.Helper()
	line += " --strict --settle 50ms --max-time 30m --exec-timeout 10m"
	command := s.shell(t, freePort(t), filepath.Join(t.TempDir(), "orders"), line)
	command.Env = append(command.Env, "TMPDIR="+t.TempDir())
	out, err := command.CombinedOutput()
	return string(out), err
}

// An execution is a fakestripe exec that runs.
type execution struct {
	seller
	app, api       string // their addresses
	port, database string
	temporary      string // the folder for temporary files
	command        *exec.Cmd
	said           lines
	ended          chan error
}

// execute runs the command of a README that runs the app, at other ports.
func execute(t *testing.T, s seller, line string) *execution {
	t.Helper()
	port, folder := freePort(t), t.TempDir()
	e := &execution{
		seller: s, app: "http://localhost:" + port, port: port,
		database: filepath.Join(folder, "orders"), temporary: t.TempDir(), ended: make(chan error, 1),
	}
	file := filepath.Join(folder, "ready")
	before, after, found := strings.Cut(line, "fakestripe exec ")
	require.True(t, found)
	e.command = s.shell(t, port, e.database, "exec env "+before+"fakestripe exec --offline --exec-timeout 10m --listen 127.0.0.1:0 --ready-file "+file+" "+after)
	e.command.Env = append(e.command.Env, "TMPDIR="+e.temporary)
	e.command.Stdout, e.command.Stderr = &e.said, &e.said
	require.NoError(t, e.command.Start())
	go func() { e.ended <- e.command.Wait() }()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("it said:\n%s", e.said.last(60))
		}
		_ = e.command.Process.Signal(os.Interrupt) // it may have ended
	})
	for poll := time.NewTicker(20 * time.Millisecond); e.api == ""; {
		select {
		case err := <-e.ended:
			t.Fatalf("it ended: %v", err)
		case <-poll.C:
			address, _ := os.ReadFile(file)
			e.api = strings.TrimSpace(string(address))
		}
	}
	return e
}

// run runs a command of the README in another terminal.
func (e *execution) run(t *testing.T, line string) string {
	t.Helper()
	out, err := e.shell(t, e.port, e.database, line).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// sales is how often the app has sold.
func (e *execution) sales(t *testing.T) int {
	t.Helper()
	answer, err := http.Get(e.app + e.state)
	require.NoError(t, err)
	defer answer.Body.Close()
	state, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return strings.Count(string(state), e.sold)
}

// end interrupts it: the app is gone, and no file is left.
func (e *execution) end(t *testing.T) {
	t.Helper()
	require.NoError(t, e.command.Process.Signal(os.Interrupt))
	require.NoError(t, <-e.ended, "%s", e.said.last(40))
	_, err := http.Get(e.app + "/")
	require.Error(t, err, "the app is gone")
	left, err := filepath.Glob(filepath.Join(e.temporary, "fakestripe*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
