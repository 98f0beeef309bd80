package statediff

import (
	"strings"
	"testing"
)

// Of a row that does not fit on a line, what differs is said, and what names it.
func TestLongRows(t *testing.T) {
	names := Normalizer{"sub_1MowQVLkdIwHu7ixeRlqHVzs": "{created.data.object.id}", "cus_NffrFeUfNV2Hib": "{created.data.object.customer}"}
	row := func(status string, more ...string) map[string]any {
		row := map[string]any{"a_plan": strings.Repeat("gold ", 60), "b_id": "sub_1MowQVLkdIwHu7ixeRlqHVzs", "c_customer": "cus_NffrFeUfNV2Hib", "z_status": status}
		for _, name := range more {
			row[name] = status
		}
		return row
	}
	state := func(rows ...any) any { return map[string]any{"subs": rows} }
	const of, whose = `b_id: "{created.data.object.id}", c_customer: "{created.data.object.customer}"`, ", of {b_id"
	for _, test := range []struct {
		why   string
		clean any
		after any
		want  []string
	}{
		{"one field", state(row("off")), state(row("active")), []string{`z_status: "active" instead of "off"`, whose, of}},
		{"many fields", state(row("off", "x", "y")), state(row("active", "x", "y")), []string{`z_status: "active" instead of "off"`, `x: "active" instead of "off"`, whose, of}},
		{"no row", state(row("off")), state(), []string{"nothing, want {" + of, `z_status: "off"`}},
	} {
		t.Run(test.why, func(t *testing.T) {
			clean := Between(state(), test.clean, names)
			b := Baseline{References: []Diff{clean, clean}, Volatile: new(Volatile)}
			lines, _ := b.Judge(Between(state(), test.after, names))
			if len(lines) != 1 {
				t.Fatalf("%d lines, want 1:\n%s", len(lines), strings.Join(lines, "\n"))
			}
			for _, want := range test.want {
				if !strings.Contains(lines[0], want) {
					t.Errorf("%s\nwant %s", lines[0], want)
				}
			}
		})
	}
}

// A row that two columns name is told once, also where all that happened is told.
func TestOneLinePerRowOfAll(t *testing.T) {
	names := Normalizer{"sub_1MowQVLkdIwHu7ixeRlqHVzs": "{created.data.object.id}", "cus_NffrFeUfNV2Hib": "{created.data.object.customer}"}
	did := ObjectStates(map[string]any{"subs": []any{map[string]any{"id": "sub_1MowQVLkdIwHu7ixeRlqHVzs", "customer": "cus_NffrFeUfNV2Hib", "status": "active"}}}, names)
	if lines := did.Lines(); len(did) != 2 || len(lines) != 1 {
		t.Errorf("%d places in %d lines, want 2 in 1:\n%s", len(did), len(lines), strings.Join(lines, "\n"))
	}
}
