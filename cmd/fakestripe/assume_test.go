package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// The shape that a handler acts on is found out by the run itself, unless that leaves out
// the case which tells.
func TestRunJudgesEffect(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why   string
		suite contract.Suite
		want  bool
	}{
		{"the whole contract", contract.Suite{}, true},
		{"musts alone", contract.Suite{Level: "must"}, true},
		{"without the case", contract.Suite{Skip: []string{"control"}}, false},
		{"of another level", contract.Suite{Level: "info"}, false},
		{"no such case at all", contract.Suite{Skip: []string{"nothing/here"}}, false},
	} {
		c := checking{suite: test.suite}
		require.Equal(t, test.want, judgesEffect(&c.suite), test.why)
	}
}

// A shape more common than the plain one is taken for all handled types that have it, unless
// the user gave one: what demands one line of paid invoices demands it of failed ones.
func TestCommonShapesAreTakenForAllTypes(t *testing.T) {
	t.Parallel()
	handles := []string{"payment_intent.succeeded", "invoice.paid", "invoice.payment_failed", "invoice.payment_succeeded"}
	for _, test := range []struct {
		why    string
		given  variants
		wanted string
		want   map[string]string
	}{
		{"common", nil, "invoice.paid=one-line", map[string]string{"invoice.paid": "one-line", "invoice.payment_failed": "one-line", "invoice.payment_succeeded": "one-line"}},
		{"another was given", variants{"invoice.payment_succeeded=trial"}, "invoice.paid=one-line", map[string]string{"invoice.paid": "one-line", "invoice.payment_failed": "one-line", "invoice.payment_succeeded": "trial"}},
		{"not common: each type may have its own", nil, "invoice.paid=trial", map[string]string{"invoice.paid": "trial"}},
	} {
		c := checking{shapes: test.given}
		c.subject.Handles = handles
		require.True(t, c.adoptShape(shell{err: io.Discard}, test.wanted, plainRefused), test.why)
		require.Equal(t, test.want, c.subject.Variants, test.why)
	}
}

// Why a shape was assumed, and what was refused, is told.
func TestDiscoveredShapes(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	var c checking
	c.subject.State = func(context.Context) (any, error) { return nil, nil }
	c.adoptTypes(shell{err: &said}, []contract.HandledType{
		{Type: "invoice.paid", Variant: "one-line", Shown: "state", RefusedPlain: "400 Bad Request: one line"},
		{Type: "checkout.session.completed", Variant: "subscription", Shown: "state"},
	})
	require.Equal(t, map[string]string{"invoice.paid": "one-line", "checkout.session.completed": "subscription"}, c.subject.Variants)
	require.Contains(t, said.String(), "--variant invoice.paid=one-line: "+plainRefused)
	require.Contains(t, said.String(), "--variant checkout.session.completed=subscription: "+plainIdle)
	require.Equal(t, "a genuine invoice.paid got 400 Bad Request: one line"+mayGetPlain, c.refused)
}
