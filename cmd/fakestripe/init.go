package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/file"
)

// A draft is a new suite to be written.
type draft struct {
	handles []string
	state   bool
	config  draftConfig
}

func newInit(sh shell) *cobra.Command {
	var d draft
	cmd := &cobra.Command{
		Use:   "init DIR --handles TYPES|--to URL",
		Short: "Write a first suite of your own cases",
		Long: `Write a folder of cases for fakestripe run and contract.RunDir. For each event type, a
genuine event must be accepted, a forged one refused and, with --state or another
state flag, a redelivery must have no second effect. Without --handles, it asks the
handler at --to, as check does. It also writes these settings to fakestripe.json, which
check, run, load and listen read. It never overwrites a file.`,
		Example: `  fakestripe init testdata/webhooks --handles payment_intent.succeeded,charge.refunded
  fakestripe init testdata/webhooks --to 4242/webhook --state-sqlite shop.db`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("init where? give one folder (see %s --help)", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := d.findOut(cmd.Context(), sh); err != nil {
				return err
			}
			return d.write(sh, args[0])
		},
	}
	cmd.Flags().StringSliceVar(&d.handles, "handles", nil, "comma-separated event `types` that the handler acts on")
	cmd.Flags().BoolVar(&d.state, "state", false, "judge effects too; run the suite with --state-url, --state-postgres or the like")
	d.config.flags(cmd)
	return cmd
}

func (d *draft) write(sh shell, dir string) error {
	if len(d.handles) == 0 {
		return errors.New("which events? give --handles, such as --handles payment_intent.succeeded,charge.refunded")
	}
	d.state = d.state || d.config.showsState()
	files, err := d.config.files(d.handles)
	if err != nil {
		return err
	}
	for _, eventType := range d.handles {
		if _, err := fixtures.DescribeEvent(eventType); err != nil {
			return fmt.Errorf("--handles: %w", err)
		}
		for name, text := range d.cases(eventType) {
			files[filepath.Join(dir, eventType, name+".json")] = text
		}
	}
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		switch _, err := os.Lstat(name); {
		case err == nil:
			return fmt.Errorf("%s already exists: nothing was written", name)
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%w: nothing was written", err)
		}
	}
	for i, name := range names {
		if err := create(name, files[name]); err != nil {
			for _, written := range names[:i] {
				_ = os.Remove(written) // ours: it did not exist before
			}
			return err
		}
	}
	for _, name := range names {
		if _, err := fmt.Fprintln(sh.out, name); err != nil {
			return err
		}
	}
	if !d.config.written {
		fmt.Fprintf(sh.err, "fakestripe: %s is there already, and stays as it is\n", configFile)
	}
	fmt.Fprintf(sh.err, "fakestripe: run it with fakestripe run %s%s\n", folder(dir), d.config.missing(d))
	return nil
}

// cases returns the files for a type, by name.
func (d *draft) cases(eventType string) map[string]string {
	files := map[string]string{
		"accepted": draftCase("A genuine "+eventType+" is accepted", eventType, "",
			`{"send": "e", "expect": "2xx", "within": "10s"}`, ""),
		"forged": draftCase("A forged "+eventType+" is refused", eventType, "",
			`{"send": "e", "mutate": ["wrong-secret"], "expect": "!2xx", "prefer": "4xx"}`, ""),
	}
	if d.state {
		files["redelivered"] = draftCase(eventType+" delivered three times counts once", eventType, "\n  \"needs\": [\"state\"],",
			`{"send": "e", "times": 3, "expect": "2xx"}`, ",\n  \"reference\": [\n    {\"send\": \"e\"}\n  ],\n  \"state\": \"same\"")
	}
	return files
}

// schemaURL tells editors where to find the schema of case files.
const schemaURL = "https://raw.githubusercontent.com/fakestripe/fakestripe/main/fixtures/contract/schema.json"

func draftCase(title, eventType, needs, step, reference string) string {
	return fmt.Sprintf(`{
  "$schema": %q,
  "format": 1,
  "title": %q,%s
  "events": {
    "e": {"type": %q}
  },
  "steps": [
    %s
  ]%s
}
`, schemaURL, title, needs, eventType, step, reference)
}

// create writes a new file, and makes its folder.
func create(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return named(name, file.Create(file.Here{}, name, []byte(text), 0))
}
