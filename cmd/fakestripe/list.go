package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func newList(sh shell) *cobra.Command {
	var format format
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the event types",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if format.json() {
				return listJSON(sh)
			}
			for _, eventType := range fixtures.Types() {
				if _, err := fmt.Fprintln(sh.out, eventType); err != nil {
					return err
				}
			}
			return nil
		},
	}
	format.flag(cmd, "json: a JSON object a line, with the resource and a description")
	return cmd
}

func listJSON(sh shell) error {
	encoder := json.NewEncoder(sh.out)
	for _, eventType := range fixtures.Types() {
		described, err := webhooktest.Describe(eventType)
		if err != nil {
			return err
		}
		if err := encoder.Encode(described); err != nil {
			return err
		}
	}
	return nil
}

// completeTypes offers the event types to the shell's completion.
func completeTypes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return fixtures.Types(), cobra.ShellCompDirectiveDefault // files are payloads too
}
