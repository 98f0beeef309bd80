package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

func newRoot(sh shell) *cobra.Command {
	var showVersion bool
	root := &cobra.Command{
		Use:   "fakestripe",
		Short: "Test Stripe webhook handlers in any language, offline",
		Long: `fakestripe tests Stripe webhook handlers: it makes, signs and delivers the events that
Stripe would send, well or badly. No account, network or tunnel needed.

  fakestripe demo
  fakestripe send payment_intent.succeeded --to localhost:4242/webhook`,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		Args:                       knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if showVersion {
				return printVersion(sh)
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		// What Go's parsers put before what is wrong is of no use to a user.
		said := regexp.MustCompile(`(strconv\.Parse\w+: parsing "[^"]*"|time): `).ReplaceAllString(err.Error(), "")
		return fmt.Errorf("%s (see %s --help)", said, cmd.CommandPath())
	})
	root.SetIn(sh.in)
	root.SetOut(sh.out)
	root.SetErr(sh.err)
	// Cobra's own --version is a template, which would link text/template: 1 MB.
	root.Flags().BoolVar(&showVersion, "version", false, "print the version")
	root.AddCommand(newSend(sh), newTrigger(sh), newListen(sh), newCheck(sh), newRun(sh), newInit(sh), newExplain(sh), newVerify(sh),
		newRecord(sh), newImport(sh), newRender(sh), newList(sh), newSign(sh), newDemo(sh), newVersion(sh))
	return root
}

// knownCommand refuses what is left over when no subcommand has the name.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see fakestripe --help"
	if similar := root.SuggestionsFor(args[0]); len(similar) > 0 {
		hint = "did you mean " + strings.Join(similar, " or ") + "?"
	}
	return fmt.Errorf("unknown command %q (%s)", args[0], hint)
}
