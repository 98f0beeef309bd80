package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/child"
	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/intercept"
)

// execution are the flags for an app that is started here.
type execution struct {
	line     string    // for sh
	args     []string  // of the command exec, instead
	stdout   io.Writer // of the command exec
	output   bool
	patience time.Duration
	offline  bool
}

func newExec(sh shell) *cobra.Command {
	var l listener
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARG …]",
		Short: "Run an app whose calls to Stripe are answered on this machine",
		Long: `Run an app, unchanged, whose Stripe SDK talks to a local Stripe: fakestripe listen with
the app started by it. Its calls to api.stripe.com and other Stripe hosts are answered
here, with a certificate that only the app trusts and whose key is never written. Calls
to other hosts pass through, or are refused with --offline.

The app gets $STRIPE_SECRET_KEY, $STRIPE_API_KEY and $STRIPE_WEBHOOK_SECRET unless they
are set. Live keys are refused. Events reach it with --forward-to.

Works for Node, Python, Ruby, PHP, curl, and Go on Linux; see cmd/fakestripe/README.md.

Exit status: that of the app if it ended by itself, 128 and the signal's number if a
signal ended it; after Ctrl-C that of fakestripe listen.`,
		Example: `  fakestripe exec -- npm start
  fakestripe exec --forward-to 3000/webhook -- npm start
  fakestripe exec --offline --listen 127.0.0.1:0 -- npm test`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("exec what? give a command, such as fakestripe exec -- npm start")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			l.exec.args, l.exec.stdout = args, sh.out
			lines := sh
			lines.out = sh.err // the standard output is the app's
			if l.printJSON || l.format.json() {
				l.exec.stdout, lines.out = sh.err, sh.out
			}
			return l.run(cmd.Context(), lines)
		},
	}
	l.flags(cmd)
	_ = cmd.Flags().MarkHidden("exec")
	_ = cmd.Flags().MarkHidden("exec-output")
	cmd.Flags().SetInterspersed(false) // the flags behind the command are the command's
	return cmd
}

// execPatience is how long an app may take until it listens: it may have to compile.
const execPatience = time.Minute

// execGrace is how long an app may take to end when it is asked to.
const execGrace = 5 * time.Second

func (e *execution) flags(flags *pflag.FlagSet, to string) {
	flags.StringVar(&e.line, "exec", "", "start the app with this `command`, with its calls to Stripe answered here, and end it with fakestripe")
	flags.BoolVar(&e.output, "exec-output", false, "show what the app prints, on standard error")
	flags.DurationVar(&e.patience, "exec-timeout", execPatience, "how long the app may take until it listens on the port of "+to)
	flags.BoolVar(&e.offline, "offline", false, "refuse the app's calls to hosts that are not Stripe's")
}

// wanted reports whether an app is to be started.
func (e *execution) wanted() bool { return e.line != "" || len(e.args) > 0 }

// check finds flags that make no sense.
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

// command is what is run, as a list and as the user wrote it.
func (e *execution) command() (args []string, shown string) {
	if e.line != "" {
		return []string{"sh", "-c", e.line}, e.line
	}
	return e.args, strings.Join(e.args, " ")
}

// A localStripe is what an app is to take for Stripe.
type localStripe struct {
	api    http.Handler
	to     string // where the app takes events, "" when nobody knows
	secret string // that they are signed with
	key    string // the only one that the API takes, "" for any

	secretGiven bool // by a flag, so that it counts more than the app's variable
	died        func(*child.EndedError)
}

// A runningApp is an app and the proxy that it calls Stripe through.
type runningApp struct {
	*child.App
	proxy *intercept.Proxy
}

// start starts the app and waits until it takes events.
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

// streams connects the app's output. What reads a terminal from another process group is
// stopped, so the app's input is empty then.
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

// hidden is an error without secrets, which an app may have printed.
func hidden(err error, secret string) error {
	if ended := new(child.EndedError); errors.As(err, &ended) {
		return &child.EndedError{Err: ended.Err, Output: credential.Hide(ended.Output, secret)}
	}
	return errors.New(credential.Hide(err.Error(), secret))
}

// execKey is the API key that an app gets. Any with its prefix would do.
const execKey = testKey + "fakestripeMadeForThisMachineOnly"

// appVariables returns an environment for the app, and what was put into it. Those of the
// user count, unless a flag says otherwise.
func appVariables(base []string, stripe localStripe) (environment, given []string, err error) {
	set := make(map[string]bool)
	for _, entry := range base {
		name, value, _ := strings.Cut(entry, "=")
		set[name] = value != ""
		if isLive(value) {
			return nil, nil, fmt.Errorf("$%s has a live key: unset it, or put a test key there, before an app is started", name)
		}
	}
	environment = slices.Clone(base)
	for _, v := range []struct {
		name, value string
		must        bool
	}{
		{"STRIPE_SECRET_KEY", cmp.Or(stripe.key, execKey), stripe.key != ""},
		{"STRIPE_API_KEY", cmp.Or(stripe.key, execKey), stripe.key != ""},
		{secretVariable, stripe.secret, stripe.secretGiven},
	} {
		if set[v.name] && !v.must {
			given = append(given, "your $"+v.name)
			continue
		}
		environment = append(environment, v.name+"="+v.value)
		given = append(given, "$"+v.name)
	}
	return environment, given, nil
}

// isLive reports whether a text has a secret key of live mode. Publishable ones are no
// secret, and no server calls Stripe with them.
func isLive(text string) bool {
	return slices.ContainsFunc(credential.Spans(text), func(s credential.Span) bool {
		token := text[s.Start:s.End]
		return strings.HasPrefix(token, "sk_live_") || strings.HasPrefix(token, "rk_live_")
	})
}

// upstream is the proxy that the variables of this process name for a host.
func upstream(address string) (proxy, authorization string) {
	via, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: address}})
	if err != nil || via == nil || via.Scheme != "http" {
		return "", ""
	}
	if via.User != nil {
		password, _ := via.User.Password()
		r := http.Request{Header: make(http.Header)}
		r.SetBasicAuth(via.User.Username(), password)
		authorization = r.Header.Get("Authorization")
	}
	if via.Port() == "" {
		return via.Hostname() + ":80", authorization
	}
	return via.Host, authorization
}

// An appStatus is the exit status of an app that ended by itself, after that was said.
type appStatus int

// Error implements error.
func (s appStatus) Error() string { return fmt.Sprintf("the app ended with status %d", int(s)) }

// statusOf ends a command as its app ended.
func statusOf(sh shell, e *child.EndedError) error {
	if e.Status() != 0 {
		complain(sh, e)
	}
	return appStatus(e.Status())
}

// endedEarly is why an app could not be started: a command ends as its app ended.
func endedEarly(sh shell, err error) error {
	if ended := new(child.EndedError); errors.As(err, &ended) {
		return statusOf(sh, ended)
	}
	return err
}

// stop ends the app and the proxy. Without an app there is nothing to do.
func (r *runningApp) stop() {
	if r != nil {
		r.Stop()
		r.proxy.Close()
	}
}

// ended is closed when the app ended by itself, which no app never does.
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
