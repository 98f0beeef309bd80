package statediff_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// What an object's state says in numbers counts if an event said so and another did not.
func TestNumbersOfObjects(t *testing.T) {
	t.Parallel()
	const id = "sub_1QdAbCdEfGhIjKlMnOpQrStU"
	for name, test := range map[string]struct {
		why   string
		state string
		want  string
	}{
		"the member's name":  {"a column for it", `{"quantity":5}`, `{"quantity":5}`},
		"another case":       {"a field of an ORM", `{"unitAmount":2000}`, `{"unitAmount":2000}`},
		"an app's word":      {"few apps say quantity", `{"seats":3}`, `{"seats":3}`},
		"nested":             {"a document", `{"plan":{"quantity":3}}`, `{"plan":{"quantity":3}}`},
		"another value":      {"a sum, or a count", `{"quantity":8,"status":"on"}`, `{"status":"on"}`},
		"another name":       {"how often the row was written", `{"writes":3,"status":"on"}`, `{"status":"on"}`},
		"a count":            {"a handler may count, too", `{"attempt_count":3,"status":"on"}`, `{"status":"on"}`},
		"the same in events": {"it tells the events apart in nothing", `{"interval":1,"status":"on"}`, `{"status":"on"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ids, sent := make(statediff.Normalizer), make(statediff.Numbers)
			for quantity, amount := range map[int]int{3: 1000, 5: 2000} {
				body := fmt.Appendf(nil, `{"data":{"object":{"id":%q,"attempt_count":%d,"interval":1,"items":{"data":[{"quantity":%d,"unit_amount":%d}]}}}}`,
					id, quantity, quantity, amount)
				ids.Name("", body, "e")
				sent.Add(body)
			}
			var state any
			require.NoError(t, json.Unmarshal(fmt.Appendf(nil, `{%q:%s}`, id, test.state), &state))
			view := statediff.ObjectStates(state, ids, sent)
			change := view["state.{e.data.object.id}"]
			require.Equal(t, test.want, change.Records[0].JSON(), test.why)
		})
	}
}
