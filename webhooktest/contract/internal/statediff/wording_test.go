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

// A row that has changed in most of its columns is still there: only one that shares
// nothing with it is another one.
func TestChangedRowIsShown(t *testing.T) {
	const user, sub, plan = "usr_NffrFeUfNV2Hib", "sub_1MowQVLkdIwHu7ixeRlqHVzs", "pro"
	names := Normalizer{user: "{e.data.object.metadata.user}", sub: "{e.data.object.id}"}
	row := func(id, plan, sub any) any { return map[string]any{"id": id, "plan": plan, "sub": sub} }
	clean := ObjectStates([]any{row(user, plan, sub)}, names)
	for _, test := range []struct {
		name  string
		after any
		want  string
	}{
		{"lost all but its id", []any{row(user, "free", nil)},
			`plan: "free" instead of "pro", sub: null instead of "{e.data.object.id}", of {"id":"{e.data.object.metadata.user}","plan":"pro","sub":"{e.data.object.id}"}`},
		{"is gone", []any{}, `nothing, want {"id":"{e.data.object.metadata.user}","plan":"pro","sub":"{e.data.object.id}"}`},
	} {
		b := Baseline{References: []Diff{clean, clean}, Volatile: new(Volatile)}
		lines, _ := b.Judge(ObjectStates(test.after, names))
		if len(lines) == 0 || !strings.HasSuffix(lines[0], test.want) {
			t.Errorf("%s: %q, want …%s", test.name, lines, test.want)
		}
	}
}

// What differs is shown, also where the place of a time or a count is hidden in the other rows.
func TestHiddenValuesThatDifferAreShown(t *testing.T) {
	const sub = "sub_1MowQVLkdIwHu7ixeRlqHVzs"
	names := Normalizer{sub: "{e.data.object.id}"}
	state := func(until any) Diff {
		return ObjectStates([]any{map[string]any{"sub": sub, "paid_until": until}}, names)
	}
	clean := state(float64(1798649568))
	references, did := WithoutCounts([]Diff{clean, clean}, state(float64(0)))
	lines, _ := Baseline{References: references, Volatile: new(Volatile)}.Judge(did)
	const want = `paid_until: 0 instead of "{time}"`
	if len(lines) != 1 || !strings.Contains(lines[0], want) {
		t.Errorf("%q, want …%s…", lines, want)
	}
}
