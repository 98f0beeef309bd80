package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/internal/realpart"
)

// Most tests here wait for a process or for a handler: more of them fit beside each other
// than there are processors.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"fakestripe": main, "app": app})
}

// TestScript runs testdata/script: what a user types, and what it prints.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			if name != "gate" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return realpart.Wanted(), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"handler": startHandler,
			"masked":  compareMasked,
			"bytes":   compareBytes,
			"status":  checkStatus,

			"listen":   startListen,
			"unlisten": endListen,
			"ended":    awaitListen,

			"signal": endBySignal,

			"freeport": freePort,
			"post":     post,
			"exitcode": exitCodeIs,

			"record":    startRecorder,
			"interrupt": stopRecorder,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("STRIPE_WEBHOOK_SECRET", "whsec_script")
			env.Setenv("NO_PROXY", "")
			env.Values[listenKey{}] = new(runningListen)
			env.Values[recorderKey{}] = new(recorders)
			return nil
		},
	})
}

// handlers are what the scripts deliver to: "handler NAME" starts one and puts
// its address into $URL.
var handlers = map[string]http.Handler{
	"shop":      withLedger(shop.New("whsec_script")),
	"default":   shop.New("whsec_fakestripe_default_secret"),
	"strict":    http.HandlerFunc(strictShop),
	"basil":     http.HandlerFunc(basilHandler),
	"talkative": http.HandlerFunc(talkativeHandler),
	"orderless": http.HandlerFunc(orderlessHandler),
	"scarce":    scarceHandler(http.StatusCreated),
	"failing":   scarceHandler(http.StatusInternalServerError),
	"redirect":  http.RedirectHandler("/elsewhere", http.StatusMovedPermanently),
	"careless":  http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
	"refuse": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "go\x1b[31m away", http.StatusTeapot)
	}),
	"mistaken": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Webhook Error: No webhook payload was provided.", http.StatusBadRequest)
	}),
	"hang": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the client leave
		<-r.Context().Done()
	}),
	"close": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		panic(http.ErrAbortHandler)
	}),
}

// withLedger shows what the shop stored, beside its webhook.
func withLedger(s *shop.Shop) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", s)
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(s.Ledger())
	})
	mux.HandleFunc("GET /ledger/{object}", func(w http.ResponseWriter, r *http.Request) {
		entries := slices.DeleteFunc(s.Ledger(), func(entry shop.Entry) bool { return entry.Object != r.PathValue("object") })
		if len(entries) == 0 {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(entries)
	})
	return mux
}

func startHandler(ts *testscript.TestScript, _ bool, args []string) {
	handler := handlers[args[0]]
	switch args[0] {
	case "refetch":
		handler = refetching(ts)
	case "plans":
		handler = plans()
	case "own-shop": // whose ledger no other script writes to
		handler = withLedger(shop.New("whsec_script"))
	}
	server := httptest.NewUnstartedServer(handler)
	ctx, end := context.WithCancel(context.Background())
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a refused certificate is what a script wants
	if len(args) > 1 && args[1] == "tls" {
		server.StartTLS()
	} else {
		server.Start()
	}
	ts.Defer(func() {
		end() // lets go of the handlers that wait
		server.Close()
	})
	ts.Setenv("URL", server.URL+"/webhook")
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	ts.Check(err)
	ts.Setenv("PORT", port)
	ts.Setenv("LEDGER", server.URL+"/ledger")
}

// variable is what differs from run to run in the lines of the command.
var variable = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`), "TIME"},
	{regexp.MustCompile(`\b(evt_[13]|pi_3|du_1)[0-9A-Za-z]{23}\b`), "ID"},
	{regexp.MustCompile(`\bwhsec_[0-9a-f]{64}\b`), "SECRET"},
	{regexp.MustCompile(`(127\.0\.0\.1|localhost):\d+`), "HOST"},
	{regexp.MustCompile(`\b\d+(\.\d+)?(ms|µs|s)\b`), "DURATION"},
	{regexp.MustCompile(`seed \d+`), "seed SEED"},
	{regexp.MustCompile(`\b\d+ a second`), "RATE a second"},
}

func masked(text string) string {
	for _, v := range variable {
		text = v.pattern.ReplaceAllString(text, v.mask)
	}
	return text
}

// compareMasked is "masked stdout FILE": cmp, but for what differs from run to run.
func compareMasked(ts *testscript.TestScript, neg bool, args []string) {
	got, want := masked(ts.ReadFile(args[0])), ts.ReadFile(args[1])
	if (got == want) == neg {
		ts.Fatalf("%s differs from %s; masked it is:\n%s", args[0], args[1], got)
	}
}

// compareBytes is "bytes stdout FILE": cmp, but for the newline that every file
// of a script ends with.
func compareBytes(ts *testscript.TestScript, neg bool, args []string) {
	got, want := ts.ReadFile(args[0]), strings.TrimSuffix(ts.ReadFile(args[1]), "\n")
	if (got == want) == neg {
		ts.Fatalf("%s differs from %s:\n%s", args[0], args[1], got)
	}
}

// endBySignal is "signal INT|TERM PATTERN STATUS ARG …": fakestripe with these arguments
// gets the signal once it has printed what fits the pattern, and ends with the status.
// What it said is in signaled.err.
func endBySignal(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile(args[1])
	command := exec.Command("fakestripe", args[3:]...)
	command.Dir = ts.MkAbs(".")
	command.Env = append(os.Environ(), "STRIPE_WEBHOOK_SECRET="+ts.Getenv("STRIPE_WEBHOOK_SECRET"))
	var said bytes.Buffer
	command.Stderr = &said
	printed, err := command.StdoutPipe()
	ts.Check(err)
	ts.Check(command.Start())
	ts.Defer(func() { _ = command.Process.Kill() })
	lines := bufio.NewScanner(printed)
	for lines.Scan() && !pattern.MatchString(lines.Text()) {
	}
	ts.Check(command.Process.Signal(map[string]os.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM}[args[0]]))
	_, _ = io.Copy(io.Discard, printed)
	_ = command.Wait() // the status says it
	ts.Check(os.WriteFile(ts.MkAbs("signaled.err"), said.Bytes(), 0o644))
	if code := command.ProcessState.ExitCode(); strconv.Itoa(code) != args[2] {
		ts.Fatalf("exit status %d, want %s:\n%s", code, args[2], said.String())
	}
}

// plan is the line that a check begins with.
var plan = regexp.MustCompile(`(?m)^fakestripe: \d+ cases?\n`)

// checkStatus is "status N ARG …": fakestripe with these arguments exits with N,
// and stderr is one line without a stack trace, but for what a check begins with.
func checkStatus(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("fakestripe", args[1:]...)
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit status %d, want %s", code, args[0])
	}
	if said := plan.ReplaceAllString(ts.ReadFile("stderr"), ""); strings.Count(said, "\n") != 1 {
		ts.Fatalf("standard error has more than a line:\n%s", said)
	}
}

// TestMaskedHidesOnlyTheVariable keeps the mask from hiding what scripts compare.
func TestMaskedHidesOnlyTheVariable(t *testing.T) {
	line := "2026-11-21 23:20:16  <--  [200 POST] OK payment_intent.succeeded [evt_3aQDLi6kOzIqzsKVXrfFbUQI] 3ms\n"
	require.Equal(t, "TIME  <--  [200 POST] OK payment_intent.succeeded [ID] DURATION\n", masked(line))
}
