package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/suggest"
)

// newRoot returns the command with all subcommands.
func newRoot(sh shell) *cobra.Command {
	root := bareRoot(sh)
	for _, sub := range subcommands() {
		root.AddCommand(sub.make(sh))
	}
	return root
}

// rootFor returns the command for a command line.
func rootFor(sh shell, args []string) *cobra.Command {
	return joined(rootOf(sh, args), args)
}

// rootOf returns the command with the subcommand that a command line begins with, or with
// all: defining the flags of the others takes longer than a short command takes to run.
func rootOf(sh shell, args []string) *cobra.Command {
	if len(args) == 0 {
		return newRoot(sh)
	}
	for _, sub := range subcommands() {
		if sub.name == args[0] {
			root := bareRoot(sh)
			root.CompletionOptions.DisableDefaultCmd = true // it is a sibling, too
			root.AddCommand(sub.make(sh))
			return root
		}
	}
	return newRoot(sh)
}

// A subcommand is a command's name and its constructor.
type subcommand struct {
	name string
	make func(shell) *cobra.Command
}

func subcommands() []subcommand {
	return []subcommand{
		{"send", targeted(newSend)}, {"trigger", targeted(newTrigger)}, {"listen", targeted(configured(newListen, newRoot))}, {"exec", newExec},
		{"check", targeted(configured(newCheck, newRoot))}, {"run", targeted(configured(newRun, newRoot))}, {"load", targeted(configured(newLoad, newRoot))}, {"k6", newK6},
		{"init", newInit}, {"explain", newExplain}, {"verify", newVerify}, {"record", targeted(newRecord)}, {"import", newImport},
		{"render", newRender}, {"list", newList}, {"sign", newSign}, {"demo", newDemo}, {"version", newVersion},
	}
}

// bareRoot returns the command without subcommands.
func bareRoot(sh shell) *cobra.Command {
	var showVersion bool
	root := &cobra.Command{
		Use:   "fakestripe",
		Short: "Test Stripe webhook handlers in any language, offline",
		Long: `fakestripe tests Stripe webhook handlers: it makes, signs and delivers the events that
Stripe would send, correctly or incorrectly. No account, network or tunnel needed.

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
	root.SetHelpFunc(helpJoined(root.HelpFunc()))
	root.SetIn(sh.in)
	root.SetOut(sh.out)
	root.SetErr(sh.err)
	// Cobra's own --version is a template, which would link text/template: 1 MB.
	root.Flags().BoolVar(&showVersion, "version", false, "print the version")
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
