package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/event"
	"github.com/stripe/stripe-go/v76/webhook"
)

// A runningListen is the listen of a script.
type runningListen struct {
	command  *exec.Cmd
	out, err *spoken
	base     atomic.Value // string, for the handler that calls back
}

type listenKey struct{}

// A spoken keeps what a process prints, and tells when it is ready.
type spoken struct {
	mu    sync.Mutex
	text  bytes.Buffer
	ended sync.WaitGroup
}

// read keeps lines until the end, and tells when one says that listen is ready, or
// that there will be none.
func (c *spoken) read(from io.Reader, ready func()) {
	c.ended.Go(func() {
		defer ready()
		lines := bufio.NewReader(from)
		for {
			line, err := lines.ReadString('\n')
			c.mu.Lock()
			c.text.WriteString(line)
			c.mu.Unlock()
			if strings.HasPrefix(line, "fakestripe: API for SDKs") || strings.HasPrefix(line, `{"ready":`) {
				ready()
			}
			if err != nil {
				return
			}
		}
	})
}

func (c *spoken) String() string {
	c.ended.Wait()
	return c.text.String()
}

// startListen is "listen ARG …": fakestripe listen on a port of its own, whose URL is
// put into $API.
func startListen(ts *testscript.TestScript, _ bool, args []string) {
	l := ts.Value(listenKey{}).(*runningListen)
	ready := ts.MkAbs("ready")
	l.command = exec.Command("fakestripe", append([]string{"listen", "--listen", "127.0.0.1:0", "--ready-file", ready}, args...)...)
	l.command.Dir = ts.MkAbs(".")
	l.command.Env = append(os.Environ(), "STRIPE_WEBHOOK_SECRET="+ts.Getenv("STRIPE_WEBHOOK_SECRET"))
	l.out, l.err = new(spoken), new(spoken)
	stdout, err := l.command.StdoutPipe()
	ts.Check(err)
	stderr, err := l.command.StderrPipe()
	ts.Check(err)
	ts.Check(l.command.Start())
	ts.Defer(func() { _ = l.command.Process.Kill() })
	begun := make(chan struct{})
	tell := sync.OnceFunc(func() { close(begun) })
	l.out.read(stdout, tell)
	l.err.read(stderr, tell)
	<-begun
	url, err := os.ReadFile(ready)
	if err != nil {
		_ = l.command.Process.Kill()
		ts.Fatalf("listen is not ready: %v\n%s%s", err, l.out, l.err)
	}
	base := strings.TrimSpace(string(url))
	l.base.Store(base)
	ts.Setenv("API", base)
	ts.Setenv("ADDRESS", strings.TrimPrefix(base, "http://"))
}

// endListen is "unlisten STATUS": an interrupt ends listen with this status. What it
// printed is in listened.out and listened.err.
func endListen(ts *testscript.TestScript, neg bool, args []string) {
	l := ts.Value(listenKey{}).(*runningListen)
	ts.Check(l.command.Process.Signal(syscall.SIGINT))
	awaitListen(ts, neg, args)
}

// awaitListen is "ended STATUS": the same, for a listen that ends by itself.
func awaitListen(ts *testscript.TestScript, _ bool, args []string) {
	l := ts.Value(listenKey{}).(*runningListen)
	out, errs := l.out.String(), l.err.String()
	code, exit := 0, (*exec.ExitError)(nil)
	if err := l.command.Wait(); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	ts.Check(os.WriteFile(ts.MkAbs("listened.out"), []byte(out), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("listened.err"), []byte(errs), 0o644))
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("listen ended with status %d, want %s:\n%s%s", code, args[0], out, errs)
	}
}

// refetching is a handler as the stripe_event gem was before version 2: it trusts no
// body, fetches the event by its id, and answers 401 when there is none.
func refetching(ts *testscript.TestScript) http.Handler {
	l := ts.Value(listenKey{}).(*runningListen)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), "whsec_script")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		base, _ := l.base.Load().(string)
		backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
			URL: stripe.String(base), LeveledLogger: &stripe.LeveledLogger{}, MaxNetworkRetries: stripe.Int64(0),
		})
		fetched, err := event.Client{B: backend, Key: "sk_test_script"}.Get(sent.ID, nil)
		if err != nil || fetched.ID != sent.ID || fetched.Type != sent.Type {
			http.Error(w, "no such event", http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, "fetched "+fetched.ID)
	})
}
