package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/child"
	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/intercept"
)

// execution holds the flags for an app to start.
type execution struct {
	line     string    // for sh
	args     []string  // of the command exec, instead
	stdout   io.Writer // of the command exec
	output   bool
	patience time.Duration
	offline  bool
}

// execPatience limits the time until an app listens: it may have to compile.
const execPatience = time.Minute

// execGrace limits the time until an app ends on request.
const execGrace = 5 * time.Second

func (e *execution) flags(flags *pflag.FlagSet, to string) {
	flags.StringVar(&e.line, "exec", "", "start the app with this `command`, answer its calls to Stripe, and end it with fakestripe")
	flags.BoolVar(&e.output, "exec-output", false, "show the app's output on standard error")
	flags.DurationVar(&e.patience, "exec-timeout", execPatience, "time for the app to listen on the port of "+to)
	flags.BoolVar(&e.offline, "offline", false, "refuse the app's calls to hosts that are not Stripe's")
}

// wanted reports whether to start an app.
func (e *execution) wanted() bool { return e.line != "" || len(e.args) > 0 }

// check rejects flags without a meaning.
func (e *execution) check(changed func(string) bool) error {
	_, shown := e.command()
	switch {
	case !e.wanted():
	case e.line != "" && len(e.args) > 0:
		return errors.New("--exec and a command: give one")
	case e.patience <= 0:
		return notPositive("--exec-timeout", e.patience, execPatience.String())
	case isLive(shown):
		return errors.New("the command that starts the app has a live key: use a test key")
	default:
		return nil
	}
	for _, name := range []string{"exec", "exec-output", "exec-timeout", "offline"} {
		if changed(name) {
			return fmt.Errorf("--%s goes with --exec COMMAND", name)
		}
	}
	return nil
}

// command returns the command to run, as a list and as the user wrote it.
func (e *execution) command() (args []string, shown string) {
	if e.line != "" {
		return []string{"sh", "-c", e.line}, e.line
	}
	return e.args, strings.Join(e.args, " ")
}

// A runningApp is an app and its proxy for calls to Stripe.
type runningApp struct {
	*child.App
	proxy *intercept.Proxy
}

// start starts the app and waits until it accepts events.
func (e *execution) start(ctx context.Context, sh shell, stripe localStripe) (*runningApp, error) {
	environment, given, err := appVariables(os.Environ(), stripe)
	if err != nil {
		return nil, err
	}
	proxy, err := intercept.Start(intercept.Config{
		Stripe: stripe.api, Offline: e.offline, Upstream: upstream,
		Refused: func(host string) {
			fmt.Fprintf(sh.err, "fakestripe: --offline: the app called %s, which was refused\n", printable(host))
		},
	})
	if err != nil {
		return nil, err
	}
	folder, err := proxy.NewFolder(sh.getenv)
	if err != nil {
		proxy.Close()
		return nil, err
	}
	args, shown := e.command()
	config := child.Config{
		Args: args, Env: proxy.Environ(environment, folder), Folder: folder.Path(),
		Listens: addressOf(stripe.to), Patience: e.patience, Grace: execGrace, Died: stripe.died,
	}
	e.streams(sh, &config)
	fmt.Fprintf(sh.err, "fakestripe: start %s, with %s\n", printable(credential.Hide(shown, stripe.secret)), strings.Join(given, ", "))
	app, err := child.Start(ctx, config)
	if err != nil {
		proxy.Close()
		return nil, hidden(err, stripe.secret)
	}
	return &runningApp{app, proxy}, nil
}

// streams connects the app's output. Its input is empty, because a process in another group
// is stopped when it reads a terminal.
func (e *execution) streams(sh shell, config *child.Config) {
	switch {
	case len(e.args) > 0:
		config.Stdout, config.Stderr = e.stdout, sh.err
		if file, ok := sh.in.(*os.File); ok && !sh.terminal(file) {
			config.Stdin = file
		}
	case e.output:
		config.Stdout, config.Stderr = sh.err, sh.err
	}
}

// hidden returns an error without secrets, which an app may have printed.
func hidden(err error, secret string) error {
	if ended := new(child.EndedError); errors.As(err, &ended) {
		return &child.EndedError{Err: ended.Err, Output: credential.Hide(ended.Output, secret)}
	}
	return errors.New(credential.Hide(err.Error(), secret))
}

// statusOf ends a command with the status of its app.
func statusOf(sh shell, e *child.EndedError) error {
	if e.Status() != 0 {
		complain(sh, e)
	}
	return appStatus(e.Status())
}

// endedEarly returns why an app could not be started, or ends the command with the app's
// status.
func endedEarly(sh shell, err error) error {
	if ended := new(child.EndedError); errors.As(err, &ended) {
		return statusOf(sh, ended)
	}
	return err
}

// stop ends the app and the proxy, if any.
func (r *runningApp) stop() {
	if r != nil {
		r.Stop()
		r.proxy.Close()
	}
}

// ended is closed when the app exits by itself; without an app, never.
func (r *runningApp) ended() <-chan struct{} {
	if r == nil {
		return nil
	}
	return r.Ended()
}

func (r *runningApp) hasEnded() bool {
	select {
	case <-r.ended():
		return true
	default:
		return false
	}
}
