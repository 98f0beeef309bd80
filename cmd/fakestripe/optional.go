package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A flag whose value is optional takes it after "=" alone: a word that follows the flag is an
// argument of the command. Nobody who writes --api 127.0.0.1:12143 means that.

// joined rejects, for all commands of a command line, a word after a flag that looks like the
// flag's optional value, and says how to write it.
func joined(root *cobra.Command, line []string) *cobra.Command {
	for _, cmd := range root.Commands() {
		others := cmd.Args
		if others == nil {
			others = cobra.ArbitraryArgs
		}
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if flag, value := parted(cmd.Flags(), line); value != "" {
				return fmt.Errorf("--%s %s: the value of --%[1]s follows an equals sign: --%[1]s=%[2]s", flag.Name, value)
			}
			return others(cmd, args)
		}
	}
	return root
}

// parted returns the first flag with an optional value whose value is a word of its own.
func parted(flags *pflag.FlagSet, line []string) (flag *pflag.Flag, value string) {
	if end := slices.Index(line, "--"); end >= 0 {
		line = line[:end]
	}
	for i := 1; i < len(line); i++ {
		name, isFlag := strings.CutPrefix(line[i-1], "--")
		if flag := flags.Lookup(name); isFlag && flag != nil && flag.NoOptDefVal != "" && isValueOf(flag, line[i]) {
			return flag, line[i]
		}
	}
	return nil, ""
}

// isValueOf reports whether a word looks like the value of a flag, and like nothing else that
// an argument may be.
func isValueOf(flag *pflag.Flag, word string) bool {
	switch flag.Value.Type() {
	case "bool":
		return word == "true" || word == "false"
	case "duration":
		_, err := time.ParseDuration(word)
		return err == nil
	}
	return isAddress(word)
}

// isAddress reports whether a word is an address to listen at: a URL has a path, or a scheme.
func isAddress(word string) bool {
	_, port, err := net.SplitHostPort(word)
	if err != nil {
		port = word
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// helpJoined shows optional values in help texts as they are written: --api[=address].
func helpJoined(help func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		var text bytes.Buffer
		out := cmd.OutOrStdout()
		cmd.SetOut(&text)
		help(cmd, args)
		cmd.SetOut(out)
		_, _ = io.WriteString(out, joinedUsage(text.String()))
	}
}

// joinedUsage moves the name of an optional value to where pflag has the one that the flag
// stands for alone, as in --api address[="127.0.0.1:12113"], and keeps the columns.
func joinedUsage(text string) string {
	optional := regexp.MustCompile(`(?m)^( +(?:-\w, )?--[\w-]+) (\S+)\[=[^\]]*\]`)
	return optional.ReplaceAllStringFunc(text, func(found string) string {
		parts := optional.FindStringSubmatch(found)
		return fmt.Sprintf("%-*s", len(found), parts[1]+"[="+parts[2]+"]")
	})
}
