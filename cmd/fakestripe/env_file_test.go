package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEnvValue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"plain", "A=1\nSECRET=whsec_a\nB=2", "whsec_a"},
		{"exported", "export SECRET=whsec_a", "whsec_a"},
		{"in quotes", `SECRET="whsec_a" # of the CLI`, "whsec_a"},
		{"in single quotes", "SECRET='whsec_a'", "whsec_a"},
		{"with a comment", "SECRET=whsec_a # of the CLI", "whsec_a"},
		{"with blanks", "  SECRET = whsec_a \r\n", "whsec_a"},
		{"a comment", "# SECRET=whsec_a", ""},
		{"another name", "SECRETS=whsec_a\nMY_SECRET=whsec_b", ""},
		{"the last one", "SECRET=whsec_a\nSECRET=whsec_b", "whsec_b"},
		{"empty", "SECRET=", ""},
		{"a quote that has no end", `SECRET="whsec_a`, "whsec_a"},
	} {
		require.Equal(t, test.want, envValue(test.text, "SECRET"), test.name)
	}
}
