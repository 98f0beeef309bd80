package statediff

import (
	"strings"
	"testing"
)

// A row that three columns name is told once; another row is told, too.
func TestOneLinePerRow(t *testing.T) {
	names := Normalizer{"cus_NffrFeUfNV2Hib": "{created.data.object.customer}", "sub_1MowQVLkdIwHu7ixeRlqHVzs": "{created.data.object.subscription}", "cus_OtherOtherOther": "{other.data.object.customer}", "sub_1Otherotherother": "{other.data.object.subscription}"}
	row := func(customer, status string) any {
		return map[string]any{"customer_id": customer, "subscription_id": "sub_1MowQVLkdIwHu7ixeRlqHVzs", "status": status}
	}
	state := func(rows ...any) any { return map[string]any{"accounts": rows} }
	clean := ObjectStates(state(row("cus_NffrFeUfNV2Hib", "past_due")), names)
	two := ObjectStates(state(row("cus_NffrFeUfNV2Hib", "past_due"), row("cus_OtherOtherOther", "past_due")), names)
	for _, test := range []struct {
		name  string
		clean Diff
		after any
		want  int
	}{
		{"as it should be", clean, state(row("cus_NffrFeUfNV2Hib", "past_due")), 0},
		{"another status", clean, state(row("cus_NffrFeUfNV2Hib", "active")), 1},
		{"no row", clean, state(), 1},
		{"a row of another one", clean, state(map[string]any{"customer_id": "cus_NffrFeUfNV2Hib", "subscription_id": "sub_1Otherotherother", "status": "past_due"}), 1},
		{"two rows, both wrong", two, state(row("cus_NffrFeUfNV2Hib", "active"), row("cus_OtherOtherOther", "active")), 2},
	} {
		b := Baseline{References: []Diff{test.clean, test.clean}, Volatile: new(Volatile)}
		if lines, _ := b.Judge(ObjectStates(test.after, names)); len(lines) != test.want {
			t.Errorf("%s: %d lines, want %d:\n%s", test.name, len(lines), test.want, strings.Join(lines, "\n"))
		}
	}
}
