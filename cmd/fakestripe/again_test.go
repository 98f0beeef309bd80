package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// What a reproduce line holds is read back as it was given.
func TestAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, ""},
		{"a value with brackets", []string{"--set", "data.object.x=[1]"}, " --set 'data.object.x=[1]'"},
		{"several", []string{"--set", "a=1", "--set", "b=it's"}, ` --set a=1 --set 'b=it'\''s'`},
		{"a list", []string{"--handles", "invoice.paid", "--handles", "charge.refunded,invoice.voided"}, " --handles invoice.paid,charge.refunded,invoice.voided"},
		{"a flag whose value may be left out", []string{"--api"}, " --api=" + listen.DefaultAddress},
		{"a switch", []string{"--connect", "--thin=false"}, " --connect --thin=false"},
		{"a secret", []string{"--secret", "whsec_x"}, ` --secret "$STRIPE_WEBHOOK_SECRET"`},
		{"a key, however short", []string{"--api-key", "sk_test_x"}, " --api-key 'sk_test_…'"},
		{"what is of this run alone", []string{"--strict", "--max-time", "1s", "--report", "json=x"}, ""},
	} {
		cmd := newCheck(shell{})
		require.NoError(t, cmd.ParseFlags(test.args), test.name)
		require.Equal(t, test.want, again(cmd), test.name)
	}
}

// A name that begins like a flag is none in the line that repeats it.
func TestRepeating(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ dir, id, want string }{
		{"cases", "a/b", "run cases a/b --seed 1"},
		{"my cases", "it's", `run 'my cases' 'it'\''s' --seed 1`},
		{"-cases", "-x", "run ./-cases --seed 1 -- -x"},
	} {
		require.Equal(t, test.want, repeating("run "+folder(test.dir), test.id, " --seed 1"))
	}
}
