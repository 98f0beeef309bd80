package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What clean delivery takes away is compared, unless it may only make room for more.
func TestGoneIsCompared(t *testing.T) {
	t.Parallel()
	type all = map[string]any
	for _, test := range []struct {
		why    string
		before any
		clean  [2]any
		did    any
		judged bool
		says   string
	}{
		{"a role", all{"roles": all{"cus": []any{"pro"}}}, [2]any{all{"roles": all{"cus": []any{}}}, all{"roles": all{"cus": []any{}}}},
			all{"roles": all{"cus": []any{"pro"}}}, true, `state.roles.cus[], removed: nothing, want "pro"`},
		{"a list that is null then", all{"roles": []any{"pro"}}, [2]any{all{"roles": nil}, all{"roles": nil}},
			all{"roles": []any{"pro"}}, true, `state.roles[], removed: nothing, want "pro"`},
		{"a seat, twice", all{"seats": []any{"seat", "seat", "seat"}}, [2]any{all{"seats": []any{"seat", "seat"}}, all{"seats": []any{"seat", "seat"}}},
			all{"seats": []any{"seat"}}, true, `state.seats[], removed: 2 rows "seat", want 1`},
		{"of a key of the app's own", all{"roles": all{"7": []any{"pro"}, "8": []any{"pro"}}},
			[2]any{all{"roles": all{"7": []any{}, "8": []any{"pro"}}}, all{"roles": all{"7": []any{"pro"}, "8": []any{}}}},
			all{"roles": all{"7": []any{"pro"}, "8": []any{"pro"}}}, true, `state.roles.*[], removed: nothing, want "pro"`},
		{"the oldest of a limited list", all{"last": []any{"old", "mid"}}, [2]any{all{"last": []any{"mid", "new"}}, all{"last": []any{"mid", "new"}}},
			all{"last": []any{"old", "mid", "new"}}, true, ""},
		{"any key of many", all{"keys": []any{"k1", "k2"}}, [2]any{all{"keys": []any{"k2"}}, all{"keys": []any{"k1"}}}, all{"keys": []any{"k1", "k2"}}, false, ""},
		{"now and then", all{"jobs": []any{"mail"}}, [2]any{all{"jobs": []any{}}, all{"jobs": []any{"mail"}}}, all{"jobs": []any{"mail"}}, false, ""},
		{"a time", all{"locked": "2026-11-30T10:00:00Z"}, [2]any{all{"locked": nil}, all{"locked": nil}}, all{"locked": "2026-11-30T10:00:00Z"}, false, ""},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			b := Baseline{Volatile: new(Volatile)}
			for _, after := range test.clean {
				b.References = append(b.References, Between(test.before, after, nil))
			}
			said, judged := b.Judge(Between(test.before, test.did, nil))
			require.Equal(t, test.judged, judged > 0)
			if test.says == "" {
				require.Empty(t, said)
				return
			}
			require.Equal(t, []string{test.says}, said)
		})
	}
}
