package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/loadreport"
	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A loadRun is one run of load.
type loadRun struct {
	load     load.Load
	payloads payloads
	endpoint webhooktest.Endpoint
	secrets  secrets
	headers  []string
	mix      string
	rate     string
	maxRate  float64
	chaos    string
	retries  string
	speed    float64
	state    stateSource
	failOn   string
	reports  []string
	sent     string
	verify   bool
	remote   bool
	insecure bool
	format   format

	conditions []load.Condition
	changed    func(flag string) bool
	given      func(flag string) bool // on the command line, not in a file
}

// defaultMaxRate is the highest rate that needs no --max-rate, in events a second.
const defaultMaxRate = 1000

func newLoad(sh shell) *cobra.Command {
	var l loadRun
	cmd := &cobra.Command{
		Use:   "load TYPE|FLOW …",
		Short: "Send thousands of events, and find those that were lost or counted twice",
		Long: `Send many unique, freshly signed events to a handler, at a rate or as fast as it
answers, and report rates and latencies. Show it what the handler stores (--state-url,
--state-cmd, --state-postgres, --state-sqlite) for a verdict on effects: how many events
were lost or doubled, how many forgeries had an effect, and which.

With --rate, events arrive on schedule no matter what the handler does, and latency
includes the time an event waited for a free connection. docs/load.md explains the
report, the verdict, and how to judge several machines together.

Exit status: 0 if all is well, 1 if events were lost, doubled or refused, a forgery was
accepted, or a condition of --fail-on does not hold, 2 for a usage error, or if a state
is given and nothing could be judged.`,
		Example: `  fakestripe load payment_intent.succeeded --to 4242/webhook --rate 200/s --duration 30s
  fakestripe load payment_intent.succeeded --to 4242/webhook --count 10000 --concurrency 64 --state-url 4242/ledger
  fakestripe load --mix charge.succeeded=8,charge.refunded=2 --to 4242/webhook --rate 50/s..500/s --duration 1m --chaos duplicate=0.05 --forge 0.01
  fakestripe load --verify sent-*.json --state-url 4242/ledger`,
		ValidArgsFunction: completeLoads,
		RunE: func(cmd *cobra.Command, args []string) error {
			if l.verify {
				return l.runVerify(cmd.Context(), sh, args)
			}
			return l.run(cmd.Context(), sh, args)
		},
	}
	l.flags(cmd)
	return cmd
}

// completeLoads completes the names of flows and types.
func completeLoads(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return slices.Concat(fixtures.Flows(), fixtures.Types(fixtures.DefaultVersion), fixtures.ThinTypes()), cobra.ShellCompDirectiveNoFileComp
}

// flags adds all flags: for the load, the verdict and the report.
func (l *loadRun) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	l.loadFlags(cmd)
	l.secrets.flag(cmd)
	flags.StringVar(&l.state.url, "state-url", "", "`url` that returns what the handler stored, as JSON")
	flags.StringVar(&l.state.command, "state-cmd", "", "`command` that prints what the handler stored, as JSON")
	l.state.database.flags(flags)
	flags.DurationVar(&l.load.Wait, "wait", load.DefaultWait, "time to wait for missing effects while none appears")
	flags.StringVar(&l.load.RunID, "run-id", "", "make ids from this `text`; repeated ids look like duplicates to a handler (default random)")
	flags.IntVar(&l.load.Instance, "instance", 0, "`number` of this instance, if several share a --run-id")
	flags.StringVar(&l.sent, "sent", "", "write a record of what was sent to this `file`, for --verify")
	flags.BoolVar(&l.verify, "verify", false, "judge the effects of several instances together, by their --sent files")
	flags.StringVar(&l.failOn, "fail-on", "", "`conditions` that must hold: p99<500ms,errors<0.1%,rate>190,lost<1")
	flags.BoolVar(&l.load.KeepGoing, "keep-going", false, "go on when the first events are all refused, with 4xx or for a known reason (default: stop, and say why)")
	flags.BoolVar(&l.insecure, "skip-verify", false, "accept any TLS certificate")
	flags.BoolVar(&l.remote, "allow-remote", false, "allow a host outside this machine and private networks")
	flags.StringArrayVar(&l.reports, "report", nil, "write a report, `format=file`: html (with plots), junit, markdown or json (repeatable)")
	l.format.flag(cmd, "text or json: the report as one line of JSON")
}

