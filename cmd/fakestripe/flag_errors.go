package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/suggest"
)

// flagError rewords an error about flags.
func flagError(cmd *cobra.Command, err error) error {
	said := err.Error()
	if unknown := new(pflag.NotExistError); errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		said = unknownFlag(cmd, "--"+unknown.GetSpecifiedName())
	}
	if invalid := new(pflag.InvalidValueError); errors.As(err, &invalid) {
		if want := wantedOf(invalid.GetFlag(), invalid.GetValue()); want != nil {
			said = fmt.Sprintf("--%s %s", invalid.GetFlag().Name, want)
		}
	}
	return fmt.Errorf("%s (see %s --help)", said, cmd.CommandPath())
}

// wantedOf returns what a flag accepts, for an invalid value, or nil if the flag's own
// error says so: Go's wording is for programmers.
func wantedOf(flag *pflag.Flag, text string) error {
	switch kind := flag.Value.Type(); {
	case kind == "duration":
		return fmt.Errorf("%q: want a duration such as 10s or 2m", text)
	case kind == "bool":
		return fmt.Errorf("%q: want true or false", text)
	case strings.HasPrefix(kind, "int"):
		return fmt.Errorf("%q: want a whole number", text)
	case strings.HasPrefix(kind, "uint"):
		return fmt.Errorf("%q: want a whole number, 0 or more", text)
	case strings.HasPrefix(kind, "float"):
		return fmt.Errorf("%q: want a number", text)
	}
	return nil
}

func unknownFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			names = append(names, "--"+flag.Name)
		}
	})
	return "unknown flag " + name + suggest.DidYouMean(name, names)
}
