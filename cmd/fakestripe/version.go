package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
)

func newVersion(sh shell) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of fakestripe and of the Stripe API of its events",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return printVersion(sh) },
	}
}

func printVersion(sh shell) error {
	_, err := fmt.Fprintln(sh.out, version())
	return err
}

// version returns the binary's module version.
func version() string {
	built := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		built = info.Main.Version
	}
	return fmt.Sprintf("fakestripe %s, Stripe API %s", built, fixtures.DefaultVersion)
}
