package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func newExec(sh shell) *cobra.Command {
	var l listener
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARG …]",
		Short: "Run an unchanged app against a local Stripe",
		Long: `Run an unchanged app against a local Stripe: start fakestripe listen, and the app under
it. It answers the app's calls to api.stripe.com and other Stripe hosts on this machine,
with a certificate that only the app trusts and whose key is never written. Calls to
other hosts pass through, or are refused with --offline.

The app gets $STRIPE_SECRET_KEY, $STRIPE_API_KEY and $STRIPE_WEBHOOK_SECRET unless they
are set. Live keys are refused. Events reach it with --forward-to.

Works for Node, Python, Ruby, PHP, curl, and Go on Linux; see cmd/fakestripe/README.md.

Exit status: the app's if it exited by itself, 128 plus the signal's number if a signal
ended it; after Ctrl-C, the status of fakestripe listen.`,
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
			lines.out = sh.err // stdout belongs to the app
			if l.printJSON || l.format.json() {
				l.exec.stdout, lines.out = sh.err, sh.out
			}
			return l.run(cmd.Context(), lines)
		},
	}
	l.flags(cmd)
	_ = cmd.Flags().MarkHidden("exec")
	_ = cmd.Flags().MarkHidden("exec-output")
	cmd.Flags().SetInterspersed(false) // flags after the command belong to it
	return cmd
}
