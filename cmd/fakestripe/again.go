package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/credential"
	word "github.com/fakestripe/fakestripe/internal/shell"
)

// again returns the command line without cases, reports and secrets.
func again(cmd *cobra.Command) string {
	var line strings.Builder
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if slices.Contains([]string{"report", "format", "list", "level", "skip", "strict", "partial", "max-time", "shard", "update", "watch", "skipped"}, flag.Name) || flag.Annotations[fromConfig] != nil {
			return
		}
		for _, value := range values(flag) {
			switch flag.Name {
			case "header":
				value = redactHeader(value)
			case "to", "state-url":
				value = redactURL(value)
			case "state-postgres":
				value = redactDatabase(value)
			case "create-url":
				value = redactURLs(value)
			case "api-key":
				value = testKey + "…"
			default:
				value = credential.Hide(value)
			}
			switch {
			case flag.Name == "secret":
				line.WriteString(` --secret "$STRIPE_WEBHOOK_SECRET"`) // never the secret itself
			case flag.Value.Type() == "bool" && value == "true":
				fmt.Fprintf(&line, " --%s", flag.Name)
			case flag.NoOptDefVal != "": // a following word would be a case
				fmt.Fprintf(&line, " --%s=%s", flag.Name, word.Quote(value))
			default:
				fmt.Fprintf(&line, " --%s %s", flag.Name, word.Quote(value))
			}
		}
	})
	return line.String()
}

// repeating returns the command line of a case, even one whose id looks like a flag.
func repeating(command, id, flags string) string {
	if strings.HasPrefix(id, "-") {
		return command + flags + " -- " + word.Quote(id)
	}
	return command + " " + word.Quote(id) + flags
}

// folder returns a folder as an argument, even one whose name looks like a flag.
func folder(dir string) string {
	if strings.HasPrefix(dir, "-") {
		dir = "./" + dir
	}
	return word.Quote(dir)
}

// values returns the values of a flag: several if it is repeatable; a list stays as
// written, with commas.
func values(flag *pflag.Flag) []string {
	list, ok := flag.Value.(pflag.SliceValue)
	switch {
	case !ok:
		return []string{flag.Value.String()}
	case flag.Value.Type() == "stringArray":
		return list.GetSlice()
	}
	return []string{strings.Join(list.GetSlice(), ",")}
}
