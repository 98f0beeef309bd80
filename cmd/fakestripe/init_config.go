package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	word "github.com/fakestripe/fakestripe/internal/shell"
)

// A draftConfig holds init's flags about the handler, for fakestripe.json.
type draftConfig struct {
	to, version string
	state       [4]string // by stateFlags
	secrets     secrets
	given       func(flag string) bool
	written     bool
}

func (d *draftConfig) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	d.given = flags.Changed
	d.secrets.flag(cmd)
	flags.StringVar(&d.to, "to", "", "the handler's `url`; 4242/webhook is short for http://localhost:4242/webhook")
	apiVersionFlag(flags, &d.version, "", "API `version` of the events")
	for i, usage := range []string{
		"`url` that returns what the handler stored, as JSON", "`command` that prints what the handler stored, as JSON",
		"`uri` of the handler's PostgreSQL database, or $NAME for a variable that holds it", "`file` of the handler's SQLite database",
	} {
		flags.StringVar(&d.state[i], stateFlags[i], "", usage)
	}
}

// findOut asks the handler for missing settings: its types and its API version.
func (d *draft) findOut(ctx context.Context, sh shell) error {
	if len(d.handles) > 0 || d.config.to == "" {
		return nil
	}
	c := checking{command: "init", given: d.config.given, secrets: d.config.secrets,
		state: stateSource{url: d.config.state[0], command: d.config.state[1],
			database: databaseState{postgres: d.config.state[2], sqlite: d.config.state[3]}}}
	c.subject.URL, c.subject.APIVersion = d.config.to, d.config.version
	if err := c.prepare(ctx, sh); err != nil {
		return err
	}
	if err := c.assume(ctx, sh); err != nil {
		return err
	}
	if len(c.subject.Handles) == 0 {
		return errors.New("the handler does not show which events it handles: is it running, and the secret right? Else give --handles TYPE,TYPE")
	}
	d.handles, d.config.version = c.subject.Handles, c.subject.APIVersion
	return nil
}

// showsState reports whether a state was given.
func (d *draftConfig) showsState() bool { return d.state != [4]string{} }

// configSchemaURL tells editors where to find the schema of fakestripe.json.
const configSchemaURL = "https://raw.githubusercontent.com/fakestripe/fakestripe/main/fixtures/config/schema.json"

// files returns fakestripe.json with its text, or none if it exists.
func (d *draftConfig) files(handles []string) (map[string]string, error) {
	files := make(map[string]string)
	if _, err := os.Lstat(configFile); !errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	lines := []string{member("$schema", configSchemaURL)}
	for _, setting := range append([][2]string{{"to", d.to}, {"api-version", d.version}}, d.stateSettings()...) {
		if setting[1] == "" {
			continue
		}
		if holdsSecret(setting[0], setting[1]) {
			return nil, fmt.Errorf("--%s holds a secret, which is not for %s: %s", setting[0], configFile, insteadOfSecret(setting[0]))
		}
		lines = append(lines, member(setting[0], setting[1]))
	}
	lines = append(lines, member("handles", handles))
	files[configFile] = "{\n  " + strings.Join(lines, ",\n  ") + "\n}\n"
	d.written = true
	return files, nil
}

func (d *draftConfig) stateSettings() (settings [][2]string) {
	for i, name := range stateFlags {
		settings = append(settings, [2]string{name, d.state[i]})
	}
	return settings
}

// member returns a key and its value as JSON.
func member(key string, value any) string {
	text, _ := json.Marshal(value) // strings always encode
	return fmt.Sprintf("%q: %s", key, text)
}

// missing returns the flags that a run needs in addition to the file.
func (d *draftConfig) missing(of *draft) (flags string) {
	switch {
	case d.to == "":
		flags += " --to URL"
	case !d.written:
		flags += " --to " + word.Quote(redactURL(d.to))
	}
	if !d.written {
		flags += " --handles " + strings.Join(of.handles, ",")
	}
	if of.state && (!d.written || !d.showsState()) {
		flags += " --state-url URL"
	}
	return flags
}
