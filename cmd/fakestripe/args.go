package main

import (
	"fmt"

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