// loadFlags adds the flags for the events, their rate and their delivery.
func (l *loadRun) loadFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	l.changed = flags.Changed
	l.given = func(name string) bool {
		return flags.Changed(name) && flags.Lookup(name).Annotations[fromConfig] == nil
	}
	flags.StringVar(&l.endpoint.URL, "to", "", "the handler's `url`; 4242/webhook is short for http://localhost:4242/webhook")
	flags.StringVar(&l.mix, "mix", "", "send `types` and flows by weight: charge.succeeded=8,charge.refunded=2")
	flags.StringVar(&l.rate, "rate", "", "send at this `rate`, 200/s or 6000/m, or a ramp, 50/s..500/s (default: as fast as responses arrive)")
	flags.Float64Var(&l.maxRate, "max-rate", defaultMaxRate, "allow a --rate of up to this `number` of events a second")
	flags.DurationVar(&l.load.Duration, "duration", 0, "how long to send (default 10s with --rate)")
	flags.IntVar(&l.load.Count, "count", 0, "send `n` events (default 1000 without --rate and --duration)")
	flags.IntVar(&l.load.Concurrency, "concurrency", 0, fmt.Sprintf("make up to `n` deliveries at a time (default %d, with --rate %d)", load.DefaultConcurrency, load.DefaultConnections))
	flags.Float64Var(&l.load.Forge, "forge", 0, "make forgeries at this `rate`: 0.01")
	flags.StringVar(&l.chaos, "chaos", "", "duplicate, reorder, delay or drop deliveries at these `rates`: duplicate=0.1,reorder=0.2,delay=0.1,drop=0.05; retry: retry quickly")
	flags.StringVar(&l.retries, "retry-schedule", "none", "retry refused events on this `schedule`: quick, sandbox, stripe (15 times in three days, as in live mode), none, or waits such as 1s,10s,5m")
	flags.Float64Var(&l.speed, "clock-speed", 1, "run the time between attempts this many `times` as fast")
	apiVersionFlag(flags, &l.payloads.source.APIVersion, fixtures.DefaultVersion, "API `version` of the events")
	flags.StringVar(&l.payloads.source.Account, "account", "", "connected `account` that the events come from, acct_…")
	flags.BoolVar(&l.payloads.source.Livemode, "livemode", false, "send live-mode events")
	flags.StringArrayVar(&l.payloads.set, "set", nil, "change a field: `path=value`, or type:path=value; {n} in a value is the event's number, {order}, {pi} and others are its ids (repeatable)")
	flags.StringArrayVar(&l.payloads.remove, "remove", nil, "remove a field: `path`, or type:path (repeatable)")
	flags.BoolVar(&l.payloads.add, "add", false, "let --set create paths that the event does not have")
	l.payloads.shapes.flag(flags, "make the events of a type in another shape: `type=name` (repeatable; see list --variants)")
	l.payloads.changed = flags.Changed
	flags.Uint64Var(&l.load.Seed, "seed", 0, "seed the choices of --chaos and --forge with this `number` (default: by the run)")
	flags.StringArrayVar(&l.headers, "header", nil, "add a `header`, Name: value, or replace Stripe's (repeatable)")
	flags.DurationVar(&l.endpoint.Timeout, "timeout", webhooktest.DefaultTimeout, "time for the handler to answer")
}

func (l *loadRun) run(ctx context.Context, sh shell, names []string) error {
	if err := l.prepare(ctx, sh, names); err != nil {
		return err
	}
	defer l.endpoint.Close()
	p := newLoadProgress(sh)
	p.talk("run %s (--run-id repeats the ids)", l.load.RunID)
	p.talk("load %s", l.endpoint.Target())
	announce(sh, l.endpoint.Secrets)
	l.load.Progress = p.show
	if l.load.State != nil {
		p.talk("deliver single events first, to learn what each changes in the state")
	}
	found, err := l.load.Run(ctx)
	p.clear()
	if err != nil || found.NotAccepted > 0 {
		if hint := nobodyAt(ctx, l.endpoint.Target(), contained()); hint != "" {
			p.talk("%s", hint)
		}
	}
	if err != nil {
		return l.explain(ctx, err)
	}
	p.adviseOn(found.Refused)
	if l.load.State == nil {
		p.talk("the responses were counted, not the effects: to have those judged, show the state (%s)", flagsFor["state"])
	}
	held := found.Judge(l.conditions)
	return together(l.verdict(found, held), l.print(sh, found), l.write(ctx, found))
}

// explain says why the load could not run.
func (l *loadRun) explain(ctx context.Context, err error) error {
	incomparable := new(load.IncomparableError)
	switch refused := new(load.RefusedError); {
	case ctx.Err() != nil:
		return errors.New("interrupted before the load")
	case errors.As(err, &incomparable):
		return fmt.Errorf("%w: nothing could be judged. Show a state where each event leaves its id, or a value of its own, or moves a number by the same amount", err)
	case errors.Is(err, load.ErrNoEffect):
		return fmt.Errorf("%w: nothing could be judged. Does the state show the effect of %s? Is it slower than --wait %s? Does the handler need other events before, as an invoice needs its subscription? Then load a flow (fakestripe list --flows)", err, l.names(), l.load.Wait)
	case errors.As(err, &refused):
		return onRefusal(refused)
	}
	return explain(err)
}

// onRefusal says why a handler refused the first events, and what to do.
func onRefusal(refused *load.RefusedError) error {
	given, ok := adviceOn(refused.Response, nil)
	switch {
	case ok && given.cause != unsaidCause:
		return fmt.Errorf("%s with %d: %s", refused.Count(), refused.Response.StatusCode, given.text)
	case ok:
		return fmt.Errorf("%w: %s%s", refused, given.text, orGoOn(refused))
	}
	return fmt.Errorf("%w%s", refused, orGoOn(refused))
}

