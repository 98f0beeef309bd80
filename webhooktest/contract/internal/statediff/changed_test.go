package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What a deletion changes in a row is compared, and nothing else.
func TestOfChange(t *testing.T) {
	t.Parallel()
	type row = map[string]any
	for name, test := range map[string]struct {
		why                string
		before, clean, did []any
		same               bool
	}{
		"another column": {
			"since depends on what came first",
			[]any{row{"id": "sub_1", "status": "active", "since": "never"}}, []any{row{"id": "sub_1", "status": "canceled", "since": "never"}},
			[]any{row{"id": "sub_1", "status": "canceled", "since": "today"}}, true,
		},
		"a column that is missing": {
			"so does whether it is there",
			[]any{row{"id": "sub_1", "status": "active"}}, []any{row{"id": "sub_1", "status": "canceled"}},
			[]any{row{"id": "sub_1", "status": "canceled", "since": "today"}}, true,
		},
		"the status": {
			"it is not deleted",
			[]any{row{"id": "sub_1", "status": "active"}}, []any{row{"id": "sub_1", "status": "canceled"}},
			[]any{row{"id": "sub_1", "status": "active"}}, false,
		},
		"a mark": {
			"the deletion sets it",
			[]any{row{"id": "sub_1", "deleted": nil}}, []any{row{"id": "sub_1", "deleted": true}},
			[]any{row{"id": "sub_1", "deleted": nil}}, false,
		},
		"no row": {
			"clean delivery leaves one",
			[]any{row{"id": "sub_1", "status": "active"}}, []any{row{"id": "sub_1", "status": "canceled"}}, nil, false,
		},
		"a row that is deleted": {
			"and came back", []any{row{"id": "sub_1", "status": "active"}}, nil,
			[]any{row{"id": "sub_1", "status": "active"}}, false,
		},
		"nothing changed": {
			"then all is compared", []any{row{"id": "sub_1", "status": "active"}}, []any{row{"id": "sub_1", "status": "active"}},
			[]any{row{"id": "sub_1", "status": "paused"}}, false,
		},
		"a row that names more": {
			"the deletion told the plan, and the session that came first in clean delivery did not",
			[]any{row{"id": "sub_1", "status": "active", "plan": ""}}, []any{row{"id": "sub_1", "status": "canceled", "plan": ""}},
			[]any{row{"id": "sub_1", "status": "canceled", "plan": "price_1"}}, true,
		},
		"a row that names less": {
			"and the reverse",
			[]any{row{"id": "sub_1", "status": "active", "plan": "price_1"}}, []any{row{"id": "sub_1", "status": "canceled", "plan": "price_1"}},
			[]any{row{"id": "sub_1", "status": "canceled", "plan": ""}}, true,
		},
		"a row that names more, and is not deleted": {
			"what names the subscription tells",
			[]any{row{"id": "sub_1", "status": "active", "plan": ""}}, []any{row{"id": "sub_1", "status": "canceled", "plan": ""}},
			[]any{row{"id": "sub_1", "status": "active", "plan": "price_1"}}, false,
		},
		"no row before": {
			"then all is compared that each clean delivery leaves", nil, []any{row{"id": "sub_1", "status": "canceled"}},
			[]any{row{"id": "sub_1", "status": "active", "until": 1.795e9}}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := Normalizer{"sub_1": "{sub}", "price_1": "{price}"}
			view := func(rows []any) Diff { return ObjectStates(map[string]any{"subs": rows}, n) }
			again := view(test.clean)
			if test.before == nil {
				again = view([]any{row{"id": "sub_1", "status": "canceled", "until": 1.795e9}})
			}
			references, did := OfChange(view(test.before), []Diff{view(test.clean), again}, view(test.did))
			b := Baseline{References: references, Volatile: new(Volatile)}
			differences, _ := b.Judge(did)
			require.Equal(t, test.same, len(append(differences, b.Untouched(did, func(string) bool { return true })...)) == 0, "%s: %v", test.why, differences)
		})
	}
}

// A row may say since when it is known, and the event that comes first need not tell.
func TestWithoutMoreTimes(t *testing.T) {
	t.Parallel()
	type row = map[string]any
	for name, test := range map[string]struct {
		why        string
		clean, did row
		same       bool
	}{
		"a time for a zero": {"the other event tells since when", row{"id": "sub_1", "since": 0.0}, row{"id": "sub_1", "since": 1.795e9}, true},
		"a time for null":   {"it is paused", row{"id": "sub_1", "paused_at": nil}, row{"id": "sub_1", "paused_at": 1.795e9}, false},
		"a zero for a time": {"the time is lost", row{"id": "sub_1", "since": 1.795e9}, row{"id": "sub_1", "since": 0.0}, false},
		"another status":    {"beside it", row{"id": "sub_1", "status": "new", "since": 0.0}, row{"id": "sub_1", "status": "old", "since": 1.795e9}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			view := func(r row) Diff { return ObjectStates(row{"subs": []any{r}}, Normalizer{"sub_1": "{sub}"}) }
			references := []Diff{view(test.clean), view(test.clean)}
			kept, did := WithoutMoreTimes(references, view(test.did))
			differences, _ := Baseline{References: kept, Volatile: new(Volatile)}.Judge(did)
			require.Equal(t, test.same, len(differences) == 0, "%s: %v", test.why, differences)
		})
	}
}
