package main

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// A word after a flag is told from the flag's optional value, for each flag that has one.
func TestOptionalValueIsJoined(t *testing.T) {
	t.Parallel()
	root := newRoot(shell{})
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if flag.NoOptDefVal != "" {
				_, value := parted(cmd.Flags(), []string{cmd.Name(), "--" + flag.Name, flag.NoOptDefVal})
				require.Equal(t, flag.NoOptDefVal, value, "%s --%s: isValueOf does not know its values", cmd.Name(), flag.Name)
			}
		})
	}
	for _, test := range []struct {
		line  []string
		value string
		why   string
	}{
		{[]string{"check", "--api", "127.0.0.1:12143"}, "127.0.0.1:12143", "an address"},
		{[]string{"check", "--api", ":12143"}, ":12143", "of every interface"},
		{[]string{"check", "--api", "12143"}, "12143", "a port"},
		{[]string{"check", "--api=127.0.0.1:12143", "signature"}, "", "as it should be"},
		{[]string{"check", "--api", "signature"}, "", "a group of cases"},
		{[]string{"check", "--api", "localhost:4242/webhook"}, "", "a URL of the handler"},
		{[]string{"check", "--livemode", "false"}, "false", "a flag that is on or off"},
		{[]string{"listen", "--auto-complete", "2s"}, "2s", "a duration"},
		{[]string{"exec", "--", "app", "--api", "12143"}, "", "the flags of another command"},
	} {
		cmd, _, err := root.Find(test.line[:1])
		require.NoError(t, err)
		_, value := parted(cmd.Flags(), test.line)
		require.Equal(t, test.value, value, "%v: %s", test.line, test.why)
	}
}

// The help shows such a value as it is written, and what follows stays in its column.
func TestHelpJoinsOptionalValues(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		`      --api address[="127.0.0.1:12113"]   serve`: `      --api[=address]                     serve`,
		`  -a, --auto long[=1s]   pay`:                    `  -a, --auto[=long]      pay`,
		`      --strict   fail [=1]`:                      `      --strict   fail [=1]`,
	} {
		require.Equal(t, want, joinedUsage(given))
	}
}
