package contract

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompareShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, plain, shaped, other string
		apart, kept                bool
	}{
		{"what the variant says", `{"mode":"payment"}`, `{"mode":"setup"}`, `{"mode":"setup"}`, true, true},
		{"the user says otherwise", `{"mode":"payment"}`, `{"mode":"setup"}`, `{"mode":"payment"}`, true, false},
		{"the user says something else", `{"mode":"payment","id":"a"}`, `{"mode":"setup","id":"a"}`, `{"mode":"setup","id":"b"}`, true, true},
		{"nothing that this version has", `{"mode":"payment"}`, `{"mode":"payment"}`, `{"mode":"payment"}`, false, true},
		{"a field that is gone", `{"quantity":1}`, `{}`, `{}`, true, true},
		{"a field that is back", `{"quantity":1}`, `{}`, `{"quantity":3}`, true, false},
		{"a list of another length", `{"items":[1]}`, `{"items":[1,2]}`, `{"items":[3,4]}`, true, true},
		{"a list of the plain length", `{"items":[1]}`, `{"items":[1,2]}`, `{"items":[3]}`, true, false},
		{"inside a list", `{"items":[{"n":1,"p":"a"}]}`, `{"items":[{"p":"a"}]}`, `{"items":[{"p":"b"}]}`, true, true},
		{"null", `{"customer":"cus_1"}`, `{"customer":null}`, `{"customer":"cus_2"}`, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var values [3]any
			for i, text := range []string{test.plain, test.shaped, test.other} {
				require.NoError(t, json.Unmarshal([]byte(text), &values[i]))
			}
			apart, kept := compareShapes(values[0], values[1], values[2])
			require.Equal(t, [2]bool{test.apart, test.kept}, [2]bool{apart, kept})
		})
	}
}

func TestBranchesThatWereMissed(t *testing.T) {
	t.Parallel()
	var l branchLog
	require.Empty(t, l.notes())
	plain := map[string]any{"mode": "payment", "payment_status": "paid", "customer": "cus_1"}
	for range 2 {
		l.miss("checkout.session.completed", "setup", plain, map[string]any{"mode": "setup", "payment_status": "no_payment_required", "customer": "cus_1"})
	}
	l.miss("checkout.session.completed", "zero-decimal", plain, plain)
	require.Equal(t, []string{"never reached, since what is set in each event says otherwise: checkout.session.completed=setup (mode, payment_status)"}, l.notes())
}

func TestNewNulls(t *testing.T) {
	t.Parallel()
	var before, after any
	require.NoError(t, json.Unmarshal([]byte(`{"a":1,"b":null,"c":{"d.e":2,"f":[{"g":3},{"g":4}]}}`), &before))
	require.NoError(t, json.Unmarshal([]byte(`{"a":null,"b":null,"c":{"d.e":null,"f":[{"g":3},{"g":null}]}}`), &after))
	require.Equal(t, []string{"a", `c.d\.e`, "c.f.1.g"}, newNulls("", before, after))
}

// A finding names the shape that it is about.
func TestFindingsOfShapes(t *testing.T) {
	t.Parallel()
	of := func(name string) variant {
		return variant{types: map[string]string{"T": "invoice.paid", "T" + variantOf: name}}
	}
	for _, test := range []struct {
		name    string
		variant variant
		want    finding
		said    string
	}{
		{"made in the Dashboard", of("no-lines"), finding{shape: "invoice.paid no-lines"}, ": invoice.paid no-lines"},
		{"of a case about no shapes", variant{types: map[string]string{"T": "invoice.paid"}}, finding{}, ""},
	} {
		got := test.variant.shaped([]finding{{}})
		require.Equal(t, []finding{test.want}, got, test.name)
		require.Equal(t, test.said, got[0].ofShape(), test.name)
	}
	require.Empty(t, finding{shape: "invoice.paid no-lines", grave: true}.ofShape(), "a handler's end is no shape's")
}