// orGoOn names the flag that loads a handler that refuses.
func orGoOn(refused *load.RefusedError) string {
	if refused.Refusals == 0 {
		return ""
	}
	return "; --keep-going sends the rest all the same"
}

// adviseOn says what the first refusal means.
func (p *loadProgress) adviseOn(r *webhooktest.Response) {
	if r == nil {
		return
	}
	what := "was refused"
	if crashed(r) {
		what = "failed"
	}
	if given, ok := adviceOn(r, nil); ok {
		p.talk("a genuine event %s: %s: %s", what, r, given.text)
	}
}

func (l *loadRun) names() string {
	var names string
	for i, share := range l.load.Mix {
		if i > 0 {
			names += ", "
		}
		names += share.Name
	}
	return names
}

// verdict returns errShort if the handler fell short.
func (l *loadRun) verdict(found *load.Report, held bool) error {
	v := found.Verdict
	switch {
	case !held, v != nil && v.Inconclusive == "" && !v.Sound(),
		l.conditions == nil && (found.NotAccepted > 0 || found.AcceptedForgeries > 0), found.Interrupted:
		return errShort
	case v != nil && v.Inconclusive != "":
		return errors.New("the effects could not be judged: " + v.Inconclusive)
	}
	return nil
}

func (l *loadRun) print(sh shell, found *load.Report) error {
	if l.format.json() {
		return loadreport.JSON(sh.out, found)
	}
	return loadreport.Text(sh.out, found)
}

// write writes the reports, and the record of what was sent.
func (l *loadRun) write(ctx context.Context, found *load.Report) error {
	if ctx.Err() != nil {
		var cancel func()
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastReports)
		defer cancel()
	}
	written := report.WriteAll(ctx, l.reports, loadreport.Writer(found))
	if l.sent == "" {
		return written
	}
	return together(written, writeSent(l.sent, found.Sent()))
}

// runVerify judges what others sent.
func (l *loadRun) runVerify(ctx context.Context, sh shell, files []string) error {
	if err := l.checkVerify(); err != nil {
		return err
	}
	sent, err := readSent(files)
	if err != nil {
		return err
	}
	state, err := l.state.whole(sh.getenv)
	if err == nil && state == nil {
		err = errors.New("--verify: show what the handler stored: --state-url, --state-cmd, --state-postgres or --state-sqlite")
	}
	if err != nil {
		return err
	}
	p := newLoadProgress(sh)
	v, err := load.Verify(ctx, sent, state, l.load.Wait, p.show)
	p.clear()
	if err != nil {
		return err
	}
	if l.format.json() {
		err = loadreport.VerdictJSON(sh.out, v)
	} else {
		err = loadreport.Verdict(sh.out, v)
	}
	return together(l.verdict(&load.Report{Verdict: v}, true), err)
}

// prepare makes the load from the flags.
func (l *loadRun) prepare(ctx context.Context, sh shell, names []string) (err error) {
	if l.endpoint.URL == "" {
		return errors.New("load what? give --to URL, such as --to localhost:4242/webhook")
	}
	if err := report.Ready(l.reports); err != nil {
		return err
	}
	if err := sentReady(l.sent); err != nil {
		return err
	}
	if !l.remote {
		l.endpoint.Dial = dialLocal
	}
	if l.insecure {
		l.endpoint.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	if l.endpoint.Secrets, err = l.secrets.get(sh); err != nil {
		return err
	}
	if err := l.prepareLoad(names); err != nil {
		return err
	}
	if l.load.Wait <= 0 {
		return notPositive("--wait", l.load.Wait, "10s")
	}
	if l.load.State, err = l.state.whole(sh.getenv); err != nil {
		return err
	}
	if l.load.RunID == "" {
		l.load.RunID = load.NewRunID()
	}
	return l.checkLocal(ctx)
}

// prepareLoad makes the load from the flags, without a secret.
func (l *loadRun) prepareLoad(names []string) (err error) {
	if l.endpoint.Header, err = parseHeaders(l.headers); err != nil {
		return err
	}
	for _, prepare := range []func() error{l.checkFlags, l.prepareFaults, func() error { return l.prepareMix(names) }} {
		if err := prepare(); err != nil {
			return err
		}
	}
	l.load.Endpoint, l.load.Source = &l.endpoint, &l.payloads.source
	return nil
}

// checkLocal refuses a target outside this machine and private networks.
func (l *loadRun) checkLocal(ctx context.Context) error {
	if err := l.endpoint.Validate(); err != nil || l.remote {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	local, err := l.endpoint.Local(ctx)
	switch {
	case err != nil:
		return err
	case !local:
		return errRemote
	}
	return nil
}

const lookupTimeout = 5 * time.Second

var errRemote = errors.New("the handler is outside this machine and private networks: give --allow-remote if it is yours")

// dialLocal connects to addresses on this machine and private networks: a name may resolve
// differently than when it was checked.
func dialLocal(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if a := to.Addr().Unmap(); !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !a.IsUnspecified() {
			return errRemote
		}
		return nil
	}}
	return dialer.DialContext(ctx, network, address)
}
