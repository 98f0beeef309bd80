package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/redact"
)

// redaction holds the flags of commands that write recordings.
type redaction struct {
	keep, redact []string
}

const redactionHelp = `Personal data and secrets are replaced before they are written: known fields, and text
that looks like either. The same value always gets the same replacement, so ids still
match. A list of replacements ends the output. --keep and --redact take the end of a
path, such as metadata.order_id, with * for a list position or part of a key; it
includes everything inside.`

func (r *redaction) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&r.keep, "keep", nil, "keep the value at this `path`, except keys and signing secrets (repeatable)")
	flags.StringArrayVar(&r.redact, "redact", nil, "also replace the value at this `path` (repeatable)")
}

func (r *redaction) open() (*redact.Redactor, error) {
	redactor, err := redact.New(r.keep, r.redact)
	if wrong := (*redact.PathError)(nil); errors.As(err, &wrong) {
		err = fmt.Errorf("%s %w", redactionFlag(wrong.Path), err)
	}
	return redactor, err
}

// redactionFlag returns the flag that gave a path.
func redactionFlag(p redact.Path) string {
	if p.Keep {
		return "--keep"
	}
	return "--redact"
}

// printRedacted lists the redacted values, and warns of paths without any.
func printRedacted(sh shell, r *redact.Redactor) error {
	found := r.Found()
	if len(found) > 0 {
		if _, err := fmt.Fprintln(sh.out, "redacted:"); err != nil {
			return err
		}
	}
	width := 0
	for _, f := range found {
		width = max(width, len(visible(f.Path)))
	}
	for _, f := range found {
		path := visible(f.Path)
		if _, err := fmt.Fprintf(sh.out, "  %-*s  %s, %s\n", width, path, f.Kind, times(f.Count)); err != nil {
			return err
		}
	}
	warnUnused(sh.err, r)
	return nil
}

func warnUnused(out io.Writer, r *redact.Redactor) {
	for _, path := range r.Unused() {
		fmt.Fprintf(out, "fakestripe: %s %s: there was nothing at this path\n", redactionFlag(path), path.Text)
	}
}
