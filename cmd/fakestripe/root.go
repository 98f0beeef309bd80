package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// errShort ends a command whose handler fell short, after that was printed.
var errShort = errors.New("the handler fell short")

func newRoot(sh shell) *cobra.Command {
	var showVersion bool
	root := &cobra.Command{
		Use:   "fakestripe",
		Short: "Send correctly signed Stripe webhooks to any handler, offline",
		Long: `fakestripe makes the deliveries that Stripe would make, well or badly, and sends
them to any handler: no account, no network, no tunnel.

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

// somePayload and onePayload say what is missing in the command's own words.
func somePayload(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s what? (see %s --help)", cmd.Use, cmd.CommandPath())
	}
	return nil
}

func onePayload(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%s: want one, got %d (see %s --help)", cmd.Use, len(args), cmd.CommandPath())
	}
	return somePayload(cmd, args)
}

// exitCode prints the error of a command and returns what it exits with.
func exitCode(sh shell, err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errShort):
		return exitShort
	}
	complain(sh, err)
	return exitUsage
}

// complain says what is wrong: others may have had a word in it.
func complain(sh shell, err error) {
	fmt.Fprintf(sh.err, "fakestripe: %s\n", harmless(err.Error()))
}
