package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// A format is the output format, text or json. It is a flag.
type format string

func (f *format) flag(cmd *cobra.Command, usage string) {
	*f = "text"
	cmd.Flags().Var(f, "format", usage)
}

func (f *format) json() bool { return *f == "json" }

// String implements pflag.Value.
func (f *format) String() string { return string(*f) }

// Type implements pflag.Value.
func (f *format) Type() string { return "format" }

// Set implements pflag.Value.
func (f *format) Set(text string) error {
	if text != "text" && text != "json" {
		return errors.New("want text or json")
	}
	*f = format(text)
	return nil
}
