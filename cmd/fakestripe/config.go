package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/suggest"
)

// A file may hold the flags that a team would give each time: each key is the name of a
// flag, and the command line wins.

const (
	configFile = "fakestripe.json" // in the working directory
	maxConfig  = 1 << 20

	// fromConfig marks flags set by a file, so that a command line to repeat need not
	// contain them.
	fromConfig = "fakestripe_config"
)

// configured lets a command take settings from a file, which may have settings for any
// command of the root.
func configured(newCommand, newRoot func(shell) *cobra.Command) func(shell) *cobra.Command {
	return func(sh shell) *cobra.Command {
		cmd := newCommand(sh)
		takeSettings(sh, cmd, newRoot)
		return cmd
	}
}

func takeSettings(sh shell, cmd *cobra.Command, newRoot func(shell) *cobra.Command) {
	cmd.Flags().String("config", "", "take flags from this `file`, JSON (default: "+configFile+", if there is one)")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		name, err := cmd.Flags().GetString("config")
		if err != nil {
			return err
		}
		if name == "" {
			if _, err := os.Lstat(configFile); errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			name = configFile
		}
		data, err := readRegular(name, maxConfig)
		if err != nil {
			return fmt.Errorf("--config: %w", err)
		}
		return configure(sh, cmd, newRoot(sh), name, data)
	}
}

// A configSetting is a key of a file with its value.
type configSetting struct {
	key   string
	line  int
	value json.RawMessage
}

// configure sets the flags from a file that the command line lacks.
func configure(sh shell, cmd, root *cobra.Command, file string, data []byte) error {
	settings, err := readConfig(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	known := configKeys(root)
	own, given := cmd.Flags(), givenFlags(cmd.Flags())
	var used []string
	for _, s := range settings {
		name, err := s.flagOf(cmd, known, settings)
		if err == nil && name != "" && !given(name) {
			used = append(used, s.key)
			err = s.apply(own.Lookup(name), own)
		}
		if err != nil {
			return fmt.Errorf("%s: line %d: %w", file, s.line, err)
		}
	}
	if used != nil {
		fmt.Fprintf(sh.err, "fakestripe: %s: %s\n", file, strings.Join(used, ", "))
	}
	return nil
}

// readConfig parses the settings of a file, each with its line.
func readConfig(data []byte) (settings []configSetting, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	line := func() int { return 1 + bytes.Count(data[:min(int(decoder.InputOffset()), len(data))], []byte("\n")) }
	wrong := func(err error) error {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("line %d: it ends before the object does", 1+bytes.Count(bytes.TrimSpace(data), []byte("\n")))
		}
		return fmt.Errorf("line %d: %w", line(), err)
	}
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New(`want a JSON object, such as {"to": "localhost:4242/webhook"}`)
	}
	for decoder.More() {
		var s configSetting
		key, err := decoder.Token()
		if err != nil {
			return nil, wrong(err)
		}
		s.key, s.line = key.(string), line()
		if err := decoder.Decode(&s.value); err != nil {
			return nil, wrong(err)
		}
		if slices.ContainsFunc(settings, func(other configSetting) bool { return other.key == s.key }) {
			return nil, fmt.Errorf("line %d: %q is there twice", s.line, s.key)
		}
		settings = append(settings, s)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, wrong(err)
	}
	if decoder.More() {
		return nil, wrong(errors.New("more than one JSON value"))
	}
	return settings, nil
}

// stateFlags are the flags for a state: one on the command line replaces the file's.
var stateFlags = []string{"state-url", "state-cmd", "state-postgres", "state-sqlite"}

// givenFlags reports which flags the command line overrides.
func givenFlags(flags *pflag.FlagSet) func(name string) bool {
	given := make(map[string]bool)
	flags.Visit(func(flag *pflag.Flag) { given[flag.Name] = true })
	if slices.ContainsFunc(stateFlags, func(name string) bool { return given[name] }) {
		for _, name := range append(stateFlags, "state-tables") {
			given[name] = true
		}
	}
	return func(name string) bool { return given[name] }
}

