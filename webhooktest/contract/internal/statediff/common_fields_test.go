package statediff_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Two clean deliveries that may end differently are compared by the fields that both set.
func TestCommonFields(t *testing.T) {
	t.Parallel()
	const place = "state.{e.data.object.id}"
	for name, test := range map[string]struct {
		why              string
		once, again, did string
		want             string // of the deliveries
		differences      []string
	}{
		"a field that one has": {
			"a time that an update sets", `{"status":"canceled","until":1790000000}`, `{"status":"canceled"}`, `{"status":"active","until":1790000000}`,
			`{"status":"active"}`, []string{place + `: {"status":"active"} instead of {"status":"canceled"}`},
		},
		"fields that both have": {
			"they stay", `{"status":"canceled","plan":"a"}`, `{"status":"canceled","plan":"b"}`, `{"status":"canceled","plan":"c"}`,
			`{"status":"canceled","plan":"c"}`, nil,
		},
		"none in common": {
			"nothing is left to compare", `{"until":1790000000}`, `{"status":"on"}`, `{"status":"off"}`, `{"status":"off"}`, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const id = "sub_1QdAbCdEfGhIjKlMnOpQrStU"
			view := func(row string) statediff.Diff {
				ids := make(statediff.Normalizer)
				ids.Name("", fmt.Appendf(nil, `{"data":{"object":{"id":%q}}}`, id), "e")
				var state any
				require.NoError(t, json.Unmarshal(fmt.Appendf(nil, `{%q:%s}`, id, row), &state))
				return statediff.ObjectStates(state, ids, nil)
			}
			references, did := statediff.CommonFields([]statediff.Diff{view(test.once), view(test.again)}, view(test.did))
			require.JSONEq(t, test.want, did[place].Records[0].JSON(), test.why)
			differences, _ := statediff.Baseline{References: references, Volatile: new(statediff.Volatile)}.Judge(did)
			require.Equal(t, test.differences, differences, test.why)
		})
	}
}
