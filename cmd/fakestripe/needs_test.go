package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What a case lacks is named with the flag that gives it.
func TestNeedsNameFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why    string
		result contract.Result
		want   string
	}{
		{"nothing is lacking", contract.Result{Verdict: contract.Skip, Reason: "no"}, "no"},
		{"a case was skipped for it", contract.Result{Verdict: contract.Skip, Need: "handles", Reason: "no"}, "no (--handles)"},
		{"no type is known", contract.Result{Verdict: contract.Inconclusive, Need: "handles", Reason: "no"},
			"no (--handles TYPE, or --variant TYPE=SHAPE)"},
		{"the state shows nothing", contract.Result{Verdict: contract.Inconclusive, Need: "state", Reason: "no"},
			"no (--state-url, --state-cmd, --state-postgres, --state-sqlite)"},
		{"another shape works", contract.Result{Verdict: contract.Inconclusive, WantedVariant: "invoice.paid=trial", Reason: "no"},
			"no (--variant invoice.paid=trial)"},
	} {
		report := found(c.result)
		nameFlags(report)
		nameVariants(report)
		require.Equal(t, c.want, report.Cases[0].Reason, c.why)
	}
	refused := &contract.Report{WantedVariant: "invoice.paid=trial", Diagnosis: []string{"refused"}}
	nameVariants(refused)
	require.Equal(t, []string{"refused", "give --variant invoice.paid=trial"}, refused.Diagnosis)
	require.Empty(t, ownObjects(refused))
	require.Contains(t, ownObjects(&contract.Report{OneObject: "data.object.metadata.order_id"}), "(--set data.object.metadata.order_id=order-{n}, --set-from, --prepare-cmd)")
	refused = &contract.Report{Need: "objects", Diagnosis: []string{"refused"}}
	nameFlags(refused)
	require.Equal(t, []string{"refused", "give --set PATH=order-{n}, --set-from, --prepare-cmd"}, refused.Diagnosis)
}
