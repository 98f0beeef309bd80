package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestReadmeIsTrue keeps the figures and the table of commands up with the code.
func TestReadmeIsTrue(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	readme := string(data)
	plan, err := contract.Suite{}.Plan()
	require.NoError(t, err)
	for what, n := range map[string]int{
		"| contract | %d cases in":           len(plan.Cases),
		"all %d that stripe-go v76 declares": len(fixtures.Types(fixtures.DefaultVersion)),
		"| flows | %d business actions":      len(fixtures.Flows()),
		"| mutations | %d;":                  len(webhooktest.Mutations()),
	} {
		require.Contains(t, readme, fmt.Sprintf(what, n))
	}
	_, table, found := strings.Cut(readme, "| command | what it does |")
	require.True(t, found)
	for _, command := range newRoot(system()).Commands() {
		require.Contains(t, table, "`"+command.Name(), "the table lacks %s", command.Name())
	}
}
