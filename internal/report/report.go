// Package report formats the result of a check: for a terminal, for programs, for CI, for
// a pull request and as a web page.
//
// Every format is a pure function of the report, failures first. None prints the time, so
// the same findings give the same output. Text from handlers is shown as sent, but
// harmless: unprintable characters are escaped (clean.go), and each format escapes its
// own markup.
package report

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A Format is html, json, junit, markdown or text.
type Format string

var formats = map[Format]func(io.Writer, *contract.Report) error{
	"html":     HTML,
	"json":     JSON,
	"junit":    JUnit,
	"markdown": Markdown,
	"text":     func(w io.Writer, r *contract.Report) error { return Text(w, r, Style{Skipped: true}) },
}

// ParseTarget parses a target such as junit=report.xml.
func ParseTarget(text string) (Format, string, error) {
	name, path, found := strings.Cut(text, "=")
	switch _, ok := formats[Format(name)]; {
	case !found || name == "":
		return "", "", fmt.Errorf("report %q: want github, or FORMAT=FILE such as junit=report.xml", text)
	case !ok:
		return "", "", fmt.Errorf("report %q: unknown format %q: want html, json, junit, markdown or text", text, name)
	case path == "":
		return "", "", fmt.Errorf("report %q: name a file", text)
	case path == "-":
		return "", "", fmt.Errorf("report %q: standard output is for the result; name a file", text)
	}
	return Format(name), path, nil
}

// Ready reports whether Write can write to the targets, and leaves nothing behind. Call
// it before a check: a mistyped folder should not surface after it.
func Ready(specs []string) error {
	outputs, err := parse(specs)
	defer discard(outputs)
	for _, o := range outputs {
		if err == nil {
			err = o.stage(nil)
		}
	}
	return err
}

// Write writes a report for each target, as WriteAll does.
func Write(ctx context.Context, r *contract.Report, specs []string) error {
	return WriteAll(ctx, specs, func(format Format, w io.Writer) error { return formats[format](w, r) })
}

// WriteAll writes a report for each target, with content from render. It completes all of
// them before moving the first into place: an error leaves earlier files untouched. Pipes
// come last, each waiting for a reader until the context ends.
func WriteAll(ctx context.Context, specs []string, render func(Format, io.Writer) error) error {
	outputs, err := parse(specs)
	if err != nil {
		return err
	}
	defer discard(outputs)
	for _, o := range outputs {
		content, err := o.render(render)
		if err != nil {
			return err
		}
		if err := o.stage(content); err != nil {
			return err
		}
	}
	for _, streams := range []bool{false, true} {
		for _, o := range outputs {
			if o.stream != streams {
				continue
			}
			if err := o.commit(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}
