package statediff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	for name, test := range map[string]struct {
		before, after any
		want          map[string]float64
	}{
		"a total":                 {object{"total": 100.0}, object{"total": 4900.0}, map[string]float64{"state.total": 4800}},
		"a total that stays":      {object{"total": 100.0}, object{"total": 100.0}, map[string]float64{}},
		"the one new row":         {object{"rows": []any{}}, object{"rows": []any{object{"id": "a", "cents": 4800.0}}}, map[string]float64{"state.rows[].cents": 4800}},
		"an amount in a text":     {object{"rows": []any{}}, object{"rows": []any{object{"paid": "48.00"}}}, map[string]float64{"state.rows[].paid/0": 48}},
		"two rows have no number": {object{"rows": []any{}}, object{"rows": []any{object{"cents": 1.0}, object{"cents": 2.0}}}, map[string]float64{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, statediff.Between(test.before, test.after, statediff.Normalizer{}).Numbers())
		})
	}
}
