package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The parts of a row are the same in any order, with serial numbers of their own.
func TestParts(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	type list = []any
	const one, other = "pi_3MtwBwLkdIwHu7ix28a3tqPa", "pi_3NrgTxLkdIwHu7ix0aYx8kQz"
	names := Normalizer{one: "{one}", other: "{other}"}
	account := func(parts list) any { return list{object{"customer": "rosa", "paid": 20, "parts": parts}} }
	part := func(serial int, id string, cents float64) any { return object{"_id": serial, "id": id, "cents": cents} }
	for _, test := range []struct {
		name        string
		clean, did  list
		differences int
	}{
		{"rows in another order", list{part(1, one, 10), part(2, other, 30)}, list{part(7, other, 30), part(8, one, 10)}, 0},
		{"one that is missing", list{part(1, one, 10), part(2, other, 30)}, list{part(7, other, 30)}, 1},
		{"another amount", list{part(1, one, 10), part(2, other, 30)}, list{part(7, other, 31), part(8, one, 10)}, 1},
		{"ids in another order", list{one, other}, list{other, one}, 0},
		{"values in another order", list{one, "paid", "gold"}, list{one, "gold", "paid"}, 1},
	} {
		effect := func(parts list) Diff { return Between(list{}, account(parts), names) }
		b := Baseline{Volatile: new(Volatile), References: []Diff{effect(test.clean), effect(renumbered(test.clean))}}
		said, judged := b.Judge(effect(test.did))
		require.Positive(t, judged, test.name)
		require.Len(t, said, test.differences, "%s: %v", test.name, said)
	}
}

// renumbered returns parts with other serial numbers.
func renumbered(parts []any) (again []any) {
	for i, part := range parts {
		if fields, isRow := part.(map[string]any); isRow {
			part = map[string]any{"_id": i + 20, "id": fields["id"], "cents": fields["cents"]}
		}
		again = append(again, part)
	}
	return again
}
