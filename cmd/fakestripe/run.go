package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// running is one run: a check with the user's own cases.
type running struct {
	checking
	watching bool
}

func newRun(sh shell) *cobra.Command {
	var r running
	cmd := &cobra.Command{
		Use:   "run DIR [CASE|GROUP …]",
		Short: "Run a folder of your own cases",
		Long: `Run the cases in a folder against a handler, as check runs the contract: each .json
file with steps is a case, its path without .json is its id. The format is that of
the contract, plus payloads from files, headers and bodies of responses, variables and
golden files of the state (fixtures/README.md). fakestripe init writes a first suite,
record and import turn real events into cases.

Exit status: 0 if nothing failed, 1 if a case failed or was tried but could not be
judged, 2 for a usage error, if nothing could be judged, or if --max-time left cases
out (unless --partial).`,
		Example: `  fakestripe run testdata/webhooks --to localhost:4242/webhook
  fakestripe run testdata/webhooks --to 4242/webhook --state-url localhost:4242/ledger --update
  fakestripe run testdata/webhooks --to 4242/webhook --watch`,
		Args: someFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.suite.Dir, r.suite.Only = args[0], args[1:]
			r.command, r.again = "run "+folder(args[0]), again(cmd)
			if r.watching {
				return r.repeat(cmd.Context(), sh)
			}
			return r.run(cmd.Context(), sh)
		},
	}
	r.flags(cmd)
	cmd.Flags().BoolVar(&r.suite.Update, "update", false, "write the golden files of the cases")
	cmd.Flags().BoolVar(&r.watching, "watch", false, "rerun when a file in the folder changes or the handler restarts, until interrupted")
	return cmd
}

func someFolder(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("run what? give the folder of the cases (see %s --help)", cmd.CommandPath())
	}
	return nil
}

// repeat reruns the cases after every change, until interrupted. Its result is that of
// the last run.
func (r *running) repeat(ctx context.Context, sh shell) error {
	switch {
	case r.list:
		return errors.New("--watch and --list: give one")
	case r.api != "":
		return errors.New("--watch and --api: give one")
	}
	silent := sh // each run repeats it
	silent.err = io.Discard
	if err := r.prepare(ctx, silent); err != nil {
		return err
	}
	w := watcher{dir: r.suite.Dir, url: r.subject.URL}
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	why := ""
	for {
		w.look(ctx)
		if why != "" {
			fmt.Fprintf(sh.err, "\nfakestripe: ---- again: %s ----\n", why)
		}
		again := *r // a run changes its own
		err := again.run(ctx, sh)
		if ctx.Err() != nil {
			return err
		}
		if err != nil && !errors.Is(err, errShort) {
			complain(sh, err) // a file may be in the middle of being written
			err = errUnjudged
		}
		fmt.Fprintf(sh.err, "fakestripe: watching %s; press Ctrl-C to stop\n", r.suite.Dir)
		if why = w.wait(ctx, ticker.C); why == "" {
			return err
		}
	}
}

// errUnjudged ends a watch whose last run could judge nothing, after printing why.
var errUnjudged = errors.New("the last run judged nothing")
