package main

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/suggest"
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

		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if showVersion {
				return printVersion(sh)
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(flagError)
	root.SetIn(sh.in)
	root.SetOut(sh.out)
	root.SetErr(sh.err)
	// Cobra's own --version is a template, which would link text/template: 1 MB.
	root.Flags().BoolVar(&showVersion, "version", false, "print the version")
	root.AddCommand(newSend(sh), newTrigger(sh), configured(sh, newListen(sh)), newExec(sh), configured(sh, newCheck(sh)), configured(sh, newRun(sh)), configured(sh, newLoad(sh)), newK6(sh), newInit(sh), newExplain(sh), newVerify(sh),
		newRecord(sh), newImport(sh), newRender(sh), newList(sh), newSign(sh), newDemo(sh), newVersion(sh))
	return root
}

// knownCommand rejects the arguments of an unknown subcommand.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, command := range root.Commands() {
		if command.IsAvailableCommand() {
			names = append(names, command.Name())
		}
	}
	return fmt.Errorf("unknown command %q%s (see fakestripe --help)", args[0], suggest.DidYouMean(args[0], names))
}

// flagError rewords an error about flags.
func flagError(cmd *cobra.Command, err error) error {
	// Drop what Go's parsers put before the cause.
	said := regexp.MustCompile(`(strconv\.Parse\w+: parsing "[^"]*"|time): `).ReplaceAllString(err.Error(), "")
	if unknown := new(pflag.NotExistError); errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		said = unknownFlag(cmd, "--"+unknown.GetSpecifiedName())
	}
	return fmt.Errorf("%s (see %s --help)", said, cmd.CommandPath())
}

func unknownFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			names = append(names, "--"+flag.Name)
		}
	})
	return "unknown flag " + name + suggest.DidYouMean(name, names)
}
