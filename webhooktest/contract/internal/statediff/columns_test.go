package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestColumns(t *testing.T) {
	t.Parallel()
	type row = map[string]any
	const topups, reversals = "state.rows[] POST /v1/topups", "state.rows[] POST /v1/transfers/…/reversals"
	for name, test := range map[string]struct {
		why  string
		rows []any
		want map[string][]float64
	}{
		"rows":        {"each counts", []any{row{"id": "ch_1", "cents": -5.0}, row{"id": "ch_1", "cents": -12.0}}, map[string][]float64{"state.rows[].cents": {-12, -5}}},
		"decimals":    {"in a text", []any{row{"dollars": "4.80"}}, map[string][]float64{"state.rows[].dollars": {4.8}}},
		"a sentence":  {"tells numbers, and holds none", []any{row{"note": "12 of 48 refunded"}}, map[string][]float64{}},
		"a time":      {"is no number", []any{row{"at": 1.795e9}}, map[string][]float64{}},
		"rows in one": {"of a charge", []any{row{"id": "ch_1", "refunds": []any{row{"cents": 5.0}, row{"cents": 12.0}}}}, map[string][]float64{"state.rows[].refunds.cents": {5, 12}}},
		"calls": {
			"of two paths", []any{
				row{"call": "POST /v1/topups", "params": row{"amount": []any{"500"}}}, row{"call": "POST /v1/transfers/tr_1AbcDefGhiJkl/reversals", "params": row{"amount": []any{"7"}}},
				row{"call": "POST /v1/transfers/ch_1/reversals", "params": row{"note": []any{"of a charge"}}},
			}, map[string][]float64{topups: {1}, topups + ".params.amount": {500}, reversals: {1, 1}, reversals + ".params.amount": {7}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			did := Between(row{"rows": []any{}}, row{"rows": test.rows}, Normalizer{"ch_1": "{e.data.object.id}"})
			require.Equal(t, test.want, did.Columns(), test.why)
		})
	}
	gone := Between(row{"rows": []any{row{"cents": 5.0}}}, row{"rows": []any{}}, nil)
	require.Empty(t, gone.Columns(), "of rows that are there")
}