// flagOf returns the flag that a known key sets, or "" for a key of another command.
func (s configSetting) flagOf(cmd *cobra.Command, known []string, all []configSetting) (name string, err error) {
	has := func(key string) bool {
		return slices.ContainsFunc(all, func(other configSetting) bool { return other.key == key })
	}
	switch {
	case s.key == "$schema":
		return "", nil
	case s.key == "secret":
		return "", fmt.Errorf("%q is not for a file: set $%s", s.key, secretVariable)
	case s.key == "api-key":
		return "", fmt.Errorf("%q is not for a file: give --api-key with a variable of the environment", s.key)
	case !slices.Contains(known, s.key):
		return "", fmt.Errorf("unknown key %q%s (keys are names of flags)", s.key, suggest.DidYouMean(s.key, known))
	case s.key == "to" && cmd.Flags().Lookup("forward-to") != nil && !has("forward-to"):
		return "forward-to", nil // listen's name for it
	case cmd.Flags().Lookup(s.key) == nil:
		return "", nil
	}
	return s.key, nil
}

// configKeys returns the flags of all commands that take a file, without flags that are not
// settings.
func configKeys(root *cobra.Command) (keys []string) {
	for _, cmd := range root.Commands() {
		if cmd.Flags().Lookup("config") == nil {
			continue
		}
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if !slices.Contains([]string{"config", "help", "secret", "api-key"}, flag.Name) {
				keys = append(keys, flag.Name)
			}
		})
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// apply sets the flag.
func (s configSetting) apply(flag *pflag.Flag, flags *pflag.FlagSet) error {
	words, err := s.words(flag)
	if err != nil {
		return err
	}
	for _, word := range words {
		if word == "" {
			return fmt.Errorf("%q is empty: leave it out", s.key)
		}
		if s.key == "state-postgres" && unreadable(word) {
			return fmt.Errorf("%q: want a URI, such as postgres://user@localhost:5432/shop, or $NAME for one in a variable", s.key)
		}
		if holdsSecret(s.key, word) {
			return fmt.Errorf("%q holds a secret, which is not for a file: %s", s.key, insteadOfSecret(s.key))
		}
		if err := flags.Set(flag.Name, word); err != nil {
			return fmt.Errorf("%q: %w", s.key, cmp.Or(wantedOf(flag, word), errors.Unwrap(err), err)) // without the name of the flag
		}
	}
	if flag.Annotations == nil {
		flag.Annotations = make(map[string][]string)
	}
	flag.Annotations[fromConfig] = []string{""}
	return nil
}

// words returns the arguments that the command line would have for the flag.
func (s configSetting) words(flag *pflag.Flag) ([]string, error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(s.value))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	kind := configKind(flag)
	switch value := value.(type) {
	case string:
		if kind == "string" || kind == "list" {
			return []string{value}, nil
		}
	case bool:
		if kind == "boolean" {
			return []string{fmt.Sprint(value)}, nil
		}
	case json.Number:
		if kind == "number" {
			return []string{value.String()}, nil
		}
	case []any:
		words := make([]string, 0, len(value))
		for _, element := range value {
			if text, ok := element.(string); ok {
				words = append(words, text)
			}
		}
		if kind == "list" && len(words) == len(value) {
			return words, nil
		}
	}
	return nil, fmt.Errorf("%q: want %s", s.key, map[string]string{
		"string": "a text", "boolean": "true or false", "number": "a number", "list": "a text or a list of texts",
	}[kind])
}

// configKind returns the JSON type of a flag's value in a file.
func configKind(flag *pflag.Flag) string {
	_, several := flag.Value.(pflag.SliceValue)
	switch kind := flag.Value.Type(); {
	case several:
		return "list"
	case kind == "bool":
		return "boolean"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"), strings.HasPrefix(kind, "float"):
		return "number"
	}
	return "string"
}

// holdsSecret reports whether a value must stay private.
func holdsSecret(key, value string) bool {
	switch key {
	case "state-postgres":
		return redactDatabase(value) != value
	case "header", "headers", "connect-headers":
		return redactHeader(value) != value
	case "to", "forward-to", "forward-connect-to", "state-url":
		return redactURL(value) != value
	}
	return credential.Hide(value) != value
}

func insteadOfSecret(key string) string {
	if key == "state-postgres" {
		return "write $NAME for a URI in a variable, or set $PGPASSWORD"
	}
	return "give --" + key + ", or let a command read it from the environment"
}
