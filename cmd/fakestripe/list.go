package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func newList(sh shell) *cobra.Command {
	var format format
	var flows, mutations, thin, versions, variants bool
	var version string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the event types, their variants, the flows, the mutations or the API versions",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case versions:
				return listVersions(sh, format.json())
			case variants:
				return listVariants(sh, version, format.json())
			case mutations:
				return listMutations(sh, format.json())
			case thin && format.json():
				return listJSON(sh, fixtures.ThinTypes(), fixtures.DescribeEvent)
			case thin:
				return listNames(sh, fixtures.ThinTypes())
			case flows && format.json():
				return listJSON(sh, fixtures.Flows(), fixtures.DescribeFlow)
			case flows:
				return listNames(sh, fixtures.Flows())
			case format.json():
				return listJSON(sh, fixtures.Types(version), fixtures.DescribeEvent)
			}
			return listNames(sh, fixtures.Types(version))
		},
	}
	cmd.Flags().BoolVar(&flows, "flows", false, "list the flows, for trigger")
	cmd.Flags().BoolVar(&mutations, "mutations", false, "list the mutations, for --mutate")
	cmd.Flags().BoolVar(&thin, "thin", false, "list the types of thin events, including counterparts of snapshot events")
	cmd.Flags().BoolVar(&variants, "variants", false, "list the other shapes that events of a type may have, for --variant")
	cmd.Flags().BoolVar(&versions, "api-versions", false, "list the API versions, with the first release of each SDK pinned to it")
	apiVersionFlag(cmd.Flags(), &version, fixtures.DefaultVersion, "list the event types of this API `version`")
	cmd.MarkFlagsMutuallyExclusive("flows", "mutations", "thin", "variants", "api-versions")
	cmd.MarkFlagsMutuallyExclusive("flows", "mutations", "thin", "api-versions", "api-version")
	format.flag(cmd, "text or json: one JSON object per line, with a description")
	return cmd
}

func listNames(sh shell, names []string) error {
	for _, name := range names {
		if _, err := fmt.Fprintln(sh.out, name); err != nil {
			return err
		}
	}
	return nil
}

// listJSON prints a description of each name.
func listJSON[description any](sh shell, names []string, describe func(string) (description, error)) error {
	encoder := json.NewEncoder(sh.out)
	for _, name := range names {
		described, err := describe(name)
		if err != nil {
			return err
		}
		if err := encoder.Encode(described); err != nil {
			return err
		}
	}
	return nil
}

func listMutations(sh shell, asJSON bool) error {
	encoder := json.NewEncoder(sh.out)
	for _, m := range webhooktest.Mutations() {
		var err error
		if asJSON {
			err = encoder.Encode(map[string]string{"mutation": m.Name, "example": m.String(), "description": m.Doc})
		} else {
			_, err = fmt.Fprintf(sh.out, "%-26s %s\n", m, m.Doc)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// completeTypes completes event types in the shell.
func completeTypes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return append(fixtures.Types(fixtures.DefaultVersion), fixtures.ThinTypes()...), cobra.ShellCompDirectiveDefault // files are payloads, too
}

// listVariants prints the variants of all event types of an API version.
func listVariants(sh shell, version string, asJSON bool) error {
	encoder := json.NewEncoder(sh.out)
	for _, eventType := range fixtures.Types(version) {
		for _, v := range fixtures.Variants(eventType) {
			var err error
			if asJSON {
				err = encoder.Encode(map[string]string{"type": eventType, "variant": v.Name, "description": v.Description, "flow": v.Flow, "source": v.Source})
			} else {
				_, err = fmt.Fprintf(sh.out, "%-54s %s\n", eventType+"="+v.Name, described(v))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// described is the description of a variant, with the flow that leads to it.
func described(v fixtures.Variant) string {
	if v.Flow == "" {
		return v.Description
	}
	return v.Description + " Flow: " + v.Flow
}

// listVersions prints the API versions, oldest first, with the releases pinned to them.
func listVersions(sh shell, asJSON bool) error {
	if asJSON {
		names := make([]string, 0, len(fixtures.Versions()))
		byName := make(map[string]fixtures.Version)
		for _, version := range fixtures.Versions() {
			names = append(names, version.Name)
			byName[version.Name] = version
		}
		return listJSON(sh, names, func(name string) (fixtures.Version, error) { return byName[name], nil })
	}
	table := tabwriter.NewWriter(sh.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VERSION\t"+strings.Join(fixtures.SDKs[:], "\t"))
	for _, version := range fixtures.Versions() {
		cells := []string{version.Name}
		for _, sdk := range fixtures.SDKs {
			cells = append(cells, strings.Join(version.SDKs[sdk], ", "))
		}
		fmt.Fprintln(table, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	return table.Flush()
}
