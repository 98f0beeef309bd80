package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// somePayload and onePayload name the missing argument in the command's own words.
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

// targeted rejects a URL among the arguments of a command, and names the flag for it.
func targeted(newCommand func(shell) *cobra.Command) func(shell) *cobra.Command {
	return func(sh shell) *cobra.Command {
		cmd := newCommand(sh)
		flag := cmp.Or(cmd.Flags().Lookup("to"), cmd.Flags().Lookup("forward-to"))
		others := cmd.Args
		if others == nil {
			others = cobra.ArbitraryArgs
		}
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if at := slices.IndexFunc(args, isTarget); at >= 0 {
				return fmt.Errorf("%s: a URL follows a flag: --%s %[1]s", args[at], flag.Name)
			}
			return others(cmd, args)
		}
		return cmd
	}
}

// isTarget distinguishes URLs from event types, files and cases.
func isTarget(arg string) bool {
	for _, start := range []string{"http://", "https://", "localhost:", "localhost/", "127.0.0.1:", "[::1]:"} {
		if strings.HasPrefix(arg, start) {
			return true
		}
	}
	return false
}
