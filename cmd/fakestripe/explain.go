package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/prose"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// explainOptions are the flags of explain.
type explainOptions struct {
	all    bool
	format string
}

func newExplain(sh shell) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain CASE|TYPE",
		Short: "Explain a case of the contract (why it matters, how to fix it) or an event type",
		Example: `  fakestripe explain signature/unsigned
  fakestripe explain checkout.session.completed
  fakestripe explain --all --format markdown > contract.md`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			cases, _ := contract.Suite{}.Cases()
			ids := make([]string, len(cases))
			for i, c := range cases {
				ids[i] = c.ID
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && strings.Contains(args[0], ".") {
				return explainType(sh, args[0])
			}
			if err := o.check(args); err != nil {
				return err
			}
			cases, err := contract.Suite{Only: args}.Cases()
			if err != nil {
				return err
			}
			return o.write(sh.out, cases)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "explain every case")
	cmd.Flags().StringVar(&o.format, "format", "text", "text or markdown")
	return cmd
}

func (o *explainOptions) check(args []string) error {
	switch {
	case o.all && len(args) > 0:
		return fmt.Errorf("--all explains every case: give it without %q", args[0])
	case !o.all && len(args) == 0:
		return errors.New("explain what? name a case or a group (check --list has them), or give --all")
	case len(args) > 1:
		return fmt.Errorf("explain CASE: want one, got %d", len(args))
	case o.format != "text" && o.format != "markdown":
		return fmt.Errorf("--format %q: want text or markdown", o.format)
	}
	return nil
}

func (o *explainOptions) write(w io.Writer, cases []contract.Case) error {
	if o.format == "markdown" {
		_, err := io.WriteString(w, contractPage(cases))
		return err
	}
	for _, c := range cases {
		if _, err := io.WriteString(w, explanation(c)); err != nil {
			return err
		}
	}
	return nil
}

// A codeFix is code that meets a case, in one language.
type codeFix struct{ language, code string }

func fixes(c contract.Case) (all []codeFix) {
	for _, language := range []string{"go", "node", "python", "ruby"} {
		if code := c.Fix[language]; code != "" {
			all = append(all, codeFix{language, code})
		}
	}
	return all
}

// explanation describes one case.
func explanation(c contract.Case) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s)\n%s\n\n%s\n%s\n", c.ID, c.Level, c.Title, c.Requirement, c.Source)
	fmt.Fprintf(&text, "\nWhy: %s\n\nThe usual mistake: %s\n\nThe fix: %s\n", c.Why, c.Mistake, c.Hint)
	for _, fix := range fixes(c) {
		fmt.Fprintf(&text, "\n%s:\n%s\n", fix.language, prose.Wrap(fix.code, 4, 0))
	}
	return text.String() + "\n"
}

// explainType describes an event type and its variants.
func explainType(sh shell, eventType string) error {
	described, err := fixtures.DescribeEvent(eventType)
	if err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s)\n%s\n", described.Name, described.Object, described.Description)
	flows, err := flowsWith(eventType)
	if err != nil {
		return err
	}
	if flows != nil {
		fmt.Fprintf(&text, "\nFlows with it, for trigger:\n%s\n", prose.Wrap(strings.Join(flows, " "), 4, 80))
	}
	for i, v := range fixtures.Variants(eventType) {
		if i == 0 {
			text.WriteString("\nOther shapes, for --variant:\n")
		}
		fmt.Fprintf(&text, "\n%s\n    %s\n    %s\n", v.Name, v.Description, v.Source)
		if v.Flow != "" {
			fmt.Fprintf(&text, "    fakestripe trigger %s\n", v.Flow)
		}
	}
	_, err = sh.out.Write([]byte(text.String()))
	return err
}

// flowsWith names the flows that have an event of a type.
func flowsWith(eventType string) (flows []string, err error) {
	for _, name := range fixtures.Flows() {
		described, err := fixtures.DescribeFlow(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(described.Types, eventType) {
			flows = append(flows, name)
		}
	}
	return flows, nil
}
