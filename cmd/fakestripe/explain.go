package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

func newExplain(sh shell) *cobra.Command {
	return &cobra.Command{
		Use:     "explain CASE",
		Short:   "Explain a case of the contract: why it matters, and how to mend it",
		Example: `  fakestripe explain signature/unsigned`,
		Args:    onePayload,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			plan, _ := contract.Suite{}.Plan()
			ids := make([]string, len(plan.Cases))
			for i, c := range plan.Cases {
				ids[i] = c.ID
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			plan, err := contract.Suite{Only: args}.Plan()
			if err != nil {
				return err
			}
			for _, c := range plan.Cases {
				if _, err := fmt.Fprint(sh.out, explanation(c)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// explanation words one case.
func explanation(c contract.Case) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s)\n%s\n\n%s\n%s\n", c.ID, c.Level, c.Title, c.Requirement, c.Source)
	fmt.Fprintf(&text, "\nWhy: %s\n\nThe usual mistake: %s\n", c.Why, c.Mistake)
	for _, language := range []string{"go", "node", "python", "ruby"} {
		if code := c.Mend[language]; code != "" {
			fmt.Fprintf(&text, "\n%s:\n    %s\n", language, strings.ReplaceAll(code, "\n", "\n    "))
		}
	}
	return text.String() + "\n"
}
