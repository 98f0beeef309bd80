package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// checking is one run of check.
type checking struct {
	subject      contract.Subject
	suite        contract.Suite
	secrets      secrets
	headers      []string
	bound        binding
	creating     creating
	shapes       variants
	watchesShape bool // the run finds out the shape that the handler acts on
	waivers      string
	api          string
	access       apiAccess
	exec         execution
	state        stateSource
	hooks        struct{ broken, heal, restart string }
	strict       bool
	partial      bool
	list         bool
	remote       bool
	output       checkOutput
	command      string // check, or run with its folder
	given        func(flag string) bool
	again        string // flags that repeat a case
	unseen       string // types that the handler may act on
	refused      string // the answer to the plain event, where a shape was assumed for it
}

func newCheck(sh shell) *cobra.Command {
	var c checking
	cmd := &cobra.Command{
		Use:   "check [CASE|GROUP …]",
		Short: "Run the webhook contract against a handler",
		Long: `Run the contract against a handler: documented requirements and known bugs, each a
case with an id such as signature/unsigned. Show it what the handler stores
(--state-postgres, --state-sqlite, --state-url, --state-cmd) to judge effects too: a
duplicate must count once, and nothing may be lost or overwritten.

Without --handles, --api-version or --secret, it detects what it can (the secret from
$STRIPE_WEBHOOK_SECRET or .env, the version and the types from the handler's responses,
calls and state), and says what it assumed.

Exit status: 0 if nothing failed, 1 if a case did, 2 for a usage error, if nothing could
be judged, if the given state never changes and --handles is missing, or if --max-time
left cases out (unless --partial).`,
		Example: `  fakestripe check --to 4242/webhook
  fakestripe check --to 4242/webhook --handles payment_intent.succeeded,charge.dispute.created --state-url localhost:4242/ledger
  fakestripe check signature idempotency/redelivered --to 4242/webhook --report junit=contract.xml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c.suite.Only = args
			c.command, c.again = "check", again(cmd)
			return c.run(cmd.Context(), sh)
		},
	}
	c.flags(cmd)
	return cmd
}

func (c *checking) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	c.given = flags.Changed
	flags.StringVar(&c.subject.URL, "to", "", "the handler's `url`; 4242/webhook is short for http://localhost:4242/webhook")
	c.secrets.flag(cmd)
	flags.StringSliceVar(&c.subject.Handles, "handles", nil, "comma-separated event `types` that the handler acts on")
	c.state.flags(flags)
	flags.DurationVar(&c.subject.Settle, "settle", 0, "time for which the state must be unchanged before it counts (default: measured)")
	c.bound.flags(flags)
	c.creating.flags(flags)
	c.shapes.flag(flags, "make all events of a type in another shape: `type=name`, such as checkout.session.completed=subscription; the type counts as handled (repeatable; see list --variants)")
	apiVersionFlag(flags, &c.subject.APIVersion, fixtures.DefaultVersion, "API `version` of the events")
	flags.BoolVar(&c.subject.Livemode, "livemode", false, "send live-mode events")
	flags.BoolVar(&c.subject.Mode, "mode", false, "events of the other mode must have no effect")
	flags.StringVar(&c.subject.Account, "account", "", "connected `account` that the events come from, acct_…, which the app knows")
	flags.BoolVar(&c.subject.Connect, "connect", false, "the handler serves connected accounts")
	flags.StringVar(&c.api, "api", "", "serve the Stripe API for the handler at this `address` (--api alone: "+listen.DefaultAddress+"); what the handler writes there counts as state")
	flags.Lookup("api").NoOptDefVal = listen.DefaultAddress
	c.access.flags(cmd)
	c.exec.flags(flags, "--to")
	flags.BoolVar(&c.subject.Thin, "thin", false, "the endpoint takes thin events")
	flags.BoolVar(&c.subject.OncePerObject, "once-per-object", false, "the handler allows one effect per object")
	flags.StringVar(&c.hooks.broken, "break-cmd", "", "`command` that breaks a dependency of the handler")
	flags.StringVar(&c.hooks.heal, "heal-cmd", "", "`command` that repairs the dependency")
	flags.StringVar(&c.hooks.restart, "restart-cmd", "", "`command` that restarts the handler")
	flags.StringArrayVar(&c.headers, "header", nil, "add a `header`, Name: value, or replace Stripe's (repeatable)")
	flags.DurationVar(&c.subject.Timeout, "timeout", webhooktest.DefaultTimeout, "time for the handler to answer")
	flags.StringSliceVar(&c.suite.Skip, "skip", nil, "skip these `cases` or groups")
	flags.StringVar(&c.waivers, "waivers", "", "`file` of accepted failures, each with a reason and an expiry date")
	flags.StringVar(&c.suite.Shard, "shard", "", "run only this `part` of the cases: 2/5 is the second of five, the same on every machine")
	flags.StringVar(&c.suite.Level, "level", "", "run only cases of this `level`: must, should or info")
	flags.DurationVar(&c.suite.MaxTime, "max-time", contract.DefaultMaxTime, "start no more cases after this long")
	flags.BoolVar(&c.partial, "partial", false, "pass even if --max-time left cases out")
	flags.BoolVar(&c.strict, "strict", false, "fail on warnings too")
	flags.BoolVar(&c.list, "list", false, "list the cases without running them")
	flags.Uint64Var(&c.suite.Seed, "seed", 0, "make choices, and ids together with --run-id, from this `number` (default random)")
	flags.StringVar(&c.suite.RunID, "run-id", "", "make ids from this `text` too; repeated ids look like duplicates to a handler (default random)")
	flags.BoolVar(&c.remote, "allow-remote", false, "allow a host outside this machine and private networks")
	flags.StringArrayVar(&c.output.reports, "report", nil, "write a report, `format=file`: junit, html, markdown or json; or github, which annotates a workflow run (repeatable)")
	flags.BoolVar(&c.output.skipped, "skipped", false, "name every skipped case and what it needs")
	c.output.format.flag(cmd, "text or json: the report as one line of JSON")
}

func (c *checking) run(ctx context.Context, sh shell) error {
	if c.list {
		return c.listCases(sh)
	}
	if err := c.output.ready(); err != nil {
		return err
	}
	if err := c.prepare(ctx, sh); err != nil {
		return err
	}
	c.suite.RunID = cmp.Or(c.suite.RunID, rand.Text())
	stop, err := c.serveAPI(sh)
	if err != nil {
		return err
	}
	defer stop()
	app, err := c.startApp(ctx, sh)
	if err != nil {
		return err
	}
	defer app.stop()
	if err := c.findEndpoint(ctx, sh, app); err != nil {
		return err
	}
	if err := c.assume(ctx, sh); err != nil {
		return err
	}
	found, interrupted, err := c.judge(ctx, sh)
	if err != nil {
		return err
	}
	c.addNotes(ctx, found)
	nameReproduce(found, c.command, c.again)
	printed, verdict := c.output.print(sh, found), c.verdict(sh, found, interrupted)
	if !c.output.format.json() {
		c.sayMore(sh, found, c.again)
		sayUnreached(sh, found)
		sayUsed(sh, c.bound.objects)
	}
	return together(verdict, printed, c.output.write(ctx, sh, found, c.suite.Dir))
}

// judge runs the suite, again if the handler wants another API version or shape. The second
// error is for a suite that was interrupted before anything was judged.
func (c *checking) judge(ctx context.Context, sh shell) (found *contract.Report, interrupted, err error) {
	progress, err := c.watch(sh)
	if err != nil {
		return nil, nil, err
	}
	for range adoptions {
		progress.start()
		acts := ""
		found, acts, interrupted = c.runOnce(ctx, progress)
		progress.end()
		if c.suite.Dir != "" || !c.adopt(sh, found) && !c.adoptShape(sh, acts, plainIdle) {
			break
		}
	}
	if found == nil || interrupted != nil && ctx.Err() == nil && !found.Judged() {
		return nil, nil, interrupted
	}
	return found, interrupted, nil
}

// runOnce runs the suite until it turns out that the handler acts on another shape of its
// first type, if there was none given.
func (c *checking) runOnce(ctx context.Context, progress *checkProgress) (found *contract.Report, acts string, interrupted error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.suite.Progress = func(result contract.Result) {
		progress.add(result)
		if c.watchesShape && result.ID == caseOfEffect && result.WantedVariant != "" {
			acts = result.WantedVariant
			cancel()
		}
	}
	found, interrupted = contract.Check(ctx, c.suite)
	return found, acts, interrupted
}

// addNotes names flags in the report, and adds what the command knows of the run.
func (c *checking) addNotes(ctx context.Context, found *contract.Report) {
	found.Subject.State = c.state.at
	nameFlags(found)
	nameVariants(found)
	c.nameVersions(found)
	note := func(text string) {
		if text != "" {
			found.Notes = append(found.Notes, text)
		}
	}
	note(rarerRaces(found))
	note(c.unseen)
	note(c.refused)
	note(mayBeUsedUp(found, c.bound.objects))
	note(found.Unjudged())
	note(ownObjects(found))
	c.nameHost(ctx, found)
	note(mereLabel(c.bound.set, c.subject.APIVersion))
	note(c.state.lookups.note())
	if c.suite.Update {
		note(nothingWritten(&c.subject, found))
	}
}

// nameReproduce gives each result the command that repeats it: check or run, with flags
// and the seed of the run.
func nameReproduce(found *contract.Report, command, flags string) {
	if found.Seed != 0 && !strings.Contains(flags, " --seed ") {
		flags += fmt.Sprintf(" --seed %d", found.Seed)
	}
	for i := range found.Cases {
		found.Cases[i].Reproduce = "fakestripe " + repeating(command, found.Cases[i].ID, flags)
	}
}

// watch prints the plan, and returns what prints the current case.
func (c *checking) watch(sh shell) (*checkProgress, error) {
	cases, err := c.suite.Cases()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(sh.err, "fakestripe: %s\n", plural(len(cases), "case"))
	if label := mereLabel(c.bound.set, c.subject.APIVersion); label != "" {
		fmt.Fprintf(sh.err, "fakestripe: %s\n", label)
	}
	p := &checkProgress{out: sh.err, terminal: sh.terminal(sh.err), all: len(cases), most: cmp.Or(c.suite.MaxTime, contract.DefaultMaxTime)}
	c.suite.Begins = p.begin
	return p, nil
}

func (c *checking) listCases(sh shell) error {
	cases, err := c.suite.Cases()
	if err != nil {
		return err
	}
	if err := c.readWaivers(); err != nil {
		return err
	}
	for _, one := range cases {
		if _, err := fmt.Fprintf(sh.out, "%-40s %-6s %s%s\n", one.ID, one.Level, one.Title, waived(c.subject.Waivers, one.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (c *checking) readWaivers() (err error) {
	if c.waivers != "" {
		c.subject.Waivers, err = c.suite.ReadWaivers(c.waivers)
	}
	return err
}

// waived returns the end of a case's waiver, or "".
func waived(waivers []contract.Waiver, id string) string {
	for _, w := range waivers {
		if w.Case == id {
			return " (waived until " + w.Expires + ": " + visible(w.Reason) + ")"
		}
	}
	return ""
}

// prepare makes a subject from the flags.
func (c *checking) prepare(ctx context.Context, sh shell) error {
	if c.subject.URL == "" && !c.finds() {
		verb, _, _ := strings.Cut(c.command, " ")
		return errors.New(verb + " what? give --to URL, such as --to localhost:4242/webhook")
	}
	keys, err := c.secrets.get(sh)
	if err != nil {
		return err
	}
	if !c.exec.wanted() { // otherwise, the app gets the secrets
		announce(sh, keys)
	}
	c.subject.Secret, c.subject.Secrets = keys[0], keys[1:]
	if c.subject.Header, err = parseHeaders(c.headers); err != nil {
		return err
	}
	if err := c.bound.bind(&c.subject); err != nil {
		return err
	}
	if c.api == "" && c.exec.wanted() { // the app calls it through the proxy, so any port works
		c.api = anyPort
	}
	if err := c.creating.bind(&c.subject, c.api); err != nil {
		return err
	}
	if c.suite.Dir == "" { // a user who sets a type's shape handles it
		c.subject.Handles = c.shapes.among(c.subject.Handles)
	}
	if err := c.shapes.check(c.subject.Handles...); err != nil {
		return err
	}
	c.subject.Variants = c.shapes.byType(c.subject.Handles)
	if err := c.state.bind(&c.subject, sh.getenv); err != nil {
		return err
	}
	if err := c.readWaivers(); err != nil {
		return err
	}
	if err := c.checkTypes(); err != nil {
		return err
	}
	if err := c.checkFlags(); err != nil {
		return err
	}
	c.subject.Break, c.subject.Heal, c.subject.Restart = hook(c.hooks.broken, hookTimeout), hook(c.hooks.heal, hookTimeout), hook(c.hooks.restart, hookTimeout)
	c.suite.New = func() contract.Subject { return c.subject }
	return c.checkLocal(ctx)
}

// checkTypes finds handled types without events or, if fixtures make all events, missing
// from the API version.
func (c *checking) checkTypes() error {
	for _, eventType := range c.subject.Handles {
		_, err := fixtures.DescribeEvent(eventType)
		if err == nil && c.suite.Dir == "" && !fixtures.IsThin(eventType) && !slices.Contains(fixtures.Types(c.subject.APIVersion), eventType) {
			err = fixtures.UnknownType(c.subject.APIVersion, eventType)
		}
		if err != nil {
			return fmt.Errorf("--handles: %w", err)
		}
	}
	return nil
}

func (c *checking) checkLocal(ctx context.Context) error {
	if c.subject.URL == "" {
		return nil // the app started here will own it
	}
	endpoint := webhooktest.Endpoint{URL: c.subject.URL, Header: c.subject.Header}
	if err := endpoint.Validate(); err != nil || c.remote {
		return err
	}
	if remote(ctx, &endpoint) {
		return errors.New("the handler is outside this machine and private networks: give --allow-remote if it is yours")
	}
	return nil
}
