package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// listener is one run of listen.
type listener struct {
	hub        listen.Hub
	api        stripeapi.Server
	signing    signing
	access     apiAccess
	format     format
	ready      readyFile
	address    string
	forward    []string
	connect    []string
	events     []string
	headers    []string
	connected  []string // headers for the endpoints of connected accounts
	version    string
	retries    string
	chaos      string
	failAPI    []string
	slowAPI    []string
	journal    string
	inspect    string
	exitAfter  int64
	exec       execution
	completing completing

	skipVerify, latest, printJSON, printSecret, allowRemote bool

	changed func(flag string) bool
}

func newListen(sh shell) *cobra.Command {
	var l listener
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Run a local Stripe: deliver events with retries, answer API calls, inspect both",
		Long: `Deliver signed events from fakestripe trigger and send in another terminal to your
handler, and retry refused ones. The same address is the API base for any Stripe SDK,
with the objects of the events, and the inspector, a web page that shows and replays
deliveries.

Sign with --secret, --secret-file, $STRIPE_WEBHOOK_SECRET, or else a new secret, which
is printed.

Interrupt it (Ctrl-C) to finish deliveries in progress and print a summary.

Exit status: 0 if everything was delivered, 1 if a delivery was given up or is still
waiting, 2 for a usage error. Mutated deliveries and those dropped by --chaos do not
count.`,
		Example: `  fakestripe listen --forward-to localhost:4242/webhook
  fakestripe listen -f 4242/webhook -e payment_intent.succeeded,charge.refunded --secret-file .whsec
  fakestripe listen -f 4242/webhook --journal events.jsonl --retry-schedule stripe --clock-speed 1000
  fakestripe listen -f 4242/webhook --chaos duplicate=0.1,reorder=0.2 --seed 7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context(), sh) },
	}
	l.flags(cmd)
	return cmd
}

// flags adds the flags, with the Stripe CLI's names for common ones.
func (l *listener) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&l.forward, "forward-to", "f", nil, "deliver to this `url`; 4242/webhook is short for http://localhost:4242/webhook (repeatable)")
	flags.StringArrayVarP(&l.connect, "forward-connect-to", "c", nil, "deliver the events of connected accounts to this `url` (repeatable; default: to --forward-to)")
	flags.StringSliceVarP(&l.events, "events", "e", []string{"*"}, "deliver only these comma-separated `types`")
	flags.StringArrayVarP(&l.headers, "headers", "H", nil, "add comma-separated `headers`, Name: value; Host too (repeatable)")
	flags.StringArrayVar(&l.connected, "connect-headers", nil, "`headers` for --forward-connect-to (default: those of --headers)")
	flags.BoolVar(&l.skipVerify, "skip-verify", false, "accept any TLS certificate")
	flags.BoolVarP(&l.latest, "latest", "l", false, "use the newest API version of the fixtures")
	apiVersionFlag(flags, &l.version, "", "use this API `version` instead of that of the triggered event")
	flags.StringVar(&l.address, "listen", listen.DefaultAddress, "listen on this `address` for API calls, the inspector, trigger and send; port 0: any free port")
	l.access.flags(cmd)
	flags.BoolVar(&l.allowRemote, "allow-remote", false, "let API clients register endpoints outside this machine and private networks")
	flags.StringVar(&l.signing.secret, "secret", "", "sign with this `secret` (default $"+secretVariable+", else a new one, which is printed)")
	flags.StringVar(&l.signing.file, "secret-file", "", "sign with the secret in this `file`, created if missing")
	flags.BoolVar(&l.printSecret, "print-secret", false, "print the signing secret, the running listen's if there is one at the address, and exit")
	l.format.flag(cmd, "text or json: one JSON object per line (ready, event, attempt, summary)")
	flags.BoolVarP(&l.printJSON, "print-json", "j", false, "short for --format json")
	flags.StringVar(&l.ready.name, "ready-file", "", "write the address to this `file` when ready, remove it on exit")
	flags.DurationVar(&l.hub.Timeout, "timeout", webhooktest.DefaultTimeout, "time for a handler to answer")
	flags.IntVar(&l.hub.Concurrency, "concurrency", listen.DefaultConcurrency, "make up to `n` deliveries to an endpoint at a time")
	flags.IntVar(&l.hub.Queue, "queue", listen.DefaultQueue, "refuse events while `n` deliveries are unfinished")
	flags.StringVar(&l.retries, "retry-schedule", "quick", "retry on this `schedule`: quick (1s,2s,5s), sandbox (3 times within hours), stripe (15 times in three days, as in live mode), none, or waits such as 1s,10s,5m")
	flags.Float64Var(&l.hub.Speed, "clock-speed", 1, "run the time between attempts this many `times` as fast")
	flags.StringVar(&l.chaos, "chaos", "", "duplicate, reorder, delay or drop deliveries at these `rates`: duplicate=0.1,reorder=0.2,delay=0.1,drop=0.05")
	flags.Uint64Var(&l.hub.Chaos.Seed, "seed", 0, "seed the choices of --chaos and --fail-api with this `number` (default random)")
	flags.StringVar(&l.journal, "journal", "", "keep every event and attempt in this `file`, and resume from it")
	flags.StringArrayVar(&l.failAPI, "fail-api", nil, "fail API calls: a `rate` (0.1), a path (/v1/refunds), rate@path, each with =STATUS, or =none for no response (repeatable)")
	flags.StringArrayVar(&l.slowAPI, "slow-api", nil, "delay API calls: a `duration` (2s), or duration@path (repeatable)")
	flags.StringVar(&l.inspect, "inspect", "on", "serve the inspector: `on` or off")
	flags.Int64Var(&l.exitAfter, "exit-after", 0, "exit after `n` finished deliveries, for scripts")
	l.exec.flags(flags, "--forward-to")
	l.completing.flags(flags)
	l.changed = flags.Changed
}

func (l *listener) run(ctx context.Context, sh shell) error {
	if err := l.check(); err != nil {
		return err
	}
	secret, err := l.signing.get(l.changed, sh.getenv)
	if err != nil {
		return err
	}
	l.signing.used = secret
	doubtSecrets(sh, []string{secret})
	if l.printSecret {
		return l.tellSecret(ctx, sh, secret)
	}
	endpoints, err := l.endpoints(secret)
	if err != nil {
		return err
	}
	if err := l.ready.clear(); err != nil {
		return err
	}
	defer boundMemory(sh.getenv)()
	return l.serve(ctx, sh, secret, endpoints)
}

// serve delivers, and answers API calls, until the end of the context, of the app, or of
// the deliveries in --exit-after.
func (l *listener) serve(ctx context.Context, sh shell, secret string, endpoints []listen.Endpoint) error {
	server, err := l.open()
	if err != nil {
		return err
	}
	defer server.close()
	p := l.printer(sh)
	ended := l.watch(p)
	if err := l.start(p, server, endpoints); err != nil {
		return err
	}
	defer l.ready.remove()
	served := server.serve()
	app, err := l.startApp(ctx, sh, secret)
	if err != nil {
		return err
	}
	defer app.stop()
	if err := l.announce(p, server, secret); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-ended:
	case <-app.ended():
	case <-l.hub.Failed():
	case err = <-served:
	}
	ending := l.end(p)
	switch {
	case err != nil:
		return err
	case app.hasEnded():
		return statusOf(sh, app.Failure())
	}
	return ending
}

func (l *listener) printer(sh shell) *listenPrinter {
	p := newListenPrinter(sh, l.format)
	p.several = func() bool { return len(l.hub.Endpoints()) > 1 }
	l.completing.auto.Failed = func(err error) { p.talk("auto-complete: %v", err) }
	return p
}

// watch prints what the hub does. It closes the channel after the number of deliveries in
// --exit-after.
func (l *listener) watch(p *listenPrinter) (ended <-chan struct{}) {
	enough := make(chan struct{})
	var finished atomic.Int64
	l.hub.Accepted = p.accepted
	l.hub.Report = func(d listen.Delivery) {
		p.changed(d)
		if d.Finished() && finished.Add(1) == l.exitAfter {
			close(enough)
		}
	}
	return enough
}

// start restores the journal and adds the endpoints.
func (l *listener) start(p *listenPrinter, server *listenServer, endpoints []listen.Endpoint) error {
	l.connectAPI(server)
	l.completes(server)
	if l.journal != "" {
		l.hub.Loading = (&loading{name: l.journal, talk: p.talk, now: time.Now}).told
		restored, err := l.hub.OpenJournal(l.journal)
		if err != nil {
			return err
		}
		p.restored(l.journal, restored)
		if restored.Waiting > 0 && l.signing.from == secretFresh {
			p.talk("further deliveries are signed with the new secret: --secret-file keeps one")
		}
	}
	for i, e := range endpoints {
		added, err := l.hub.AddEndpoint(e)
		if err != nil {
			return err
		}
		if len(l.hub.Endpoints()) == i {
			return fmt.Errorf("url %s is given twice", added.URL)
		}
		l.api.AddEndpoint(stripeapi.Endpoint{
			ID: added.ID, URL: added.URL, EnabledEvents: added.Events, APIVersion: added.APIVersion, Connect: added.Connect, Secret: added.Secret,
		})
	}
	if orphans := l.hub.Waits(); len(orphans) > 0 {
		p.talk("journal: %s for an endpoint that is gone, such as %s", counted(len(orphans), "delivery waits", "deliveries wait"), orphans[0].URL)
	}
	return nil
}

// inFlight limits the wait for attempts in progress at the end of listen.
const inFlight = 10 * time.Second

// end finishes work in progress and prints the summary.
func (l *listener) end(p *listenPrinter) error {
	l.completing.auto.Close()
	if n := l.hub.InFlight(); n > 0 && l.hub.Err() == nil {
		p.talk("waiting for %s under way, %s at the most (^C again ends at once)", deliveries(n), inFlight)
	}
	ctx, cancel := context.WithTimeout(context.Background(), inFlight)
	defer cancel()
	summary := l.hub.Shutdown(ctx)
	p.close()
	p.ending(summary)
	switch {
	case l.hub.Err() != nil:
		return l.hub.Err()
	case p.err != nil:
		return p.err
	case len(summary.Undelivered) > 0:
		return errShort
	}
	return nil
}

// startApp starts the app of --exec, if there is one. Its calls are answered by the API
// that the listener serves.
func (l *listener) startApp(ctx context.Context, sh shell, secret string) (*runningApp, error) {
	if !l.exec.wanted() {
		return nil, nil
	}
	stripe := localStripe{api: &l.api, secret: secret, key: l.access.key, secretGiven: l.signing.from == secretGiven}
	if len(l.forward) > 0 {
		stripe.to = l.forward[0]
	}
	app, err := l.exec.start(ctx, sh, stripe)
	return app, endedEarly(sh, err)
}
